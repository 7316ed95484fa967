"""What the score is made from: plain facts about whole rounds, their canonical text and its digest.

Nothing here touches a framework, so a stored bundle of facts can be scored again anywhere.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from apps.protocol.units import Address, EthWei, LptWei, Ppm, Round

LONG_ROUNDS = 90
RECENT_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class RoundFact:
    """One orchestrator in one round in which it was active."""

    round: Round
    stake_lpt_wei: LptWei
    reward_called: bool
    reward_cut_ppm: Ppm
    fee_share_ppm: Ppm
    fees_eth_wei: EthWei  # as the contract credited them, whoever paid


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """All that one gateway paid to one orchestrator in one round."""

    round: Round
    gateway: Address
    amount_eth_wei: EthWei
    tickets: int


@dataclass(frozen=True, slots=True)
class CutFact:
    """A change of terms; the old values are empty on the first setting, which worsens nothing."""

    round: Round
    reward_cut_ppm: Ppm
    fee_share_ppm: Ppm
    old_reward_cut_ppm: Ppm | None
    old_fee_share_ppm: Ppm | None


@dataclass(frozen=True, slots=True)
class OrchestratorFacts:
    """One orchestrator: its standing at the block of the run, and what it did in the window's whole rounds."""

    address: Address
    registered: bool
    active: bool
    reward_cut_ppm: Ppm
    fee_share_ppm: Ppm
    rounds: tuple[RoundFact, ...]
    payments: tuple[PaymentFact, ...]
    cuts: tuple[CutFact, ...]


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """Everything a run may know.

    `round` is the round open at the block of the run. `window` is the rounds before it that were initialised, among the
    last LONG_ROUNDS; no fact of an orchestrator lies outside it but a change of terms in the open round.
    """

    round: Round
    window: tuple[Round, ...]
    orchestrators: tuple[OrchestratorFacts, ...]


def canonical(facts: NetworkFacts) -> str:
    """The facts as JSON with sorted keys and rows, no spaces, and every integer as a decimal string."""
    ordered = asdict(facts)
    ordered["window"] = sorted(facts.window)
    ordered["orchestrators"] = sorted((_sorted_rows(one) for one in ordered["orchestrators"]), key=_address)
    return json.dumps(_plain(ordered), sort_keys=True, separators=(",", ":"))


def digest(facts: NetworkFacts) -> str:
    """sha256 of the canonical text, in hex: equal facts give an equal digest on any machine."""
    return hashlib.sha256(canonical(facts).encode()).hexdigest()


def _sorted_rows(one: dict[str, Any]) -> dict[str, Any]:
    rows = {key: sorted(one[key], key=_row_order) for key in ("rounds", "payments", "cuts")}
    return {**one, **rows}


def _row_order(row: dict[str, Any]) -> tuple[Any, ...]:
    # two changes of cut in one round keep the order of the chain, which is the order they came in
    return (row["round"], row.get("gateway", ""))


def _address(one: dict[str, Any]) -> str:
    return str(one["address"])


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value
