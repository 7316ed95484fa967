"""A node's fees by job type as its newest score run stored them, for pages and the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.network import jobtypes
from apps.scoring.selectors import PartRow


@dataclass(frozen=True, slots=True)
class TypeLine:
    """Fees of one job type: what is sure, the estimate, and all that could be. `how`: label, single or telemetry."""

    job_type: str
    low_eth_wei: int
    estimate_eth_wei: int
    high_eth_wei: int
    how: Sequence[str]

    @property
    def name(self) -> str:
        return jobtypes.name_of(self.job_type, self.job_type)


@dataclass(frozen=True, slots=True)
class OutLine:
    """Money of one gateway that is no sign of demand, and why."""

    code: str
    reason: str
    gateway: str
    amount_eth_wei: int
    tickets: int
    source: str


@dataclass(frozen=True, slots=True)
class Split:
    """One window: total = taken out + market, and market = all estimates + unknown, to the wei.

    `coverage` is what reported work was worth of what was paid, None where none was reported.
    """

    rounds: int
    total_eth_wei: int
    market_eth_wei: int
    unknown_eth_wei: int
    sure_eth_wei: int
    tickets: int
    coverage: float | None
    by_class: Mapping[str, int]
    types: Sequence[TypeLine]
    taken_out: Sequence[OutLine]
    checks: Sequence[str]


@dataclass(frozen=True, slots=True)
class Splits:
    """Both windows of a run, and the version of the method that made them."""

    method: str
    long: Split
    recent: Split


def splits_of(parts: Sequence[PartRow]) -> Splits | None:
    """The splits stored with the parts of a score; None where a run of an older method made none."""
    stored: Any = next((part.sources.get("fees_by_job_type") for part in parts if part.name == "jobs"), None)
    if stored is None:
        return None
    return Splits(stored["method"], _split(stored["long"]), _split(stored["recent"]))


def _split(stored: Mapping[str, Any]) -> Split:
    return Split(
        rounds=stored["rounds"],
        total_eth_wei=int(stored["total_eth_wei"]),
        market_eth_wei=int(stored["market_eth_wei"]),
        unknown_eth_wei=int(stored["unknown_eth_wei"]),
        sure_eth_wei=int(stored["sure_eth_wei"]),
        tickets=stored["tickets"],
        coverage=None if stored["coverage"] is None else float(stored["coverage"]),
        by_class={name: int(amount) for name, amount in stored["by_class_eth_wei"].items()},
        types=[
            TypeLine(
                each["job_type"],
                int(each["low_eth_wei"]),
                int(each["estimate_eth_wei"]),
                int(each["high_eth_wei"]),
                each["how"],
            )
            for each in stored["types"]
        ],
        taken_out=[OutLine(**{**each, "amount_eth_wei": int(each["amount_eth_wei"])}) for each in stored["taken_out"]],
        checks=stored["checks"],
    )
