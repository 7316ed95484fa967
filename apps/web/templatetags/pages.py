"""Small words and figures that the node's page, the home page and the status page need."""

from __future__ import annotations

from datetime import UTC, datetime

from django import template
from django.conf import settings
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from apps.protocol import formats
from apps.protocol.units import WEI
from apps.web import links, marks, shares

register = template.Library()


@register.simple_tag
def signed_share(part: int, whole: int) -> SafeString:
    """A change as a signed share of what was there before, in per cent; an en dash where nothing was."""
    shown = formats.share(abs(part), whole)
    if shown is None:
        return mark_safe(formats.EN_DASH)
    if shown.startswith("<"):
        return mark_safe(escape(shown))
    return mark_safe(escape(f"{'+' if part > 0 else formats.MINUS}{shown}"))


@register.filter
def ordinal(count: int) -> str:
    """19th, 1st, 22nd."""
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{formats.grouped(count)}{ending}"


@register.simple_tag
def source_link(tx_hash: bytes, block: int) -> SafeString:
    """The transaction behind a row: a link where the chain has an explorer, else its block and hash in words."""
    whole = f"0x{bytes(tx_hash).hex()}"
    url = links.transaction(settings.CHAIN_ID, whole)
    if url:
        title = f"Block {formats.grouped(block)}, transaction {whole}"
        return format_html('<a class="nw" href="{}" title="{}">Source</a>', url, title)
    words = '<span class="src">block {}, <span class="mono nw" title="{}">{}…{}</span></span>'
    return format_html(words, formats.grouped(block), whole, whole[:6], whole[-4:])


@register.simple_tag
def shown_by(tx_hash: bytes) -> SafeString:
    """The transaction that shows something, where its block is not at hand: a link, else its hash in words."""
    whole = f"0x{bytes(tx_hash).hex()}"
    url = links.transaction(settings.CHAIN_ID, whole)
    if url:
        return format_html('<a class="nw" href="{}" title="{}">Source</a>', url, f"Transaction {whole}")
    return format_html('<span class="mono nw" title="{}">{}…{}</span>', whole, whole[:6], whole[-4:])


@register.filter
def in_words(count: int) -> str:
    """Small counts as words: six; larger ones as figures."""
    return shares.in_words(count)


@register.filter
def of_one(part: float) -> str:
    """A part of 1 in whole per cent, but neither 0 nor 100 unless it is exactly so: 80 %."""
    shown = round(100 * part) if part in (0, 1) else min(max(round(100 * part), 1), 99)
    return f"{shown}{formats.NBSP}%"


@register.filter
def hour(moment: datetime) -> str:
    """The time of day in UTC, for estimates: 14:21."""
    return moment.astimezone(UTC).strftime("%H:%M")


@register.filter
def eth_small(wei: int | None, unit: str = "") -> SafeString:
    """A small amount of ETH with three significant digits: 0.0148, 0.0000234; one ETH and more as elsewhere."""
    if wei is None:
        return marks.unknown()
    places = 3 if wei >= WEI or wei == 0 else 21 - len(str(wei))
    shown = formats.fixed(wei, unit=WEI, places=min(max(places, 3), 18))
    tail = f"{formats.NBSP}ETH" if unit else ""
    return format_html('<data value="{}" title="{}">{}{}</data>', wei, formats.wei_title(wei, "ETH"), shown, tail)
