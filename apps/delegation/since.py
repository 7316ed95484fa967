"""What changed about a position since a round: what its owner did, what it earned, what its node did meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from apps.delegation.earned import RoundEarned
from apps.delegation.held import Held
from apps.delegation.models import StakeEvent
from apps.delegation.positions import rounds_of
from apps.network.models import OrchestratorRound
from apps.network.selectors.activity import LOG, Happening, cut_changes, from_log

MOST_ACTS = 200
MOST_CHANGES = 100


@dataclass(frozen=True, slots=True)
class Since:
    """From the beginning of round `first` on, newest first. `rounds` is None where logs are missing."""

    first: int
    rounds: Sequence[RoundEarned] | None
    acts: Sequence[Happening]
    terms: Sequence[Happening]
    missed: Sequence[int]  # rounds in which its node was active and called no reward, the running one left out

    @property
    def put_in_lpt_wei(self) -> int | None:
        return self._sum("put_in_lpt_wei")

    @property
    def taken_out_lpt_wei(self) -> int | None:
        return self._sum("taken_out_lpt_wei")

    @property
    def rewards_lpt_wei(self) -> int | None:
        return self._sum("rewards_lpt_wei")

    @property
    def fees_eth_wei(self) -> int | None:
        return self._sum("fees_eth_wei")

    def _sum(self, name: str) -> int | None:
        return None if self.rounds is None else sum(getattr(row, name) for row in self.rounds)


def since(held: Held, first: int) -> Since:
    """What changed from round `first` on. Five queries."""
    rounds = rounds_of(held, first=first)
    return Since(
        first=first,
        rounds=None if rounds is None else list(reversed(rounds)),
        acts=_acts(held.address, first),
        terms=_terms(held, first),
        missed=_missed(held, first),
    )


_COLUMNS = ("kind", "round", "delegator", "delegate", "other", "amount_lpt_wei", "fees_eth_wei")


def _acts(address: str, first: int) -> list[Happening]:
    """Everything but claims, which come with other acts; a transfer is one row for the sender and the receiver."""
    own = Q(delegator=address, in_transfer=False) & ~Q(kind=StakeEvent.Kind.CLAIM)
    received = Q(kind=StakeEvent.Kind.TRANSFER, other=address)
    rows: Any = StakeEvent.objects.filter(own | received, round__gte=first).order_by("-block", "-log_index")
    return [_act(address, row) for row in rows.values_list(*_COLUMNS, *LOG)[:MOST_ACTS]]


def _act(address: str, row: Sequence[Any]) -> Happening:
    kind, number, delegator, delegate, other, lpt, eth, *log = row
    if kind == StakeEvent.Kind.TRANSFER:
        kind = "received" if other == address and delegator != address else "gave"
    elif kind == StakeEvent.Kind.BOND and other not in (None, delegate) and int(other, 16):
        kind = "moved"
    return from_log(
        kind, log, round=number, node=delegate or "", account=delegator, other=other or "", lpt_wei=lpt, eth_wei=eth
    )


def _terms(held: Held, first: int) -> list[Happening]:
    if not held.delegate:
        return []
    changes = cut_changes(MOST_CHANGES, node=held.delegate)
    return [one for one in changes if one.round is not None and one.round >= first]


def _missed(held: Held, first: int) -> list[int]:
    if not held.delegate:
        return []
    rows = OrchestratorRound.objects.filter(
        orchestrator=held.delegate, round__range=(first, held.running - 1), active=True, reward_called=False
    )
    return list(rows.order_by("-round").values_list("round", flat=True))
