"""How figures look on pages: one filter for each kind of number, each with its exact value within reach.

`None` is unknown and comes out as the hatched “?”. Zero is a finding and comes out as 0. The unit stands in the column
head or is asked for with `:"unit"`, which puts it after a no-break space.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from apps.protocol import formats
from apps.protocol.formats import EN_DASH, NBSP
from apps.web import marks

register = template.Library()


def _data(shown: str, *, value: int, title: str, unit: str = "") -> SafeString:
    tail = f"{NBSP}{unit}" if unit else ""
    return mark_safe(f'<data value="{value}" title="{escape(title)}">{escape(shown)}{tail}</data>')


def _amount(wei: int | None, write: Callable[[int], str], currency: str, unit: str) -> SafeString:
    if wei is None:
        return marks.unknown()
    return _data(write(wei), value=wei, title=formats.wei_title(wei, currency), unit=currency if unit else "")


@register.filter
def lpt(wei: int | None, unit: str = "") -> SafeString:
    """LPT where one thing is described: 393,894.12."""
    return _amount(wei, formats.lpt, "LPT", unit)


@register.filter
def lpt_list(wei: int | None, unit: str = "") -> SafeString:
    """LPT in lists: 393,894."""
    return _amount(wei, formats.lpt_whole, "LPT", unit)


@register.filter
def lpt_exact(wei: int | None, unit: str = "") -> SafeString:
    """LPT where every digit counts: 12,604.118 204."""
    return _amount(wei, formats.exact, "LPT", unit)


@register.filter
def lpt_big(wei: int | None, unit: str = "") -> SafeString:
    """A large total in prose: 24.6 M."""
    return _amount(wei, formats.big, "LPT", unit)


@register.filter
def lpt_change(wei: int | None, unit: str = "") -> SafeString:
    """A change of stake, always signed: +84,210 or −118,400."""
    return _amount(wei, lambda amount: formats.signed(formats.lpt_whole(amount), of=amount), "LPT", unit)


@register.filter
def eth(wei: int | None, unit: str = "") -> SafeString:
    """ETH with three decimals: 12.120."""
    return _amount(wei, formats.eth, "ETH", unit)


@register.filter
def eth_exact(wei: int | None, unit: str = "") -> SafeString:
    """ETH where every digit counts."""
    return _amount(wei, formats.exact, "ETH", unit)


@register.filter
def eth_rate(wei: int | None, unit: str = "") -> SafeString:
    """ETH for a million LPT, two decimals: 33.70."""
    return _amount(wei, formats.eth_fine, "ETH", unit)


@register.filter
def percent(ppm: int | None, unit: str = "") -> SafeString:
    """A cut or a share as set, from ppm: 12.5, or 12.5 % with `:"unit"`."""
    if ppm is None:
        return marks.unknown()
    return _data(formats.percent(ppm), value=ppm, title=f"{formats.grouped(ppm)} ppm", unit="%" if unit else "")


@register.simple_tag
def share_of(part: int | None, whole: int | None, unit: str = "") -> SafeString:
    """A share of a whole in per cent, one decimal; an en dash where there is no whole to have a share of."""
    if part is None or whole is None:
        return marks.unknown()
    shown = formats.share(part, whole)
    if shown is None:
        return mark_safe(EN_DASH)
    return mark_safe(escape(shown) + (f"{NBSP}%" if unit else ""))


@register.filter
def score(value: float | None) -> SafeString:
    """A score as a whole number."""
    return marks.unknown("too little is known to score it") if value is None else mark_safe(formats.score(value))


@register.simple_tag
def interval(low: float | None, high: float | None) -> SafeString:
    """Half the width of an interval: ±4; nothing where there is none."""
    return mark_safe("" if low is None or high is None else formats.interval(low, high))


@register.filter
def number(count: int | None) -> SafeString:
    """A count, a round or a block: 423,055,031."""
    return marks.unknown() if count is None else mark_safe(formats.grouped(count))


@register.filter
def change(count: int | None) -> SafeString:
    """A change of a count, always signed."""
    return marks.unknown() if count is None else mark_safe(formats.signed(formats.grouped(count), of=count))


@register.filter
def short(address: str) -> SafeString:
    """0xf859…7Ebf with the whole address in its title."""
    whole = formats.checksummed(address)
    return mark_safe(f'<span class="mono nw" title="{whole}">{formats.short_address(address)}</span>')


@register.filter
def checksummed(address: str) -> str:
    """The whole address, checksummed."""
    return formats.checksummed(address)


@register.filter
def short_text(address: str) -> str:
    """0xf859…7Ebf as plain text, for titles and sentences."""
    return formats.short_address(address)


@register.filter
def hex(data: bytes | None) -> str:
    """0x and the bytes in hexadecimal."""
    return "" if data is None else f"0x{bytes(data).hex()}"


@register.filter
def ago(moment: datetime | None) -> SafeString:
    """“12 s ago” with the date in the title; a script may keep it ticking."""
    if moment is None:
        return marks.unknown()
    passed = int((datetime.now(UTC) - moment).total_seconds())
    return mark_safe(f"<time data-ago {_time_attributes(moment)}>{formats.ago(passed)}</time>")


@register.filter
def on_day(moment: datetime | None) -> SafeString:
    """9 Dec 2025, with the full time in the title."""
    if moment is None:
        return marks.unknown()
    return mark_safe(f"<time {_time_attributes(moment)}>{formats.day(moment)}</time>")


@register.filter
def at(moment: datetime | None) -> SafeString:
    """19 January 2026, 16:33:41 UTC."""
    if moment is None:
        return marks.unknown()
    return mark_safe(f"<time {_time_attributes(moment)}>{formats.utc(moment, seconds=True)}</time>")


def _time_attributes(moment: datetime) -> str:
    iso = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f'datetime="{iso}" title="{formats.utc(moment, seconds=True)}"'


@register.filter
def gigabytes(count: int | None) -> SafeString:
    """Memory in whole GB of 10^9 bytes: 34 GB."""
    if count is None:
        return marks.unknown()
    return _data(
        formats.fixed(count, unit=10**9, places=0), value=count, title=f"{formats.grouped(count)} bytes", unit="GB"
    )


@register.filter
def duration(seconds: int | None) -> SafeString:
    """A span in its largest handy unit: 8 h."""
    return marks.unknown() if seconds is None else mark_safe(formats.duration(seconds))
