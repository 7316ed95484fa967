"""What the score is made from: plain facts about whole rounds, their canonical text and its digest.

Nothing here touches a framework, so a stored bundle of facts can be scored again anywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from operator import attrgetter
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
    """The facts as JSON without spaces: keys and rows sorted, rows as arrays, every integer as a decimal string."""
    whole = {
        "orchestrators": [_plain(one) for one in sorted(facts.orchestrators, key=_address)],
        "round": str(facts.round),
        "rows": {name: list(columns) for name, (columns, _) in _ROWS.items()},
        "window": [str(number) for number in sorted(facts.window)],
    }
    return json.dumps(whole, sort_keys=True, separators=(",", ":"))


def digest(facts: NetworkFacts) -> str:
    """sha256 of the canonical text, in hex: equal facts give an equal digest on any machine."""
    return hashlib.sha256(canonical(facts).encode()).hexdigest()


def _columns(fact: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(field.name for field in fields(fact))
    return names, attrgetter(*names)


_ROWS = {"cuts": _columns(CutFact), "payments": _columns(PaymentFact), "rounds": _columns(RoundFact)}
_ORDER: dict[str, Callable[[Any], Any]] = {
    "cuts": attrgetter(
        "round"
    ),  # two changes in one round keep the order of the chain, which is the order they came in
    "payments": attrgetter("round", "gateway"),
    "rounds": attrgetter("round"),
}
_address = attrgetter("address")


def _plain(one: OrchestratorFacts) -> dict[str, Any]:
    rows = {name: _table(getattr(one, name), name) for name in _ROWS}
    return {
        **rows,
        "active": one.active,
        "address": one.address,
        "fee_share_ppm": str(one.fee_share_ppm),
        "registered": one.registered,
        "reward_cut_ppm": str(one.reward_cut_ppm),
    }


def _table(rows: Iterable[Any], name: str) -> list[list[Any]]:
    values = _ROWS[name][1]
    return [[_text(value) for value in values(row)] for row in sorted(rows, key=_ORDER[name])]


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, bool) else str(value)
