"""Reads what sources beside the chain told of work, as facts of a run: only hours before the time of its block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from apps.protocol.units import Address, BlockNumber, Round
from apps.scoring.jobfacts import DeliveryFacts, JobFacts, MarketFacts


@dataclass(frozen=True, slots=True)
class JobInputs:
    """By orchestrator, those of whom anything was told; `market` is empty where no source was ever read."""

    jobs: Mapping[Address, JobFacts] = field(default_factory=dict)
    delivery: Mapping[Address, DeliveryFacts] = field(default_factory=dict)
    market: MarketFacts | None = None


def read_jobs(*, first: Round, now: Round, block: BlockNumber, until: datetime) -> JobInputs:
    """Facts of rounds `first` to the one before `now`; `until` is the time of the block of the run."""
    return JobInputs()
