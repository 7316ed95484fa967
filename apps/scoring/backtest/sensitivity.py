"""How much the order of a run hangs on its weights: each of them a quarter smaller and a quarter larger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from apps.scoring.backtest.statistics import chances_of_top, doubled_ranks, precision, rank_correlation, top_size
from apps.scoring.backtest.trials import mean_of
from apps.scoring.headline import Weights
from apps.scoring.results import PARTS, PartName

SHIFTS_PERCENT = (-25, 25)

Parts = Sequence[float | None]  # of one ranked node, in reading order


@dataclass(frozen=True, slots=True)
class Shift:
    """One weight changed, all others as they are; `overlap` is how many of the first `size` stay among them."""

    part: PartName
    percent: int
    overlap: float
    correlation: float | None
    largest_move: int  # places that the node that moves most moves


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Every shift, and the smallest overlap that any combination of all shifts at once leaves."""

    nodes: int
    size: int
    shifts: tuple[Shift, ...]
    least_overlap: float


def sensitivity(nodes: Sequence[Parts], weights: Weights) -> Sensitivity | None:
    """What becomes of the order of these ranked nodes; nothing for fewer than four, which have no order to lose."""
    if len(nodes) < 4:
        return None
    given = tuple(100 * weight for weight in weights.by_part().values())  # so that a quarter is a whole number
    size = top_size(len(nodes))
    own = _order(nodes, given)
    shifts = []
    for place, part in enumerate(PARTS):
        for percent in SHIFTS_PERCENT:
            moved = [weight * (100 + percent) // 100 if at == place else weight for at, weight in enumerate(given)]
            shifts.append(_shift(part, percent, own, _order(nodes, moved), size))
    corners = product(*([weight * (100 + percent) // 100 for percent in SHIFTS_PERCENT] for weight in given))
    least = min(_overlap(own, _order(nodes, corner), size) for corner in corners)
    return Sensitivity(len(nodes), size, tuple(shifts), least)


def _order(nodes: Sequence[Parts], weights: Sequence[int]) -> list[float]:
    """The headline of each node, at the precision in which headlines are published and compared."""
    return [round(mean_of(one, weights) or 0.0, 4) for one in nodes]


def _shift(part: PartName, percent: int, own: Sequence[float], other: Sequence[float], size: int) -> Shift:
    before, after = doubled_ranks(own), doubled_ranks(other)
    moves = (abs(one - two) // 2 for one, two in zip(before, after, strict=True))
    return Shift(part, percent, _overlap(own, other, size), rank_correlation(before, after), max(moves))


def _overlap(own: Sequence[float], other: Sequence[float], size: int) -> float:
    return size * precision(chances_of_top(own, size), chances_of_top(other, size), size)
