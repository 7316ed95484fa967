"""The scores of a run under other weights: value, interval, coverage and rank made anew from the stored parts.

The quick twin of `headline.headline`, for lists of thousands: whole numbers of ten-thousandths in place of decimals,
and equal to it in all four decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
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


def weighed(standings: Mapping[Address, Standing], weights: Weights) -> dict[Address, Standing]:
    """Each standing as these weights make it, with the method's own value and rank kept beside.

    Who has no rank in the run has none here. Equal values share a rank, and the next rank is left out.
    """
    measure = _measure(_Scale.of(weights))
    why = ONLY_COMMUNITY if not any(_shares(weights, (True,) * len(PARTS))) else NO_PART_COUNTS
    made = {address: measure(one) for address, one in standings.items()}
    able = [address for address, one in standings.items() if one.rank is not None]
    ranks = _ranks({address: made[address][0] for address in able})
    return {
        address: _standing(one, made[address], ranks.get(address), why if one.rank is not None else "")
        for address, one in standings.items()
    }


_Figures = tuple[int | None, int, int, int]


def _measure(scale: _Scale) -> Callable[[Standing], _Figures]:
    """A function to the value, low, high and coverage of a standing, all in ten-thousandths."""
    w0, w1, w2, w3 = scale.every
    total = w0 + w1 + w2 + w3

    def measure(one: Standing) -> _Figures:
        a, b, c, d = one.parts or (_UNKNOWN,) * len(PARTS)
        if not total:
            return None, 0, _TOP, 0
        k0, k1, k2, k3 = scale.known[a.value is not None, b.value is not None, c.value is not None, d.value is not None]
        known = k0 + k1 + k2 + k3
        value = k0 * (a.value or 0) + k1 * (b.value or 0) + k2 * (c.value or 0) + k3 * (d.value or 0)
        return (
            _half_even(value, known) if known else None,
            _half_even(w0 * a.low + w1 * b.low + w2 * c.low + w3 * d.low, total),
            _half_even(w0 * a.high + w1 * b.high + w2 * c.high + w3 * d.high, total),
            _half_even(w0 * a.coverage + w1 * b.coverage + w2 * c.coverage + w3 * d.coverage, total),
        )

    return measure


def _half_even(number: int, by: int) -> int:
    """The quotient rounded as decimals are: a half goes to the even neighbour."""
    whole, rest = divmod(number, by)
    twice = 2 * rest
    return whole + 1 if twice > by or (twice == by and whole & 1) else whole


def _ranks(values: Mapping[Address, int | None]) -> dict[Address, int]:
    known = sorted(((value, address) for address, value in values.items() if value is not None), reverse=True)
    ranks: dict[Address, int] = {}
    before, rank = None, 0
    for place, (value, address) in enumerate(known, start=1):
        if value != before:
            before, rank = value, place
        ranks[address] = rank
    return ranks


def _standing(one: Standing, figures: _Figures, rank: int | None, why: str) -> Standing:
    value, low, high, coverage = figures
    unweighed = rank is None and bool(why)
    return Standing(
        None if value is None else value / STEP,
        low / STEP,
        high / STEP,
        coverage / STEP,
        rank,
        one.work,
        one.terms,
        one.jobs,
        one.community,
        "weights" if unweighed else one.gate_code,
        why if unweighed else one.gate,
        one.parts,
        one.rank,
        one.value,
    )


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
