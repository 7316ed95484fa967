"""The headline: the parts of a score weighed into one number with its interval. Exact, pure and quick."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from apps.scoring.results import HUNDRED, PARTS, ZERO, PartName, fixed

LARGEST_WEIGHT = 10
OTHERS_PER_COMMUNITY = 9  # community is at most a tenth: one for each nine of all others


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part counts, whole numbers from 0 to 10 of which one at least is above 0.

    Raises ValueError, with a sentence for the reader, on anything else.
    """

    work: int
    terms: int
    jobs: int
    community: int

    def __post_init__(self) -> None:
        for name, weight in self.by_part().items():
            if not 0 <= weight <= LARGEST_WEIGHT:
                raise ValueError(f"The weight of {name} is {weight}; it must be a whole number from 0 to 10.")
        if not any(self.by_part().values()):
            raise ValueError("All weights are 0; at least one must be above 0.")

    def by_part(self) -> dict[PartName, int]:
        """The weights by the name of their part, in reading order."""
        return {"work": self.work, "terms": self.terms, "jobs": self.jobs, "community": self.community}


class Weighed(Protocol):
    """What the headline needs of a part; `value`, `low` and `high` are empty where it is unknown."""

    @property
    def name(self) -> PartName: ...
    @property
    def value(self) -> Decimal | None: ...
    @property
    def low(self) -> Decimal | None: ...
    @property
    def high(self) -> Decimal | None: ...
    @property
    def coverage(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Headline:
    """Value, interval (0 to 100) and coverage (0 to 1) of the whole; no value where no part that counts is known."""

    value: Decimal | None
    low: Decimal
    high: Decimal
    coverage: Decimal


def headline(parts: Iterable[Weighed], weights: Weights) -> Headline:
    """The weighted mean of the known parts.

    In the interval an unknown part counts as anything from 0 to 100. Coverage is the weight of each part times how far
    its data reaches. Whoever has no known work part has no rank, whatever this value: the gates see to that.
    """
    every = {part.name: part for part in parts}
    all_shares = shares(weights, PARTS)
    known = shares(weights, [name for name in PARTS if name in every and every[name].value is not None])
    total, known_total = sum(all_shares.values()), sum(known.values())
    if not total:
        return Headline(None, fixed(ZERO), fixed(HUNDRED), fixed(ZERO))
    value = sum(((every[name].value or ZERO) * share for name, share in known.items()), ZERO)
    low, high, coverage = ZERO, ZERO, ZERO
    for name, share in all_shares.items():
        part = every.get(name)
        low += share * (ZERO if part is None or part.low is None else part.low)
        high += share * (HUNDRED if part is None or part.high is None else part.high)
        coverage += share * (ZERO if part is None else part.coverage)
    return Headline(
        fixed(value / known_total) if known_total else None,
        fixed(low / total),
        fixed(high / total),
        fixed(coverage / total),
    )


def shares(weights: Weights, counting: Iterable[PartName]) -> Mapping[PartName, int]:
    """The weight of each part that counts, times nine, so that the community's cap is a whole number too."""
    names = tuple(counting)
    given = weights.by_part()
    others = sum(given[name] for name in names if name != "community")
    found = {name: OTHERS_PER_COMMUNITY * given[name] for name in names}
    if "community" in found:
        found["community"] = min(found["community"], others)
    return found
