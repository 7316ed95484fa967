"""Choices that another choice beats: at least as good in every part that counts, and better in one.

Two nodes are compared only where the same parts of them are known. A part that is known of one and unknown of the other
leaves both standing: what is unknown may be anything, so it neither beats nor is beaten. A part unknown of both says
nothing. Within nodes of which the same is known, being beaten is an order, and the best of each line stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Point = tuple[int, ...]

_STRIDE = 8  # ranks between two stored sets: one for each would take a megabyte for every thousand points


def dominated(choices: Mapping[Key, Sequence[int | None]]) -> dict[Key, Key]:
    """Who is beaten, and by whom: one that nobody beats, of several the best in the first part.

    `choices` holds the same parts of each in the same order, None where unknown; higher is better. Of choices that are
    equal in everything neither beats the other.
    """
    groups: dict[tuple[bool, ...], dict[Point, list[Key]]] = defaultdict(lambda: defaultdict(list))
    for key, parts in choices.items():
        mask = tuple(part is not None for part in parts)
        groups[mask][tuple(part for part in parts if part is not None)].append(key)
    found: dict[Key, Key] = {}
    for mask, points in groups.items():
        if any(mask):
            for beaten, best in _beaten(points).items():
                found.update((key, points[best][0]) for key in points[beaten])
    return found


def _beaten(points: Mapping[Point, object]) -> dict[Point, Point]:
    """For different points of one length: each that is beaten, and the one that beats it.

    Points are numbered from the best in the first part on, so that those at least as good in it are the lower bits of
    a whole number; every other part adds one such set, and what all sets share beats.
    """
    order = sorted(points, reverse=True)
    others = [_Ranked(order, axis) for axis in range(1, len(order[0]))]
    found = {}
    for number, point in enumerate(order):
        better = (
            1 << number
        ) - 1  # equal in the first part and later in the order cannot beat: an earlier axis decides
        for axis in others:
            better &= axis.at_least(number)
        if better:
            found[point] = order[(better & -better).bit_length() - 1]
    return found


class _Ranked:
    """One part of all points: for each, the set of those at least as good, as the bits of a whole number."""

    def __init__(self, order: Sequence[Point], axis: int) -> None:
        self._by_value = sorted(range(len(order)), key=lambda number: -order[number][axis])
        self._last = self._ends(order, axis)
        self._kept = [0]
        held = 0
        for place, number in enumerate(self._by_value, start=1):
            held |= 1 << number
            if place % _STRIDE == 0:
                self._kept.append(held)

    def _ends(self, order: Sequence[Point], axis: int) -> list[int]:
        """For each point, how many are at least as good as it."""
        ends = [0] * len(order)
        end, before = len(order), None
        for place in range(len(order), 0, -1):
            number = self._by_value[place - 1]
            value = order[number][axis]
            if value != before:
                before, end = value, place
            ends[number] = end
        return ends

    def at_least(self, number: int) -> int:
        whole, rest = divmod(self._last[number], _STRIDE)
        held = self._kept[whole]
        for place in range(whole * _STRIDE, whole * _STRIDE + rest):
            held |= 1 << self._by_value[place]
        return held
