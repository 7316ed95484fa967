"""Reads the whole history of the network for the back-test: every row once, to be cut in memory afterwards.

What cannot be cut, since its rows change with time, is read anew for each standpoint as it was known there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from apps.delegation.links import links as delegation_links
from apps.delegation.models import StakeEvent
from apps.network.instant import one_instant
from apps.network.models import Block, CutChange, Orchestrator, OrchestratorRound, Round
from apps.network.selectors.links import links as network_links
from apps.protocol.units import Address, BlockNumber
from apps.protocol.units import Round as RoundNumber
from apps.scoring.backtest.history import Factors, History, Life, Reach, Registration, RoundStart, Told
from apps.scoring.backtest.outcomes import carried
from apps.scoring.columns import payments_between, raised_between, rounds_between
from apps.scoring.facts import CutFact, Cuts, LinkFact, Payments, Rounds
from apps.scoring.jobinputs import read_jobs

Row = TypeVar("Row")
NO_ROUNDS, NO_PAYMENTS = Rounds.of(), Payments.of()
_PLACING = (StakeEvent.Kind.BOND, StakeEvent.Kind.REBOND)
_ARRIVING = (*_PLACING, StakeEvent.Kind.CLAIM)
_LEAVING = (StakeEvent.Kind.UNBOND,)


def read_history(block: Block, *, rounds: int | None = None) -> History:
    """All that is known at a block of the last `rounds` rounds, or of all; empty before the first round.

    Terms, registrations and links are read whole, since what was set long ago still holds.
    """
    with one_instant():
        starts = [
            RoundStart(RoundNumber(number), BlockNumber(at))
            for number, at in Round.objects.filter(block__lte=block.number)
            .order_by("number")
            .values_list("number", "block_id")
        ]
        kept = starts if rounds is None else starts[-rounds - 1 :]
        return History(kept, _lives(kept[0].number, kept[-1].number, block.number)) if kept else History((), {})


def read_told(starts: Iterable[RoundStart], reach: Reach) -> dict[RoundNumber, Told]:
    """Who was related to whom, and what sources beside the chain had told, at the block that began each round."""
    began = dict(Round.objects.values_list("number", "started_at"))
    with one_instant():
        return {one.number: _told(one, reach, began[one.number]) for one in starts}


def _told(start: RoundStart, reach: Reach, until: datetime) -> Told:
    first = RoundNumber(start.number - reach.long)
    told = read_jobs(first=first, now=start.number, block=start.block, until=until)
    return Told(_links(start.number - reach.links, start.block), told.jobs, told.delivery, told.market)


def _links(first: int, block: int) -> tuple[LinkFact, ...]:
    found = [*network_links(first_round=first, block=block), *delegation_links(first_round=first, block=block)]
    return tuple(
        LinkFact(
            Address(one.one),
            Address(one.other),
            one.kind,
            RoundNumber(one.round),
            one.tx_hash,
            one.log_index,
            one.amount_wei,
        )
        for one in found
    )


def _lives(first: int, now: int, block: int) -> dict[Address, Life]:
    lived = rounds_between(first, now)
    raised = raised_between(first, now, lived)
    factors = _factors(first, now)
    paid = payments_between(first, now)
    cuts = _cuts(block)
    registrations = _registrations(block)
    addresses = lived.keys() | registrations.keys()
    return {
        Address(address): Life(
            address=Address(address),
            rounds=lived.get(address, NO_ROUNDS),
            raised=raised.get(address, ()),
            factors=factors.get(address, ()),
            payments=paid.get(address, NO_PAYMENTS),
            cuts=Cuts.of(fact for _, fact in cuts.get(address, ())),
            cut_blocks=tuple(at for at, _ in cuts.get(address, ())),
            registrations=registrations.get(address, ()),
        )
        for address in addresses
    }


def _factors(first: int, now: int) -> dict[str, tuple[Factors, ...]]:
    """The factors at the end of each round that stored any, and before them those that stood when `first` began."""
    rows = OrchestratorRound.objects.filter(round__lt=now)
    older = [
        rows.filter(round__lt=first, **{f"{name}__gt": 0}).order_by("orchestrator", "-round").distinct("orchestrator")
        for name in ("reward_factor", "fee_factor")
    ]
    stored: Any = (
        one.values_list("orchestrator", "round", "reward_factor", "fee_factor")
        for one in (*older, rows.filter(round__gte=first).order_by("round"))
    )
    found = _by_address((address, Factors(*factors)) for each in stored for address, *factors in each.iterator())
    return {
        address: carried(sorted(each, key=lambda one: (one.round, one.reward, one.fee)))
        for address, each in found.items()
    }


def _cuts(block: int) -> Mapping[str, list[tuple[BlockNumber, CutFact]]]:
    rows: Any = (
        CutChange.objects.filter(block__lte=block)
        .order_by("block_id", "log_index")
        .values_list(
            "orchestrator",
            "block_id",
            "round",
            "reward_cut_ppm",
            "fee_share_ppm",
            "old_reward_cut_ppm",
            "old_fee_share_ppm",
        )
    )
    return _by_address((address, (at, CutFact(*facts))) for address, at, *facts in rows.iterator())


def _registrations(block: int) -> dict[str, tuple[Registration, ...]]:
    """When each orchestrator began and ceased to hold stake of its own with itself."""
    known = Orchestrator.objects.filter(ever_registered=True, first_block__lte=block).values("address")
    rows: Any = (
        StakeEvent.objects.filter(block__lte=block, delegator__in=known, kind__in=(*_ARRIVING, *_LEAVING))
        .order_by("block_id", "log_index")
        .values_list("delegator", "block_id", "kind", "amount_lpt_wei", "delegate")
    )
    events = _by_address((address, event) for address, *event in rows.iterator())
    return {address: tuple(_turns(address, each)) for address, each in events.items()}


def _turns(address: str, events: Iterable[list[Any]]) -> Iterator[Registration]:
    """One row wherever the answer changes: own stake above zero, and last placed with itself."""
    own, delegate, holds = 0, None, False
    for at, kind, amount, placed in events:
        own += (amount or 0) * (1 if kind in _ARRIVING else -1)
        delegate = placed if kind in _PLACING else delegate
        if (own > 0 and delegate == address) != holds:
            holds = not holds
            yield Registration(at, holds)


def _by_address(pairs: Iterable[tuple[str, Row]]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for address, row in pairs:
        found[address].append(row)
    return found
