"""Reads the facts of a run from the tables, up to the finalized block and no further.

Whole rounds before the one open at that block can no longer change, so their sums are read as they stand. Cuts and
registration are taken from logs up to the block, since the rows of the present are ahead of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q, Sum

from apps.delegation.models import StakeEvent
from apps.network.fields import UintField
from apps.network.instant import one_instant
from apps.network.models import Block, CutChange, Orchestrator, OrchestratorRound, Round
from apps.protocol.units import Address, BlockNumber, Ppm
from apps.protocol.units import Round as RoundNumber
from apps.scoring.columns import payments_between, raised_between, rounds_between
from apps.scoring.communal.inputs import read_community
from apps.scoring.facts import (
    CommunityFacts,
    CutFact,
    Cuts,
    LinkFact,
    NetworkFacts,
    OrchestratorFacts,
    Payments,
    RaisedFact,
    Rounds,
)
from apps.scoring.jobinputs import JobInputs, read_jobs
from apps.scoring.linkinputs import read_links
from apps.scoring.method import Method, live, shadows

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
class _Reach:
    """How many rounds back the methods that are run look, the farthest of them."""

    rounds: int
    cuts: int
    links: int

    @classmethod
    def of(cls, methods: Sequence[Method]) -> _Reach:
        farthest = (max(one.whole("windows", name) for one in methods) for name in _WINDOWS)
        return cls(*farthest)


_WINDOWS = ("long_rounds", "cut_rounds", "link_rounds")


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of all orchestrators, by address."""

    rounds: dict[str, Rounds]
    payments: dict[str, Payments]
    raised: dict[str, tuple[RaisedFact, ...]]
    cuts: dict[str, Cuts]
    posted: dict[str, tuple[Ppm, Ppm]]
    registered: set[str]
    active: set[str]
    told: JobInputs
    community: Mapping[Address, CommunityFacts]


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
        now = open_round(block.number)
        if now is None:
            return None
        return Snapshot(BlockNumber(block.number), bytes(block.hash), _facts(now, block))


def open_round(block: int) -> RoundNumber | None:
    """The round that was open at a block; nothing before the first."""
    now = Round.objects.filter(block__lte=block).order_by("-number").values_list("number", flat=True).first()
    return None if now is None else RoundNumber(now)


def _facts(now: RoundNumber, block: Block) -> NetworkFacts:
    reach = _Reach.of((live(), *shadows()))
    first = RoundNumber(now - reach.rounds)
    links = read_links(first=RoundNumber(now - reach.links), block=block.number)
    rows = _rows(first, now, block, reach, links)
    window = Round.objects.filter(number__gte=first, number__lt=now).order_by("number").values_list("number", flat=True)
    addresses = sorted(rows.registered | rows.active | rows.rounds.keys())
    return NetworkFacts(
        round=now,
        window=tuple(RoundNumber(number) for number in window),
        orchestrators=tuple(_orchestrator(address, rows) for address in addresses),
        links=links,
        demand=rows.told.market,
    )


def _rows(first: RoundNumber, now: RoundNumber, block: Block, reach: _Reach, links: tuple[LinkFact, ...]) -> _Rows:
    rounds = rounds_between(first, now)
    return _Rows(
        rounds=rounds,
        payments=payments_between(first, now),
        raised=raised_between(first, now, rounds),
        cuts=_cuts(now - reach.cuts, block.number),
        posted=_posted(block.number),
        registered=_registered(block.number),
        active=set(_active_in(now)),
        told=read_jobs(first=first, now=now, block=BlockNumber(block.number), until=block.time),
        community=read_community(until=block.time, block=block.number, links=links, method=live()),
    )


def _orchestrator(address: str, rows: _Rows) -> OrchestratorFacts:
    reward_cut, fee_share = rows.posted.get(address, (Ppm(0), Ppm(0)))  # what a self-bond without terms leaves
    whose = Address(address)
    return OrchestratorFacts(
        address=whose,
        registered=address in rows.registered,
        active=address in rows.active,
        reward_cut_ppm=reward_cut,
        fee_share_ppm=fee_share,
        rounds=rows.rounds.get(address, _NO_ROUNDS),
        payments=rows.payments.get(address, _NO_PAYMENTS),
        cuts=rows.cuts.get(address, _NO_CUTS),
        jobs=rows.told.jobs.get(whose),
        delivery=rows.told.delivery.get(whose),
        community=rows.community.get(whose),
        raised=rows.raised.get(address, ()),
    )


_NO_ROUNDS, _NO_PAYMENTS, _NO_CUTS = Rounds.of(), Payments.of(), Cuts.of()


def _cuts(first: int, block: int) -> dict[str, Cuts]:
    rows: Any = (
        CutChange.objects.filter(round__gte=first, block__lte=block)
        .order_by("orchestrator", "block_id", "log_index")
        .values_list(
            "orchestrator", "round", "reward_cut_ppm", "fee_share_ppm", "old_reward_cut_ppm", "old_fee_share_ppm"
        )
    )
    found: dict[str, list[CutFact]] = defaultdict(list)
    for address, *facts in rows.iterator():
        found[address].append(CutFact(*facts))
    return {address: Cuts.of(each) for address, each in found.items()}


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
