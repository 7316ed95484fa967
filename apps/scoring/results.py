"""What a run of the formula gives back: parts, gates, advice and the headline of each orchestrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from apps.protocol.units import Address

PartName = Literal["work", "terms", "jobs", "community"]
Severity = Literal["info", "good", "warn", "danger"]
PARTS: tuple[PartName, ...] = ("work", "terms", "jobs", "community")

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Part:
    """One part, 0 to 100, with a 90 % interval. An unknown part has no value and says in `reason` what is missing.

    `coverage` is the share of the data it would like to rest on that was there, 0 to 1; `sources` holds the figures
    behind the sentence, amounts as decimal strings with their unit in the key. `raises` says what would raise the part,
    a sentence each, the weightiest first; none where nothing its operator can do would.
    """

    name: PartName
    weight: int
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    coverage: Decimal
    reason: str
    sources: Mapping[str, object] = field(default_factory=dict)
    raises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition for a rank that does not hold, with the cause in words."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Advice:
    """The one sentence a delegator should read first."""

    sentence: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Result:
    """The score of one orchestrator. Without a rank, `gates` names every cause; the raw value is kept beside them."""

    address: Address
    value: Decimal | None
    low: Decimal
    high: Decimal
    coverage: Decimal
    rank: int | None
    gates: tuple[Gate, ...]
    advice: Advice
    parts: tuple[Part, ...]


def fixed(value: Decimal) -> Decimal:
    """Rounded to four decimals, the precision in which scores are stored, compared and published."""
    return value.quantize(_STEP, rounding=ROUND_HALF_EVEN)


def clipped(value: Decimal, low: Decimal = ZERO, high: Decimal = HUNDRED) -> Decimal:
    return max(low, min(high, value))


def widened(low: Decimal, high: Decimal, *, coverage: Decimal) -> tuple[Decimal, Decimal]:
    """The interval once what is not covered may be anything from 0 to 100."""
    return low * coverage, high * coverage + HUNDRED * (ONE - coverage)


def known(
    name: PartName,
    *,
    weight: int,
    value: Decimal,
    low: Decimal,
    high: Decimal,
    coverage: Decimal,
    reason: str,
    sources: Mapping[str, object],
    raises: tuple[str, ...] = (),
) -> Part:
    """A part with a value, its interval widened by what the data does not cover, all at the published precision."""
    low, high = widened(low, high, coverage=coverage)
    return Part(
        name=name,
        weight=weight,
        value=fixed(clipped(value)),
        low=fixed(clipped(low)),
        high=fixed(clipped(high)),
        coverage=fixed(coverage),
        reason=reason,
        sources=sources,
        raises=raises,
    )


def unknown(
    name: PartName,
    *,
    weight: int,
    reason: str,
    sources: Mapping[str, object] | None = None,
    raises: tuple[str, ...] = (),
) -> Part:
    """A part about which nothing is known."""
    return Part(
        name=name,
        weight=weight,
        value=None,
        low=None,
        high=None,
        coverage=fixed(ZERO),
        reason=reason,
        sources=sources or {},
        raises=raises,
    )
