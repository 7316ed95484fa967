"""The job mix part: which kinds of work a node serves and earns from, against what the network demands now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.scoring.facts import NetworkFacts, OrchestratorFacts
from apps.scoring.results import Part, unknown

if TYPE_CHECKING:
    from apps.scoring.method import Method


@dataclass(frozen=True, slots=True)
class Market:
    """All nodes' fees by job type and the network's demand, made once a run."""


def market_of(facts: NetworkFacts, method: Method) -> Market:
    """What every node is measured against."""
    return Market()


def jobs_part(one: OrchestratorFacts, market: Market, method: Method, *, weight: int) -> Part:
    """The job mix part of one orchestrator; unknown where no source tells what it was paid for."""
    return unknown("jobs", weight=weight, reason="Unknown: no source tells what kinds of work it was paid for.")
