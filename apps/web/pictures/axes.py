"""Scales, round tick values and labels that keep out of each other's way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values from `low`…`high` onto pixels `start`…`end`; an empty range lands on `start`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        width = self.high - self.low
        part = (value - self.low) / width if width else 0.0
        return self.start + part * (self.end - self.start)


_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def ticks(top: float, most: int = 3) -> list[float]:
    """At most `most` round values above 0, evenly spaced, none above `top`; empty when `top` is not positive."""
    if top <= 0 or not math.isfinite(top):
        return []
    reach = top * (1 + 1e-9)  # 0.3 is to have its tick at 0.3, whatever a float makes of it
    power = 10.0 ** math.floor(math.log10(top / most))
    step = next(factor * power for factor in _STEPS if reach / (factor * power) < most + 1)
    return [round(step * count, 12) for count in range(1, int(reach / step) + 1)]


def tick_label(value: float) -> str:
    """A tick value with thousands apart and no trailing zeros."""
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text or "0"


def spread(wanted: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Places for labels at least `gap` apart, as near as can be to where they are wanted, inside low…high.

    `wanted` ascends. Subtracting each label's own share of the gaps turns the demand into “never descending”, which
    pooling neighbours solves best in the least-squares sense. Without room for all, the last ones run past `high`.
    """
    pools: list[tuple[float, int]] = []
    for index, place in enumerate(wanted):
        mean, count = place - index * gap, 1
        while pools and pools[-1][0] > mean:
            other, size = pools.pop()
            mean, count = (other * size + mean * count) / (size + count), size + count
        pools.append((mean, count))
    ceiling = max(low, high - gap * (len(wanted) - 1))
    flat = [min(max(mean, low), ceiling) for mean, count in pools for _ in range(count)]
    return [place + index * gap for index, place in enumerate(flat)]
