"""Small server-drawn marks: identicon, bar, whisker, sparkline, icon and the hatched “?”.

All return markup made of numbers, fixed words and escaped text only. Widths are SVG attributes, never styles.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

UNKNOWN_WORDS = "no source reports this"

_ICONS = {
    "arrow-down": '<path d="M8 3v10M4 9l4 4 4-4"/>',
    "arrow-up": '<path d="M8 13V3M4 7l4-4 4 4"/>',
    "check": '<path d="m2.5 8.5 3.5 4 7.5-9"/>',
    "clock": '<circle cx="8" cy="8" r="6.5"/><path d="M8 4.2V8l2.6 1.8"/>',
    "copy": '<rect x="5.5" y="5.5" width="8" height="8" rx="1"/><path d="M10.5 5.5v-3h-8v8h3"/>',
    "cross": '<path d="m4 4 8 8M12 4l-8 8"/>',
    "download": '<path d="M8 2v8.5M4 7l4 4 4-4M2 14h12"/>',
    "equal": '<path d="M3 6h10M3 10h10"/>',
    "eye": '<path d="M1 8s2.6-4.5 7-4.5S15 8 15 8s-2.6 4.5-7 4.5S1 8 1 8z"/><circle cx="8" cy="8" r="2"/>',
    "info": '<circle cx="8" cy="8" r="6.5"/><path d="M8 7.4v4M8 4.7v.1"/>',
    "minus": '<path d="M3 8h10"/>',
    "octagon": '<path d="M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2z"/><path d="M8 4.6v4M8 11.3v.1"/>',
    "outside": '<path d="M9 2.5h4.5V7M13.5 2.5 7 9M11.5 9v4.5h-9v-9H7"/>',
    "right": '<path d="M3 8h10M9 4l4 4-4 4"/>',
    "search": '<circle cx="7" cy="7" r="4.8"/><path d="m10.6 10.6 4 4"/>',
    "triangle": '<path d="M8 1.8 15 14H1z"/><path d="M8 6.2v3.6M8 12v.1"/>',
}


@lru_cache(maxsize=64)
def icon(name: str, *, small: bool = False) -> SafeString:
    """One of the sixteen icons; decoration only, the word beside it speaks. An unknown name raises KeyError."""
    size = "i i-sm" if small else "i"
    return mark_safe(f'<svg class="{size}" viewBox="0 0 16 16" aria-hidden="true">{_ICONS[name]}</svg>')


@lru_cache(maxsize=256)
def unknown(why: str = UNKNOWN_WORDS) -> SafeString:
    """The hatched “?” that stands for an unknown figure, with the word for those who hear the page."""
    return mark_safe(f'<span class="unk" title="Unknown: {escape(why)}">?<span class="sr"> unknown</span></span>')


@lru_cache(maxsize=4096)
def name(text: str, doubt: str = "") -> SafeString:
    """A name of somebody's own choice, kept from turning the text around it; a doubt is marked and can be heard."""
    sign = ""
    if doubt:
        sign = f' <span class="warn" title="{escape(doubt)}">{icon("triangle", small=True)}'
        sign += f'<span class="sr">{escape(doubt)}</span></span>'
    return mark_safe(f'<bdi class="name">{escape(text)}</bdi>{sign}')


@lru_cache(maxsize=16384)
def identicon(address: str) -> SafeString:
    """A 5 by 5 pattern, mirrored, in two greys from the hash of the lower-case address."""
    bits = int.from_bytes(sha256(address.lower().encode()).digest()[:8], "big")
    inks: dict[str, list[str]] = {"a": [], "b": []}
    for cell in range(15):
        state = bits >> (2 * cell) & 3
        if state > 1:
            row, column = divmod(cell, 3)
            columns = {column, 4 - column}
            inks["a" if bits >> (32 + cell) & 3 else "b"] += [f"M{x}.5 {row}.5h1v1h-1z" for x in sorted(columns)]
    paths = "".join(f'<path class="{ink}" d="{"".join(steps)}"/>' for ink, steps in inks.items() if steps)
    field = '<rect class="z" width="6" height="6"/>'
    return mark_safe(f'<svg class="id" viewBox="0 0 6 6" aria-hidden="true">{field}{paths}</svg>')


def bar(value: float, fill: str = "work") -> SafeString:
    """A 4 px bar of 0 to 100 in a hue of the tokens: work, stake, terms, jobs, comm or danger."""
    width = f"{min(max(value, 0), 100):.1f}"
    return mark_safe(
        '<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="tr" width="100" height="4"/><rect class="f-{fill}" width="{width}" height="4"/></svg>'
    )


def whisker(value: float, low: float, high: float) -> SafeString:
    """The score's line from 0 to 100 with its interval as a bar and its value as a tick."""
    tick = min(max(value - 1.3, 0), 97.4)
    return mark_safe(
        '<svg class="wh" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="l l-rule" d="M0 4h100"/>'
        f'<rect class="f-stake" x="{low:.1f}" y="2.5" width="{max(high - low, 0):.1f}" height="3"/>'
        f'<rect class="f-ink" x="{tick:.1f}" y="0" width="2.6" height="8"/></svg>'
    )


_SPARK_BARS, _LATELY = 30, 6
_SPARK_FLOOR, _SPARK_TALL = 27.0, 25.0
_SPARK_STARTS = tuple(f"M{0.4 + at * 3.07:.1f} 27V" for at in range(_SPARK_BARS))


def spark(sums: Sequence[float]) -> SafeString:
    """At most 30 bars of equal time steps on their own scale from zero, the last six darker; zeros leave the floor."""
    top = max(sums, default=0)
    shades: tuple[list[str], list[str]] = ([], [])
    for at, amount in enumerate(sums):
        if amount > 0:
            # the shortest bar is half a pixel, so that a little is not drawn as nothing
            y = min(_SPARK_FLOOR - _SPARK_TALL * amount / top, 26.5)
            shades[at >= len(sums) - _LATELY].append(f"{_SPARK_STARTS[at]}{y:.1f}h2.3V27z")
    bars = "".join(
        f'<path class="{shade}" d="{"".join(steps)}"/>'
        for shade, steps in zip(("f-w2", "f-work"), shades, strict=True)
        if steps
    )
    floor = '<path class="l l-rule" d="M0 27.5h92"/>'
    return mark_safe(f'<svg class="spark" viewBox="0 0 92 28" aria-hidden="true">{floor}{bars}</svg>')
