"""Choices that another choice beats: at least as good in every part that counts, and better in one.

Two nodes are compared only where the same parts of them are known. A part that is known of one and unknown of the other
leaves both standing: what is unknown may be anything, so it neither beats nor is beaten. A part unknown of both says
nothing. Within nodes of which the same is known, being beaten is an order, and the best of each line stays.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Point = tuple[int, ...]

_ON_STAIRS = 3  # parts
_STRIDE = 8  # ranks between two stored sets: one for each would take a megabyte for every thousand points


def dominated(choices: Mapping[Key, Sequence[int | None]]) -> dict[Key, Key]:
    """Who is beaten, and by whom: one that nobody beats.

    `choices` holds the same parts of each in the same order, None where unknown; higher is better. Of choices that are
    equal in everything neither beats the other.
    """
    groups: dict[tuple[bool, ...], dict[Point, Key]] = defaultdict(dict)
    equals: list[tuple[tuple[bool, ...], Point, Key]] = []
    for key, parts in choices.items():
        if None in parts:
            mask = tuple([part is not None for part in parts])
            point = tuple([part for part in parts if part is not None])
        else:
            mask, point = (True,) * len(parts), tuple(parts)  # type: ignore[arg-type]
        if groups[mask].setdefault(point, key) != key:
            equals.append((mask, point, key))
    found: dict[Key, Key] = {}
    beaten = {mask: _beaten(mask, points) for mask, points in groups.items()}
    for mask, points in groups.items():
        found.update((points[point], points[best]) for point, best in beaten[mask].items())
    found.update((key, groups[mask][beaten[mask][point]]) for mask, point, key in equals if point in beaten[mask])
    return found


def _beaten(mask: tuple[bool, ...], points: Mapping[Point, object]) -> dict[Point, Point]:
    known = sum(mask)
    if not known:
        return {}
    order = sorted(points, reverse=True)
    return _stairs(order) if known <= _ON_STAIRS else _sets(order)


def _stairs(order: Sequence[Point]) -> dict[Point, Point]:
    """For different points of at most three parts, best first: each that is beaten, and one that beats it.

    Whatever comes later is no better in the first part. Of those before, a staircase is kept: the points that are best
    in the other two, the second rising and the third falling along it. A point lies below it or becomes a step.
    """
    second: list[int] = []
    third: list[int] = []
    steps: list[Point] = []
    found = {}
    for point in order:
        _, y, z = (*point, 0, 0)[:3]
        at = bisect_left(second, y)
        if at < len(second) and third[at] >= z:
            found[point] = steps[at]
            continue
        end = at + 1 if at < len(second) and second[at] == y else at
        begin = at
        while begin and third[begin - 1] <= z:
            begin -= 1
        second[begin:end], third[begin:end], steps[begin:end] = [y], [z], [point]
    return found


def _sets(order: Sequence[Point]) -> dict[Point, Point]:
    """The same for any number of parts.

    Points are numbered from the best in the first part on, so that those at least as good in it are the lower bits of
    a whole number; every other part adds one such set, and what all sets share beats.
    """
    others = [_Ranked(order, axis) for axis in range(1, len(order[0]))]
    found = {}
    for number, point in enumerate(order):
        better = (1 << number) - 1  # who is equal in the first part and comes later is worse in an earlier one
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
