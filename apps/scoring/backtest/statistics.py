"""How far two orders of the same nodes agree, and how sure a mean over overlapping stretches of time is.

Ranks and their sums are whole numbers and a coefficient is one division, so that every machine prints the same digits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from random import Random
from typing import Any

REPLICATES = 1000
NINETY = (0.05, 0.95)  # the interval all of the score's figures use
FEWEST_STRETCHES = 2  # below two stretches that do not overlap, resampling them says nothing

Weights = Sequence[int]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over standpoints with its 90 % interval; no interval where too few stretches of time do not overlap."""

    mean: float | None
    low: float | None
    high: float | None


def doubled_ranks(values: Sequence[Any]) -> list[int]:
    """Twice the rank of each value, the greatest first; equal values share the mean of their places."""
    order = sorted(range(len(values)), key=values.__getitem__, reverse=True)
    ranks = [0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in order[start : end + 1]:
            ranks[place] = start + end + 2
        start = end + 1
    return ranks


def rank_correlation(one: Sequence[int], other: Sequence[int]) -> float | None:
    """Spearman's coefficient of two lists of (doubled) ranks, ties included; nothing where one knows no order."""
    count, sum_one, sum_other = len(one), sum(one), sum(other)
    spread_one = count * sum(map(mul, one, one)) - sum_one * sum_one
    spread_other = count * sum(map(mul, other, other)) - sum_other * sum_other
    if not spread_one or not spread_other:
        return None
    shared = count * sum(map(mul, one, other)) - sum_one * sum_other
    return float(shared / math.sqrt(spread_one * spread_other))


def chances_of_top(values: Sequence[Any], size: int) -> list[float]:
    """The chance of each to be among the `size` greatest when equal values are put in order by lot."""
    order = sorted(range(len(values)), key=values.__getitem__, reverse=True)
    chances = [0.0] * len(values)
    start = 0
    while start < min(size, len(order)):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        chance = min(1.0, (size - start) / (end - start + 1))
        for place in order[start : end + 1]:
            chances[place] = chance
        start = end + 1
    return chances


def precision(one: Sequence[float], other: Sequence[float], size: int) -> float:
    """The share of the first list's top that is in the second's, expected over all ways to break ties."""
    return float(sum(map(mul, one, other))) / size


def top_size(nodes: int) -> int:
    """Ten, or half of the nodes where there are fewer than twenty: a top of nearly all says nothing."""
    return min(10, nodes // 2)


def resamples(count: int, *, block: int, seed: str, replicates: int = REPLICATES) -> list[Weights]:
    """How often each of `count` standpoints is drawn in each replicate; empty where the interval would say nothing.

    Standpoints are drawn in runs of `block` neighbours that wrap around the end, since the stretches of time that
    neighbours are measured over overlap. The same seed gives the same draws.
    """
    if count < FEWEST_STRETCHES * block:
        return []
    random = Random(seed)
    return [_drawn(count, block, random) for _ in range(replicates)]


def _drawn(count: int, block: int, random: Random) -> list[int]:
    times, left = [0] * count, count
    while left:
        start = int(random.random() * count)
        for place in range(start, start + min(block, left)):
            times[place % count] += 1
        left -= min(block, left)
    return times


def estimate(series: Sequence[float | None], draws: Sequence[Weights]) -> Estimate:
    """The mean of what is known of a series, and the 5th and 95th percentile of that mean over the draws."""
    known = [value is not None for value in series]
    if not any(known):
        return Estimate(None, None, None)
    values = [0.0 if value is None else value for value in series]
    mean = math.fsum(values) / sum(known)
    low, high = NINETY
    means = sorted(found for found in (_mean(values, known, drawn) for drawn in draws) if found is not None)
    if not means:
        return Estimate(mean, None, None)
    return Estimate(mean, percentile(means, low), percentile(means, high))


def _mean(values: Sequence[float], known: Sequence[bool], drawn: Weights) -> float | None:
    count = sum(map(mul, known, drawn))
    return sum(map(mul, values, drawn)) / count if count else None


def percentile(ordered: Sequence[float], part: float) -> float:
    """The value a part of the way through an ascending list, between neighbours in proportion."""
    place = part * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def differences(one: Sequence[float | None], other: Sequence[float | None]) -> list[float | None]:
    """How much the first series lies above the second, where both are known."""
    return [None if a is None or b is None else a - b for a, b in zip(one, other, strict=True)]
