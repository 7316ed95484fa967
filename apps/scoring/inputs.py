"""Reads the facts of a run from the tables, up to the finalized block and no further.

Whole rounds before the one open at that block can no longer change, so their sums are read as they stand. Cuts and
registration are taken from logs up to the block, since the rows of the present are ahead of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import Count, Q, Sum

from apps.delegation.models import StakeEvent
from apps.network.fields import UintField
from apps.network.instant import one_instant
from apps.network.models import Block, CutChange, Orchestrator, OrchestratorRound, Round, TicketPayment
from apps.protocol.units import Address, BlockNumber, EthWei, Ppm
from apps.protocol.units import Round as RoundNumber
from apps.scoring.facts import (
    LONG_ROUNDS,
    CutFact,
    Cuts,
    NetworkFacts,
    OrchestratorFacts,
    PaymentFact,
    Payments,
    RoundFact,
    Rounds,
)

Fact = TypeVar("Fact")
_PLACING = (StakeEvent.Kind.BOND, StakeEvent.Kind.REBOND)
_ARRIVING = (*_PLACING, StakeEvent.Kind.CLAIM)
_LEAVING = (StakeEvent.Kind.UNBOND,)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The facts, and the block that they stand at."""

    block: BlockNumber
    block_hash: bytes
    facts: NetworkFacts


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of all orchestrators, by address."""

    rounds: dict[str, list[RoundFact]]
    payments: dict[str, list[PaymentFact]]
    cuts: dict[str, list[CutFact]]
    posted: dict[str, tuple[Ppm, Ppm]]
    registered: set[str]
    active: set[str]


def finalized_block() -> Block | None:
    """The newest stored block that is both finalized and projected; nothing before the first.

    Between it and the finalized block no log of ours exists, so the state is the same at both.
    """
    # the indexer is this room's neighbour: its table is looked up by name, its code is not imported
    states: Any = apps.get_model("indexer", "IndexState").objects.filter(finalized_block__isnull=False)
    reach = states.values_list("finalized_block", "projected_to").first()
    return Block.objects.filter(number__lte=min(reach)).order_by("-number").first() if reach else None


def snapshot(block: Block) -> Snapshot | None:
    """All facts at a block, read at one instant; nothing before the first round that has an end."""
    with one_instant():
        now = Round.objects.filter(block__lte=block.number).order_by("-number").values_list("number", flat=True).first()
        if now is None:
            return None
        return Snapshot(BlockNumber(block.number), bytes(block.hash), _facts(RoundNumber(now), block.number))


def _facts(now: RoundNumber, block: int) -> NetworkFacts:
    first = now - LONG_ROUNDS
    rows = _Rows(
        rounds=_rounds(first, now),
        payments=_payments(first, now),
        cuts=_cuts(first, block),
        posted=_posted(block),
        registered=_registered(block),
        active=set(_active_in(now)),
    )
    window = Round.objects.filter(number__gte=first, number__lt=now).order_by("number").values_list("number", flat=True)
    addresses = sorted(rows.registered | rows.active | rows.rounds.keys())
    return NetworkFacts(
        round=now,
        window=tuple(RoundNumber(number) for number in window),
        orchestrators=tuple(_orchestrator(address, rows) for address in addresses),
    )


def _orchestrator(address: str, rows: _Rows) -> OrchestratorFacts:
    reward_cut, fee_share = rows.posted.get(address, (Ppm(0), Ppm(0)))  # what a self-bond without terms leaves
    return OrchestratorFacts(
        address=Address(address),
        registered=address in rows.registered,
        active=address in rows.active,
        reward_cut_ppm=reward_cut,
        fee_share_ppm=fee_share,
        rounds=Rounds.of(rows.rounds.get(address, ())),
        payments=Payments.of(rows.payments.get(address, ())),
        cuts=Cuts.of(rows.cuts.get(address, ())),
    )


def _rounds(first: int, now: int) -> dict[str, list[RoundFact]]:
    rows: Any = (
        OrchestratorRound.objects.filter(round__gte=first, round__lt=now, active=True, stake_lpt_wei__isnull=False)
        .order_by("orchestrator", "round")
        .values_list(
            "orchestrator", "round", "stake_lpt_wei", "reward_called", "reward_cut_ppm", "fee_share_ppm", "fees_eth_wei"
        )
    )
    return _by_address((address, RoundFact(*facts)) for address, *facts in rows.iterator())


def _payments(first: int, now: int) -> dict[str, list[PaymentFact]]:
    rows: Any = (
        TicketPayment.objects.filter(round__gte=first, round__lt=now)
        .values("orchestrator", "gateway", "round")
        .annotate(paid=Sum("amount_eth_wei", output_field=UintField()), tickets=Count("*"))
        .order_by("orchestrator", "round", "gateway")
        .values_list("orchestrator", "round", "gateway", "paid", "tickets")
    )
    return _by_address(
        (address, PaymentFact(round_, Address(gateway), EthWei(paid), tickets))
        for address, round_, gateway, paid, tickets in rows.iterator()
    )


def _cuts(first: int, block: int) -> dict[str, list[CutFact]]:
    rows: Any = (
        CutChange.objects.filter(round__gte=first, block__lte=block)
        .order_by("orchestrator", "block_id", "log_index")
        .values_list(
            "orchestrator", "round", "reward_cut_ppm", "fee_share_ppm", "old_reward_cut_ppm", "old_fee_share_ppm"
        )
    )
    return _by_address((address, CutFact(*facts)) for address, *facts in rows.iterator())


def _posted(block: int) -> dict[str, tuple[Ppm, Ppm]]:
    """The cuts last set by each orchestrator, whenever that was."""
    rows = (
        CutChange.objects.filter(block__lte=block)
        .order_by("orchestrator", "-block_id", "-log_index")
        .distinct("orchestrator")
        .values_list("orchestrator", "reward_cut_ppm", "fee_share_ppm")
    )
    return {address: (Ppm(reward_cut), Ppm(fee_share)) for address, reward_cut, fee_share in rows}


def _registered(block: int) -> set[str]:
    """Who had stake of its own with itself: what went in and was earned, less what left, is above zero.

    An orchestrator cannot delegate elsewhere while it is registered, so its last delegate is itself.
    """
    known = Orchestrator.objects.filter(ever_registered=True, first_block__lte=block).values("address")
    events = StakeEvent.objects.filter(block__lte=block, delegator__in=known)
    sums = events.values_list("delegator").annotate(arrived=_sum(_ARRIVING), left=_sum(_LEAVING))
    return {address for address, arrived, left in sums if (arrived or 0) > (left or 0)} & _with_themselves(events)


def _sum(kinds: Iterable[str]) -> Sum:
    return Sum("amount_lpt_wei", filter=Q(kind__in=tuple(kinds)), output_field=UintField())


def _with_themselves(events: Any) -> set[str]:
    last = (
        events.filter(kind__in=_PLACING)
        .order_by("delegator", "-block_id", "-log_index")
        .distinct("delegator")
        .values_list("delegator", "delegate")
    )
    return {delegator for delegator, delegate in last if delegator == delegate}


def _active_in(now: int) -> Iterable[str]:
    return OrchestratorRound.objects.filter(round=now, active=True).values_list("orchestrator", flat=True)


def _by_address(pairs: Iterable[tuple[str, Fact]]) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = defaultdict(list)
    for address, fact in pairs:
        found[address].append(fact)
    return found
