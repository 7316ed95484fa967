"""Rounds page by page, newest first: the network's with their totals, and one node's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, Sum

from apps.network.models import OrchestratorRound, Round
from apps.network.selectors.history import _COLUMNS, NodeRound
from apps.protocol.units import Address, EthWei, LptWei


@dataclass(frozen=True, slots=True)
class Span:
    """Rounds from `first` to `last`, both included and both optional; `before` is where the next page begins."""

    first: int | None = None
    last: int | None = None
    before: int | None = None

    @property
    def condition(self) -> dict[str, int]:
        bounds = {"gte": self.first, "lte": self.last, "lt": self.before}
        return {name: bound for name, bound in bounds.items() if bound is not None}


@dataclass(frozen=True, slots=True)
class RoundTotals:
    """An initialised round and what its orchestrators did in it; sums of the running round still grow."""

    number: int
    started_at: datetime
    block: int
    block_hash: bytes
    tx_hash: bytes
    mintable_lpt_wei: LptWei | None
    inflation_ppb: int | None
    active_stake_lpt_wei: LptWei
    active_orchestrators: int
    reward_calls: int
    rewards_lpt_wei: LptWei
    fees_eth_wei: EthWei
    tickets: int


def network_rounds(span: Span, *, limit: int) -> list[RoundTotals]:
    """The newest rounds of the span with their totals. Two queries."""
    rows: Any = Round.objects.filter(**_on("number", span)).order_by("-number")
    found = list(
        rows.values_list(
            "number",
            "started_at",
            "block_id",
            "block__hash",
            "tx_hash",
            "mintable_lpt_wei",
            "inflation_ppb",
            "active_stake_lpt_wei",
            "active_orchestrators",
        )[:limit]
    )
    sums = _sums([row[0] for row in found])
    whole: list[list[Any]] = [[*row, *sums.get(row[0], (0, 0, 0, 0))] for row in found]
    return [RoundTotals(*figures) for figures in whole]


def _sums(numbers: Iterable[int]) -> dict[int, tuple[int, LptWei, EthWei, int]]:
    """Reward calls, rewards, fees and tickets of each round."""
    rows: Any = OrchestratorRound.objects.filter(round__in=list(numbers)).values_list("round")
    summed = rows.annotate(
        calls=Count("round", filter=Q(reward_called=True)),
        rewards=Sum("reward_lpt_wei"),
        fees=Sum("fees_eth_wei"),
        won=Sum("tickets"),
    )
    return {number: tuple(sums) for number, *sums in summed}


def rounds_of_node(address: Address, span: Span, *, limit: int) -> list[NodeRound]:
    """The node's newest rounds of the span. One query on the primary key."""
    rows: Any = OrchestratorRound.objects.filter(orchestrator=address, **_on("round", span)).order_by("-round")
    return [NodeRound(*row) for row in rows.values_list(*_COLUMNS)[:limit]]


def _on(column: str, span: Span) -> dict[str, int]:
    return {f"{column}__{name}": bound for name, bound in span.condition.items()}
