"""What happened, newest first: to one node, and across the network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q

from apps.network.models import (
    CutChange,
    OrchestratorRound,
    PoolChange,
    RewardCall,
    Round,
    ServiceUriUpdate,
    TicketPayment,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened, with the log it is known from. Which fields are filled depends on `kind`."""

    kind: str
    block: int
    log_index: int
    time: datetime
    tx_hash: bytes
    round: int | None = None
    node: str = ""
    account: str = ""
    other: str = ""
    lpt_wei: int | None = None
    eth_wei: int | None = None
    reward_cut_ppm: int | None = None
    fee_share_ppm: int | None = None
    old_reward_cut_ppm: int | None = None
    old_fee_share_ppm: int | None = None
    effective_round: int | None = None
    text: str = ""

    @property
    def order(self) -> tuple[int, int]:
        return (self.block, self.log_index)


@dataclass(frozen=True, slots=True)
class Misses:
    """Nodes that missed their call of the round that `round` ended, each with its misses in the rounds counted."""

    round: Round
    nodes: Sequence[tuple[str, int]]
    counted_rounds: int

    @property
    def missed_round(self) -> int:
        return self.round.number - 1


@dataclass(frozen=True, slots=True)
class RewardCalls:
    """How many reward calls a round could have had, and how many it had."""

    due: int
    made: int


def newest(happenings: Iterable[Happening], most: int) -> list[Happening]:
    """The `most` newest, in reverse order of the chain."""
    return sorted(happenings, key=lambda one: one.order, reverse=True)[:most]


# the log behind a row, in the order that `from_log` takes it
LOG = ("block_id", "log_index", "block__time", "tx_hash")


def from_log(kind: str, log: Sequence[Any], **fields: Any) -> Happening:
    """A happening of the log whose LOG columns are given."""
    block, log_index, time, tx_hash = log
    return Happening(kind=kind, block=block, log_index=log_index, time=time, tx_hash=bytes(tx_hash), **fields)


def node_happenings(address: str, *, most: int) -> list[Happening]:
    """The node's newest rewards, tickets, changes of terms, pool and service address."""
    found = [
        *_rewards(address, most),
        *_tickets(address, most),
        *cut_changes(most, node=address),
        *pool_changes(most, node=address),
        *_service_addresses(address, most),
    ]
    return newest(found, most)


def _rewards(address: str, most: int) -> list[Happening]:
    rows = RewardCall.objects.filter(orchestrator=address).order_by("-round")
    values = rows.values_list("round", "amount_lpt_wei", *LOG)[:most]
    return [from_log("reward", log, round=number, lpt_wei=amount) for number, amount, *log in values]


def _tickets(address: str, most: int) -> list[Happening]:
    rows = TicketPayment.objects.filter(orchestrator=address).order_by("-round", "-block", "-log_index")
    values = rows.values_list("round", "gateway", "amount_eth_wei", *LOG)[:most]
    return [
        from_log("ticket", log, round=number, account=gateway, eth_wei=amount)
        for number, gateway, amount, *log in values
    ]


def _service_addresses(address: str, most: int) -> list[Happening]:
    rows = ServiceUriUpdate.objects.filter(orchestrator=address).order_by("-block", "-log_index")
    return [from_log("service", log, text=uri) for uri, *log in rows.values_list("uri", *LOG)[:most]]


_TERMS = ("reward_cut_ppm", "fee_share_ppm", "old_reward_cut_ppm", "old_fee_share_ppm")


def cut_changes(most: int, *, node: str | None = None) -> list[Happening]:
    """The newest changes of terms of a node, or of all nodes less first settings; what changed nothing is left out."""
    rows = CutChange.objects.exclude(
        old_reward_cut_ppm=F("reward_cut_ppm"), old_fee_share_ppm=F("fee_share_ppm"), old_reward_cut_ppm__isnull=False
    )
    rows = rows.filter(orchestrator=node) if node else rows.filter(old_reward_cut_ppm__isnull=False)
    values = rows.order_by("-block", "-log_index").values_list("orchestrator", "round", *LOG, *_TERMS)[:most]
    return [
        from_log("terms", rest[:4], node=address, round=number, **dict(zip(_TERMS, rest[4:], strict=True)))
        for address, number, *rest in values
    ]


def pool_changes(most: int, *, node: str | None = None) -> list[Happening]:
    """The newest entries into the pool and exits from it; the first entry of a node is `new`."""
    rows = PoolChange.objects.filter(orchestrator=node) if node else PoolChange.objects.all()
    columns = ("orchestrator", "round", "entered", "effective_round", *LOG)
    values = list(rows.order_by("-block", "-log_index").values_list(*columns)[:most])
    first = _first_entries({address for address, *_ in values})
    found = []
    for address, number, entered, effective, *log in values:
        kind = "new" if (log[0], log[1]) == first.get(address) else "entered" if entered else "left"
        found.append(from_log(kind, log, node=address, round=number, effective_round=effective))
    return found


def _first_entries(nodes: Iterable[str]) -> dict[str, tuple[int, int]]:
    entries = PoolChange.objects.filter(orchestrator__in=list(nodes), entered=True).order_by("-block", "-log_index")
    return {node: (block, index) for node, block, index in entries.values_list("orchestrator", "block_id", "log_index")}


def misses(running: Round, *, counted_rounds: int) -> Misses:
    """Who missed its reward call in the round before the running one, and how often in the rounds up to it."""
    over = running.number - 1
    missed = Q(active=True, reward_called=False)
    nodes = list(OrchestratorRound.objects.filter(missed, round=over).values_list("orchestrator", flat=True))
    if not nodes:
        return Misses(running, (), counted_rounds)
    first = over - counted_rounds + 1
    rows = OrchestratorRound.objects.filter(missed, round__range=(first, over), orchestrator__in=nodes)
    found = rows.values_list("orchestrator").annotate(times=Count("round"))
    return Misses(running, sorted(found, key=lambda pair: (-pair[1], pair[0])), counted_rounds)


def reward_calls_in(number: int) -> RewardCalls:
    """Reward calls due and made in a round."""
    rows = OrchestratorRound.objects.filter(round=number, active=True)
    counts = rows.aggregate(due=Count("round"), made=Count("round", filter=Q(reward_called=True)))
    return RewardCalls(counts["due"], counts["made"])
