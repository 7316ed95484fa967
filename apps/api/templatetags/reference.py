"""Filters of the reading page."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_BREAKS = re.compile(r"(/|\?|&amp;)")


@register.filter
def slashes(address: str) -> SafeString:
    """An address that may break after a slash, a question mark or an ampersand, for narrow screens."""
    return mark_safe(_BREAKS.sub(r"\1<wbr>", escape(address)))
