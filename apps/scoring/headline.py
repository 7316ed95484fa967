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


def headline(parts: Iterable[Weighed], weights: Weights, *, community_lifts: bool = True) -> Headline:
    """The weighted mean of the known parts but community, lifted by community.

    The lift is that share of what the mean lacks to 100 which community has by its weight, a tenth at most, times the
    community part over 100. In the interval an unknown part counts as anything from 0 to 100. Coverage is the weight of
    each part times how far its data reaches. Where community does not lift, as in methods before 1.1, it is weighed
    into the mean. Whoever has no known work part has no rank, whatever this value: the gates see to that.
    """
    every = {part.name: part for part in parts}
    all_shares = shares(weights, PARTS)
    known = shares(weights, [name for name in PARTS if name in every and every[name].value is not None])
    total, known_total = sum(all_shares.values()), sum(known.values())
    if not total:
        return Headline(None, fixed(ZERO), fixed(HUNDRED), fixed(ZERO))
    values: dict[PartName, Decimal] = {}
    lows, highs, coverage = dict.fromkeys(PARTS, ZERO), dict.fromkeys(PARTS, HUNDRED), ZERO
    for name, part in every.items():
        if part.value is not None:
            values[name] = part.value
        lows[name] = ZERO if part.low is None else part.low
        highs[name] = HUNDRED if part.high is None else part.high
        coverage += all_shares[name] * part.coverage
    whole = _lifted if community_lifts else _mean
    return Headline(
        fixed(whole(values, known)) if known_total else None,
        fixed(whole(lows, all_shares)),
        fixed(whole(highs, all_shares)),
        fixed(coverage / total),
    )


def _mean(values: Mapping[PartName, Decimal], given: Mapping[PartName, int]) -> Decimal:
    return sum((values[name] * share for name, share in given.items()), ZERO) / sum(given.values())


def _lifted(values: Mapping[PartName, Decimal], given: Mapping[PartName, int]) -> Decimal:
    """One division at the end, so that the quick twin in whole numbers rounds alike."""
    others = {name: share for name, share in given.items() if name != "community"}
    share, rest = given.get("community", 0), sum(others.values())
    numerator = sum((values[name] * each for name, each in others.items()), ZERO)
    if not share:
        return numerator / rest
    lack = HUNDRED * rest - numerator
    lifted = HUNDRED * (rest + share) * numerator + share * values["community"] * lack
    return lifted / (HUNDRED * (rest + share) * rest)


def shares(weights: Weights, counting: Iterable[PartName]) -> Mapping[PartName, int]:
    """The weight of each part that counts, times nine, so that the community's cap is a whole number too."""
    names = tuple(counting)
    given = weights.by_part()
    others = sum(given[name] for name in names if name != "community")
    found = {name: OTHERS_PER_COMMUNITY * given[name] for name in names}
    if "community" in found:
        found["community"] = min(found["community"], others)
    return found
