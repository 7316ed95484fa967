"""What one window of events makes: rows of its own, and the keys whose derived rows change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apps.protocol.ledger import RoundRecord

Row = list[Any]


@dataclass(slots=True)
class LockRow:
    """An unbonding lock as it stands; `opened` tells a new row from a change to a stored one."""

    delegate: str | None
    amount: int | None
    withdraw_round: int | None
    state: str
    block: int
    opened: bool


@dataclass(slots=True)
class Rows:
    """Event rows in the column order of their tables (see writer.COLUMNS), and what has to be rewritten."""

    rounds: list[Row] = field(default_factory=list)
    cut_changes: list[Row] = field(default_factory=list)
    reward_calls: list[Row] = field(default_factory=list)
    pool_changes: list[Row] = field(default_factory=list)
    uri_updates: list[Row] = field(default_factory=list)
    reward_callers: list[Row] = field(default_factory=list)
    contract_changes: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    fundings: list[Row] = field(default_factory=list)
    stake_events: list[Row] = field(default_factory=list)
    governance: dict[str, list[Row]] = field(default_factory=dict)  # by table
    orchestrators: set[str] = field(default_factory=set)
    records: dict[tuple[str, int], RoundRecord] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    locks: dict[tuple[str, int], LockRow] = field(default_factory=dict)
    parked: list[Row] = field(default_factory=list)
