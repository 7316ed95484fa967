"""The scores of a run under other weights: value, interval, coverage and rank made anew from the stored parts.

The quick twin of `headline.headline`, for lists of thousands: whole numbers of ten-thousandths in place of decimals,
and equal to it in all four decimals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from operator import mul
from typing import Any

from apps.network.selectors.orchestrators import PartFigures, Standing
from apps.protocol.units import Address
from apps.scoring.headline import Weights, shares
from apps.scoring.results import PARTS, PartName
from apps.scoring.selectors import GateRow, ScoreRow

STEP = 10_000  # figures have four decimals
_TOP = 100 * STEP
_UNKNOWN = PartFigures(None, 0, _TOP, 0)
NO_PART_COUNTS = "None of the parts that you gave weight to is known."
ONLY_COMMUNITY = "Community counts for at most a tenth of the others: give one of them weight too."

Mask = tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    """The shares of the parts: of all of them, and of the known ones for each way of being known."""

    every: tuple[int, ...]
    known: Mapping[Mask, tuple[int, ...]]

    @classmethod
    def of(cls, weights: Weights) -> _Scale:
        masks = product((False, True), repeat=len(PARTS))
        return cls(_shares(weights, (True,) * len(PARTS)), {mask: _shares(weights, mask) for mask in masks})


def _shares(weights: Weights, mask: Mask) -> tuple[int, ...]:
    found = shares(weights, [name for name, known in zip(PARTS, mask, strict=True) if known])
    return tuple(found.get(name, 0) for name in PARTS)


class Weighing:
    """The standings of a run by other weights: ranks of all at once, the rest for those that are asked for.

    Who has no rank in the run has none here. Equal values share a rank, and the next rank is left out.
    """

    def __init__(self, standings: Mapping[Address, Standing], weights: Weights) -> None:
        self._standings = standings
        self._scale = _Scale.of(weights)
        counts = any(self._scale.every)
        self._why = NO_PART_COUNTS if counts else ONLY_COMMUNITY
        self._values = _values(standings, self._scale) if counts else {}
        self._ranks = _ranks(self._values)

    def rank(self, address: Address) -> int | None:
        return self._ranks.get(address)

    def value(self, address: Address) -> float | None:
        """The value of a ranked node, None of others."""
        found = self._values.get(address)
        return None if found is None else found / STEP

    def coverage(self, address: Address) -> float | None:
        one = self._standings.get(address)
        return None if one is None else _mean(self._scale.every, [part.coverage for part in _parts(one)]) / STEP

    def standing(self, address: Address) -> Standing | None:
        """All of a node's figures, with the method's own value and rank beside; None where the run did not see it."""
        one = self._standings.get(address)
        if one is None:
            return None
        parts, every, rank = _parts(one), self._scale.every, self._ranks.get(address)
        known = self._scale.known[tuple(part.value is not None for part in parts)]
        unweighed = one.rank is not None and rank is None
        return replace(
            one,
            value=_lifted(known, [part.value or 0 for part in parts]) / STEP if any(known) and any(every) else None,
            low=_lifted(every, [part.low for part in parts]) / STEP if any(every) else 0.0,
            high=_lifted(every, [part.high for part in parts]) / STEP if any(every) else 100.0,
            coverage=_mean(every, [part.coverage for part in parts]) / STEP,
            rank=rank,
            gate_code="weights" if unweighed else one.gate_code,
            gate=self._why if unweighed else one.gate,
            method_rank=one.rank,
            method_value=one.value,
        )


def weighed(standings: Mapping[Address, Standing], weights: Weights) -> dict[Address, Standing]:
    """Every standing as these weights make it."""
    weighing = Weighing(standings, weights)
    return {address: standing for address in standings if (standing := weighing.standing(address)) is not None}


def _parts(one: Standing) -> Sequence[PartFigures]:
    return one.parts or (_UNKNOWN,) * len(PARTS)


def _mean(shares_: Sequence[int], figures: Sequence[int]) -> int:
    """The weighted mean in whole ten-thousandths; 0 where nothing has a share."""
    total = sum(shares_)
    return _half_even(sum(map(mul, shares_, figures)), total) if total else 0


def _lifted(shares_: Sequence[int], figures: Sequence[int]) -> int:
    """The mean of all parts but community, the last, lifted by it: as `headline` does it, in whole ten-thousandths."""
    share, part = shares_[3], figures[3]
    rest = shares_[0] + shares_[1] + shares_[2]
    if not rest:
        return 0
    sum_ = shares_[0] * figures[0] + shares_[1] * figures[1] + shares_[2] * figures[2]
    if not share:
        return _half_even(sum_, rest)
    whole = _TOP * (rest + share)
    return _half_even(whole * sum_ + share * part * (_TOP * rest - sum_), whole * rest)


def _values(standings: Mapping[Address, Standing], scale: _Scale) -> dict[Address, int]:
    """The values of all that are ranked and have a known part that counts; written out, as there may be thousands."""
    found, shares_of = {}, scale.known
    for address, one in standings.items():
        parts = one.parts
        if one.rank is None or not parts:
            continue
        a, b, c, d = parts[0][0], parts[1][0], parts[2][0], parts[3][0]
        k0, k1, k2, k3 = shares_of[a is not None, b is not None, c is not None, d is not None]
        if d is not None:
            if k0 + k1 + k2:
                found[address] = _lifted((k0, k1, k2, k3), (a or 0, b or 0, c or 0, d))
        elif total := k0 + k1 + k2:
            found[address] = _half_even(k0 * (a or 0) + k1 * (b or 0) + k2 * (c or 0), total)
    return found


def _half_even(number: int, by: int) -> int:
    """The quotient rounded as decimals are: a half goes to the even neighbour."""
    whole, rest = divmod(number, by)
    twice = 2 * rest
    return whole + 1 if twice > by or (twice == by and whole & 1) else whole


def _ranks(values: Mapping[Address, int]) -> dict[Address, int]:
    ranks: dict[Address, int] = {}
    before, rank = -1, 0
    for place, address in enumerate(sorted(values, key=values.__getitem__, reverse=True), start=1):
        value = values[address]
        if value != before:
            before, rank = value, place
        ranks[address] = rank
    return ranks


@dataclass(frozen=True, slots=True)
class WeighedScore(ScoreRow):
    """A stored score as some weights make it, with the method's own value and rank beside."""

    method_value: float | None
    method_rank: int | None


def by_method(row: ScoreRow) -> WeighedScore:
    """The stored score as it is."""
    return WeighedScore(**_fields(row), method_value=row.value, method_rank=row.rank)


def reweighed(row: ScoreRow, standing: Standing, weights: Weights) -> WeighedScore:
    """A stored score with the headline of a standing that `weighed` made, and the weights beside each part."""
    given: Mapping[str, int] = {str(name): weight for name, weight in weights.by_part().items()}
    changed = {
        "value": standing.value,
        "low": standing.low,
        "high": standing.high,
        "coverage": standing.coverage,
        "rank": standing.rank,
        "gates": row.gates or ((GateRow(standing.gate_code, standing.gate),) if standing.gate_code else ()),
        "parts": tuple(replace(part, weight=given.get(part.name, part.weight)) for part in row.parts),
    }
    return WeighedScore(**{**_fields(row), **changed}, method_value=row.value, method_rank=row.rank)


def _fields(row: ScoreRow) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(ScoreRow)}


def chosen(weights: Weights) -> Sequence[PartName]:
    """The parts that these weights count, in reading order."""
    return [name for name, weight in weights.by_part().items() if weight]
