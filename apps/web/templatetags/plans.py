"""What only the pages of plans need."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from apps.protocol.formats import NBSP
from apps.web.pictures import qr

register = template.Library()
_BETWEEN_GROUPS = re.compile(rf"(?<=\d){NBSP}(?=\d)")
_SHORTENED = re.compile(r"0x[0-9a-fA-F]{4}…[0-9a-fA-F]{4}")


@register.simple_tag
def qr_code(text: str, title: str) -> SafeString:
    """The text for a phone's camera."""
    return qr.drawn(text, title=title)


@register.filter
def unbroken(sentence: str) -> SafeString:
    """The sentence with every shortened address on one line."""
    return mark_safe(_SHORTENED.sub(lambda found: f'<span class="nw">{found[0]}</span>', escape(sentence)))


@register.filter
def in_groups(figure: str) -> SafeString:
    """A long figure that breaks between its groups of digits, where it has to."""
    return mark_safe(_BETWEEN_GROUPS.sub(f"{NBSP}<wbr>", escape(figure)))
