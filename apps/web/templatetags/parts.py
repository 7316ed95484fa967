"""Parts of pages that are drawn rather than written: marks, names and links to sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.delegation.held import Held
from apps.network.selectors.identities import Name
from apps.network.selectors.orchestrators import OrchestratorRow
from apps.protocol import formats
from apps.protocol.formats import short_address
from apps.web import links, marks

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon; `size` may be "small"."""
    return marks.icon(name, small=size == "small")


@register.simple_tag
def unknown(why: str = marks.UNKNOWN_WORDS) -> SafeString:
    """The hatched “?”, with the reason in its title."""
    return marks.unknown(why)


@register.simple_tag
def identicon(address: str) -> SafeString:
    """The pattern of an address."""
    return marks.identicon(address)


@register.simple_tag
def called(address: str, names: Mapping[str, Name]) -> SafeString:
    """The shortened address, with its name before it where it has one."""
    found, short = names.get(address), formats.short_address(address)
    if found is None:
        return format_html("{}", short)
    return format_html('{} <span class="mono at">{}</span>', marks.name(found.text, found.doubt), short)


@register.simple_tag
def kind_of(address: str, kinds: Mapping[str, str]) -> SafeString:
    """What the account is, on a line below its address; nothing for an account of a key alone."""
    words = kinds.get(address)
    return format_html('<span class="sub">{}</span>', words) if words else SafeString("")


@register.simple_tag
def plan_beside(address: str, rows: Sequence[Held]) -> str:
    """The way to a plan of this account with the others named as the reader's own."""
    others = " ".join(row.address for row in rows if row.address != address)
    return f"{reverse('web:plan_form', args=[address])}?{urlencode([('and', others)])}"


@register.simple_tag
def node(row: OrchestratorRow) -> SafeString:
    """A node of the list by its name, else by its shortened address."""
    return marks.name(row.name.text, row.name.doubt) if row.name else format_html("{}", short_address(row.address))


@register.simple_tag
def name_of(name: Name) -> SafeString:
    """A name with its doubt, if there is one."""
    return marks.name(name.text, name.doubt)


@register.simple_tag
def bar(value: float | None, fill: str = "work") -> SafeString:
    """A bar of 0 to 100; nothing is drawn for an unknown, the hatched “?” beside it speaks."""
    return SafeString("") if value is None else marks.bar(value, fill)


@register.simple_tag
def spark(sums: list[int]) -> SafeString:
    """A sparkline of equal time steps."""
    return marks.spark(sums)


@register.simple_tag
def whisker(value: float, low: float, high: float) -> SafeString:
    """The score's line with its interval."""
    return marks.whisker(value, low, high)


@register.simple_tag
def block_link(number: int | None) -> SafeString:
    """A block's number, linked to where it can be looked up; plain where its chain has no such place."""
    if number is None:
        return marks.unknown()
    return _linked(links.block(settings.CHAIN_ID, number), formats.grouped(number))


@register.simple_tag
def tx_link(tx_hash: bytes, text: str = "Source") -> SafeString:
    """A link to a transaction; on a chain without an explorer the hash itself, shortened, whole in its title."""
    whole = f"0x{bytes(tx_hash).hex()}"
    url = links.transaction(settings.CHAIN_ID, whole)
    if url:
        return format_html('<a href="{}" title="{}">{}</a>', url, whole, text)
    return format_html('<span class="mono" title="{}">{}…{}</span>', whole, whole[:6], whole[-4:])


def _linked(url: str | None, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, text) if url else format_html("{}", text)
