"""Folds every stored log into fresh books, in the order of the chain, and watches one address while it does.

The books are the ledger's, the logs are the raw ones: no derived row is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from apps.protocol import events as e
from apps.protocol.ledger import DelegatorBook, OrchestratorBook, RoundRecord
from indexer.audit.trail import RoundSum, Step, Trail
from indexer.handlers import EVENT_NAMES, Event, decode
from indexer.handlers.words import WORD, BadLog
from indexer.models import WatchedContract
from indexer.projections.projector import Projector
from indexer.projections.replay import stored_logs

_OUTSIDE = (  # move no figure here
    *(e.ServiceUriUpdate, e.RewardCallerSet, e.WinningTicketRedeemed, e.TreasuryReward),
    *(e.DepositFunded, e.ReserveFunded),
)


@dataclass(slots=True)
class Walk:
    """The books at the end, the factors of every round, and what was seen of the address on the way."""

    trail: Trail
    projector: Projector = field(default_factory=Projector)
    records: dict[tuple[str, int], RoundRecord] = field(default_factory=dict)
    sums: dict[int, RoundSum] = field(default_factory=dict)

    @property
    def book(self) -> OrchestratorBook | None:
        return self.projector.ledger.books.get(self.trail.address)

    @property
    def position(self) -> DelegatorBook:
        return self.projector.delegators.get(self.trail.address) or DelegatorBook()

    def take(self, at: e.LogId, event: Event) -> None:
        """Apply one event; if it is about the address, note what it did."""
        watched = self.trail.address in event
        before = _commission(self.book) if watched else (0, 0)
        error = ""
        try:
            self.projector.apply(at, event)
        except BadLog as bad:
            error = str(bad)
        if watched:
            self._note(at, type(event).__name__, event._asdict(), error)  # type: ignore[attr-defined]
            if not error:
                self._sum(event, before)

    def _note(self, at: e.LogId, name: str, arguments: dict[str, Any], error: str) -> None:
        held = self.position
        self.trail.steps.append(
            Step(
                at.block, at.log_index, "0x" + at.tx_hash.hex(), self.projector.round, name, arguments,
                held.bonded, held.fees, held.delegate, held.start_round, held.last_claim_round, error,
            )
        )  # fmt: skip

    def unreadable(self, at: e.LogId, topics: bytes, error: str) -> None:
        """Note a log that could not be decoded and names the address."""
        name = EVENT_NAMES.get(topics[:WORD], "an unknown event")
        self._note(at, name, {}, error)

    def _sum(self, event: Event, before: tuple[int, int]) -> None:
        book, number = self.book, self.projector.round
        if book is None or isinstance(event, _OUTSIDE):
            return
        mine = self.sums.setdefault(number, RoundSum(number))
        after = _commission(book)
        if isinstance(event, e.Reward):
            mine.reward_lpt_wei += event.amount_wei
            mine.reward_commission_lpt_wei += after[0] - before[0]
        elif isinstance(event, e.WinningTicketTransfer) and event.orchestrator == book.address:
            mine.tickets += 1
            mine.fees_eth_wei += event.amount_wei
            mine.fee_commission_eth_wei += after[1] - before[1]
        mine.stake_at_end_lpt_wei = book.stake

    def keep_records(self) -> None:
        """Put aside the earnings pools that changed, and drop every other row."""
        self.records.update(self.projector.take_rows().records)


def _commission(book: OrchestratorBook | None) -> tuple[int, int]:
    return (book.cumulative_rewards, book.cumulative_fees) if book else (0, 0)


def walk(address: str, upto: int, *, progress: Callable[[int], None] = lambda done: None) -> Walk:
    """Read every stored log up to the end of block `upto`; `progress` is told how many are done."""
    found = Walk(Trail(address, upto, 0))
    contracts = dict(WatchedContract.objects.values_list("address", "name"))
    word = bytes.fromhex(address[2:])
    with transaction.atomic():
        for chunk in stored_logs(-1, upto):
            for at, contract, topics, data in chunk:
                try:
                    event = decode(contracts[contract], topics, data)
                except BadLog as bad:
                    if word in topics or word in data:
                        found.unreadable(at, topics, str(bad))
                    continue
                if event is not None:
                    found.take(at, event)
            found.keep_records()
            found.trail.logs_read += len(chunk)
            progress(found.trail.logs_read)
    found.trail.round = found.projector.round
    found.trail.rounds = [_closed(found, number) for number in sorted(_own_rounds(found))]
    return found


def _own_rounds(found: Walk) -> set[int]:
    own = {number for who, number in found.records if who == found.trail.address}
    return own | set(found.sums)


def _closed(found: Walk, number: int) -> RoundSum:
    """The sums of the round together with the earnings pool as it stood at its end."""
    mine = found.sums.get(number) or RoundSum(number)
    record = found.records.get((found.trail.address, number))
    if record is not None:
        mine.active, mine.earning_stake_lpt_wei = record.active, record.stake
        mine.reward_cut_ppm, mine.fee_share_ppm = record.reward_cut, record.fee_share
        mine.reward_factor, mine.fee_factor = record.reward_factor, record.fee_factor
    return mine
