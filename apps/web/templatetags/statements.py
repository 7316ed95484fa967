"""Words and marks of pages about contributions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.network.selectors.identities import Name
from apps.protocol import formats
from apps.web import marks
from apps.web.contributions import words

register = template.Library()


@register.filter
def at_key(values: Mapping[str, Any], key: str) -> Any:
    """What a mapping holds under a name; empty for nothing."""
    return values.get(key, "")


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """A claim's state: a word, with an icon of its own shape."""
    one = words.STATES[state]
    sign = format_html("{} ", marks.icon(one.icon, small=True)) if one.icon else ""
    return format_html('<span class="badge {}">{}{}</span>', one.tone, sign, one.text)


@register.simple_tag
def speaker(address: str, names: Mapping[str, Name]) -> SafeString:
    """Who speaks: a name where there is one, and always the shortened address with the whole one in its title."""
    found, whole = names.get(address), formats.checksummed(address)
    short = format_html('<span class="mono nw" title="{}">{}</span>', whole, formats.short_address(address))
    if found is None:
        return short
    return format_html('{} <span class="at" title="{}">{}</span>', marks.name(found.text, found.doubt), whole, short)


@register.filter
def short_hash(digest: str) -> SafeString:
    """0x1234…abcd with the whole hash in its title."""
    return format_html('<span class="mono nw" title="{}">{}…{}</span>', digest, digest[:6], digest[-4:])
