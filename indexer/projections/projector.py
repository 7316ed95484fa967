"""Applies events, in the order of the chain, to the books, and notes the rows that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from apps.protocol import events as e
from apps.protocol import ledger
from apps.protocol.ledger import DelegatorBook, OrchestratorBook, OrchestratorLedger
from apps.protocol.units import PPM, ZERO_ADDRESS
from indexer.handlers import Event
from indexer.handlers.words import BadLog
from indexer.projections import governance
from indexer.projections.rows import LockRow, Rows


class Projector:
    """The books at the end of one block, and the rows made since `take_rows` was last called."""

    def __init__(self) -> None:
        self.ledger = OrchestratorLedger()
        self.delegators: dict[str, DelegatorBook] = {}
        self.rows = Rows()
        self.written_round = -1  # no later round has rows yet
        self.transfers_start_anew = False  # see _starts_in
        self._mint: tuple[bytes, int, int] | None = None
        self._treasury: tuple[bytes, str, int] | None = None
        self._transfer: tuple[bytes, str, int] | None = None
        self._apply: dict[type, Callable[[e.LogId, Any], None]] = {
            e.Bond: self._bond,
            e.Unbond: self._unbond,
            e.Rebond: self._rebond,
            e.TransferBond: self._transfer_bond,
            e.EarningsClaimed: self._earnings_claimed,
            e.WithdrawStake: self._withdraw_stake,
            e.WithdrawFees: self._withdraw_fees,
            e.Reward: self._reward,
            e.TreasuryReward: self._treasury_reward,
            e.TranscoderUpdate: self._terms,
            e.TranscoderActivated: self._activated,
            e.TranscoderDeactivated: self._deactivated,
            e.SetCurrentRewardTokens: self._reward_tokens,
            e.WinningTicketTransfer: self._paid,
            e.WinningTicketRedeemed: self._redeemed,
            e.DepositFunded: self._funded,
            e.ReserveFunded: self._funded,
            e.TranscoderSlashed: self._slashed,
            e.RewardCallerSet: self._reward_caller,
            e.ServiceUriUpdate: self._service_uri,
            e.SetContractInfo: self._contract_info,
        }
        self._apply |= dict.fromkeys(governance.KINDS, self._governance)
        self.block_time: datetime | None = None

    @property
    def round(self) -> int:
        return self.ledger.round.number

    def take_rows(self) -> Rows:
        """The rows made since the last call; the books stay."""
        rows, self.rows = self.rows, Rows()
        return rows

    def apply(self, at: e.LogId, event: Event) -> None:
        """Apply one event; those that no projection reads change nothing.

        Raises BadLog, with nothing changed, for an event that contradicts the books. So every check comes first.
        """
        handler = self._apply.get(type(event))
        if handler is not None:
            handler(at, event)
        elif type(event) is e.NewRound:
            self._new_round(at, event)

    def _governance(self, at: e.LogId, event: Event) -> None:
        table, row = governance.row(at, event, self.round)
        self.rows.governance.setdefault(table, []).append(row)

    # --- rounds

    def _reward_tokens(self, at: e.LogId, event: e.SetCurrentRewardTokens) -> None:
        self._mint = (at.tx_hash, event.mintable_wei, event.inflation_ppb)

    def _new_round(self, at: e.LogId, event: e.NewRound) -> None:
        if event.round <= self.round:
            raise BadLog(f"round {event.round} begins after round {self.round}")
        announced = self._mint if self._mint is not None and self._mint[0] == at.tx_hash else None
        mintable, inflation = announced[1:] if announced else (None, None)
        self._mint = None
        members = self.ledger.new_round(event.round, mintable or 0)
        for book in members:
            self.rows.records[book.address, event.round] = book.records[event.round]
        active_stake = self.ledger.round.active_stake
        self.rows.rounds.append(
            [
                event.round,
                at.block,
                at.tx_hash,
                at.log_index,
                self.block_time,
                mintable,
                inflation,
                active_stake,
                len(members),
            ]
        )

    # --- delegators

    def _book(self, address: str, at: e.LogId) -> OrchestratorBook:
        self.rows.orchestrators.add(address)
        return self.ledger.book(address, at.block)

    def _position(self, address: str, at: e.LogId) -> DelegatorBook:
        self.rows.positions[address] = at.block
        position = self.delegators.get(address)
        if position is None:
            position = self.delegators[address] = DelegatorBook()
        return position

    def _held(self, address: str) -> DelegatorBook:
        """The position as it stands, to look at only."""
        return self.delegators.get(address) or DelegatorBook()

    def _require_stake(self, delegate: str, taken: int) -> None:
        book = self.ledger.books.get(delegate)
        stake = book.stake if book else 0
        if stake < taken:
            raise BadLog(f"{taken} wei are taken from {delegate}, which has {stake} wei of stake")

    def _require_room(self, orchestrator: str, amount: int) -> None:
        book = self.ledger.books.get(orchestrator)
        if book is not None and not self.ledger.carries(book, amount):
            raise BadLog(f"{amount} wei are more than the stake of {orchestrator} can have earned")

    def _note_registration(self, address: str, position: DelegatorBook) -> None:
        """An orchestrator is registered while it is bonded to itself."""
        book = self.ledger.books.get(address)
        if book is None:
            return
        registered = position.delegate == address and position.bonded > 0
        if registered != book.registered:
            book.registered = registered
            book.ever_registered = book.ever_registered or registered
            self.rows.orchestrators.add(address)

    def _stake_row(self, at: e.LogId, kind: str, delegator: str, **columns: Any) -> None:
        get = columns.get
        self.rows.stake_events.append(
            [
                at.tx_hash, at.log_index, at.block, kind, self.round, delegator, get("delegate"), get("other"),
                get("amount"), get("bonded"), get("fees"), get("lock_id"), get("other_lock_id"),
                get("withdraw_round"), get("start_round"), get("in_transfer", False),
            ]
        )  # fmt: skip

    def _bond(self, at: e.LogId, event: e.Bond) -> None:
        if event.bonded_wei < event.added_wei:
            raise BadLog(f"{event.added_wei} wei are added to a position of {event.bonded_wei} wei after it")
        moved = event.bonded_wei - event.added_wei if event.new_delegate != event.old_delegate else 0
        if moved:
            self._require_stake(event.old_delegate, moved)
        position = self._position(event.delegator, at)
        if moved:
            self.ledger.stake_changed(self._book(event.old_delegate, at), -moved)
        book = self._book(event.new_delegate, at)
        self._keep_factors(book)
        self.ledger.stake_changed(book, event.added_wei + moved)
        ledger.bonded(
            position,
            delegate=event.new_delegate,
            old_delegate=event.old_delegate,
            bonded_wei=event.bonded_wei,
            running_round=self.round,
        )
        self._note_registration(event.delegator, position)
        self._stake_row(
            at, "bond", event.delegator,
            delegate=event.new_delegate, other=event.old_delegate, amount=event.added_wei, bonded=event.bonded_wei,
        )  # fmt: skip

    def _unbond(self, at: e.LogId, event: e.Unbond) -> None:
        held = self._held(event.delegator)
        if held.bonded < event.amount_wei:
            raise BadLog(f"{event.amount_wei} wei leave a position of {held.bonded} wei")
        if event.lock_id < held.next_lock_id:
            raise BadLog(f"lock {event.lock_id} is opened again, the next is {held.next_lock_id}")
        self._require_stake(event.delegate, event.amount_wei)
        position = self._position(event.delegator, at)
        ledger.unbonded(position, lock_id=event.lock_id, amount=event.amount_wei)
        self.ledger.stake_changed(self._book(event.delegate, at), -event.amount_wei)
        self._note_registration(event.delegator, position)
        self.rows.locks[event.delegator, event.lock_id] = LockRow(
            event.delegate, event.amount_wei, event.withdraw_round, "open", at.block, opened=True
        )
        self._stake_row(
            at, "unbond", event.delegator,
            delegate=event.delegate, amount=event.amount_wei, lock_id=event.lock_id,
            withdraw_round=event.withdraw_round,
        )  # fmt: skip

    def _transfer_bond(self, at: e.LogId, event: e.TransferBond) -> None:
        """One record for both sides: the Unbond before it and the Rebond after it are only its parts."""
        before = self.rows.stake_events[-1] if self.rows.stake_events else None
        if before is not None and before[0] == at.tx_hash and before[3] == "unbond":
            before[-1] = True
        self._close_lock(event.sender, event.sender_lock_id, "transferred", at)
        self._transfer = (at.tx_hash, event.receiver, event.receiver_lock_id)
        self._stake_row(
            at, "transfer", event.sender,
            other=event.receiver, amount=event.amount_wei,
            lock_id=event.sender_lock_id, other_lock_id=event.receiver_lock_id,
        )  # fmt: skip

    def _rebond(self, at: e.LogId, event: e.Rebond) -> None:
        in_transfer = self._transfer == (at.tx_hash, event.delegator, event.lock_id)
        if not in_transfer and event.lock_id >= self._held(event.delegator).next_lock_id:
            raise BadLog(f"lock {event.lock_id} is rebonded and was never opened")
        self._transfer = None
        position = self._position(event.delegator, at)
        ledger.rebonded(
            position,
            delegate=event.delegate,
            lock_id=event.lock_id,
            amount=event.amount_wei,
            starts_in=self._starts_in(position) if in_transfer else self.round + 1,
        )
        self.ledger.stake_changed(self._book(event.delegate, at), event.amount_wei)
        self._note_registration(event.delegator, position)
        if not in_transfer:
            self._close_lock(event.delegator, event.lock_id, "rebonded", at)
        self._stake_row(
            at, "rebond", event.delegator,
            delegate=event.delegate, amount=event.amount_wei, lock_id=event.lock_id,
            start_round=position.start_round, in_transfer=in_transfer,
        )  # fmt: skip

    def _starts_in(self, receiver: DelegatorBook) -> int:
        """From which round a transfer into an empty position counts.

        The first BondingManager on Arbitrum neither claimed for the receiver nor began its position anew; its
        successors do both. Which one spoke shows in the receiver's claim; where the receiver had claimed this round
        already, the last transfer that showed it decides.
        """
        if receiver.last_claim_round < self.round:
            self.transfers_start_anew = False
        return self.round + 1 if self.transfers_start_anew else receiver.start_round

    def _close_lock(self, delegator: str, lock_id: int, state: str, at: e.LogId) -> None:
        lock = self.rows.locks.get((delegator, lock_id))
        if lock is None:
            self.rows.locks[delegator, lock_id] = LockRow(None, None, None, state, at.block, opened=False)
        else:
            lock.state, lock.block = state, at.block

    def _earnings_claimed(self, at: e.LogId, event: e.EarningsClaimed) -> None:
        position = self._position(event.delegator, at)
        if self._transfer is not None and self._transfer[:2] == (at.tx_hash, event.delegator):
            self.transfers_start_anew = True
        ledger.claimed(position, rewards=event.rewards_wei, fees=event.fees_wei, round_=event.end_round)
        if event.delegate != ZERO_ADDRESS:
            book = self._book(event.delegate, at)
            self._keep_factors(book)
            if event.delegate == event.delegator:
                self.ledger.claimed_own(book)
        self._stake_row(
            at, "claim", event.delegator,
            delegate=event.delegate, amount=event.rewards_wei, fees=event.fees_wei, start_round=event.start_round,
        )  # fmt: skip

    def _keep_factors(self, book: OrchestratorBook) -> None:
        if self.ledger.factors_kept(book):
            self._note_record(book)

    def _note_record(self, book: OrchestratorBook) -> None:
        self.rows.records[book.address, self.round] = book.records[self.round]

    def _withdraw_stake(self, at: e.LogId, event: e.WithdrawStake) -> None:
        self._close_lock(event.delegator, event.lock_id, "withdrawn", at)
        self._stake_row(at, "withdraw_stake", event.delegator, amount=event.amount_wei, lock_id=event.lock_id)

    def _withdraw_fees(self, at: e.LogId, event: e.WithdrawFees) -> None:
        held = self._held(event.delegator)
        if held.fees < event.amount_wei:
            raise BadLog(f"{event.amount_wei} wei are withdrawn from fees of {held.fees} wei")
        self._position(event.delegator, at).fees -= event.amount_wei
        self._stake_row(at, "withdraw_fees", event.delegator, other=event.recipient, fees=event.amount_wei)

    # --- orchestrators

    def _slashed(self, at: e.LogId, event: e.TranscoderSlashed) -> None:
        """Takes the penalty from the orchestrator's position and, while the position counts, from its delegate.

        The claim before it, and the exit from the pool, are logs of their own.
        """
        held = self._held(event.orchestrator)
        if held.bonded < event.penalty_wei:
            raise BadLog(f"a penalty of {event.penalty_wei} wei falls on a position of {held.bonded} wei")
        counts = held.bonded > event.penalty_wei and held.start_round <= self.round
        if counts:
            self._require_stake(held.delegate, event.penalty_wei)
        position = self._position(event.orchestrator, at)
        ledger.slashed(position, penalty=event.penalty_wei)
        if counts:
            self.ledger.stake_changed(self._book(position.delegate, at), -event.penalty_wei)
        if event.orchestrator in self.ledger.books:
            self._book(event.orchestrator, at)  # it may lose its registration, whomever the stake was with
        self._note_registration(event.orchestrator, position)
        self._stake_row(
            at, "slash", event.orchestrator,
            delegate=position.delegate, other=event.finder, amount=event.penalty_wei,
        )  # fmt: skip

    def _reward_caller(self, at: e.LogId, event: e.RewardCallerSet) -> None:
        caller = None if event.caller == ZERO_ADDRESS else event.caller
        self.rows.reward_callers.append([at.tx_hash, at.log_index, at.block, event.orchestrator, caller])

    def _contract_info(self, at: e.LogId, event: e.SetContractInfo) -> None:
        self.rows.contract_changes.append([at.tx_hash, at.log_index, at.block, *event])

    def _treasury_reward(self, at: e.LogId, event: e.TreasuryReward) -> None:
        self._treasury = (at.tx_hash, event.orchestrator, event.amount_wei)

    def _reward(self, at: e.LogId, event: e.Reward) -> None:
        self._require_room(event.orchestrator, event.amount_wei)
        treasury = 0
        if self._treasury is not None and self._treasury[:2] == (at.tx_hash, event.orchestrator):
            treasury = self._treasury[2]
        self._treasury = None
        book = self._book(event.orchestrator, at)
        self.ledger.rewarded(book, event.amount_wei, treasury)
        self._note_record(book)
        row = [at.tx_hash, at.log_index, at.block, event.orchestrator, self.round, event.amount_wei, treasury]
        self.rows.reward_calls.append(row)

    def _terms(self, at: e.LogId, event: e.TranscoderUpdate) -> None:
        book = self._book(event.orchestrator, at)
        old = (book.reward_cut, book.fee_share) if book.terms_set else (None, None)
        self.ledger.terms_changed(book, event.reward_cut_ppm, event.fee_share_ppm)
        self.rows.cut_changes.append(
            [
                *(at.tx_hash, at.log_index, at.block, event.orchestrator, self.round),
                *(event.reward_cut_ppm, event.fee_share_ppm, *old),
            ]
        )

    def _activated(self, at: e.LogId, event: e.TranscoderActivated) -> None:
        self.ledger.activated(self._book(event.orchestrator, at), event.activation_round)
        self._pool_row(at, event.orchestrator, event.activation_round, entered=True)

    def _deactivated(self, at: e.LogId, event: e.TranscoderDeactivated) -> None:
        self.ledger.deactivated(self._book(event.orchestrator, at), event.deactivation_round)
        self._pool_row(at, event.orchestrator, event.deactivation_round, entered=False)

    def _pool_row(self, at: e.LogId, orchestrator: str, effective: int, *, entered: bool) -> None:
        row = [at.tx_hash, at.log_index, at.block, orchestrator, self.round, entered, effective]
        self.rows.pool_changes.append(row)

    def _paid(self, at: e.LogId, event: e.WinningTicketTransfer) -> None:
        self._require_room(event.orchestrator, event.amount_wei)
        book = self._book(event.orchestrator, at)
        self.ledger.paid(book, event.amount_wei)
        self._note_record(book)
        self.rows.payments.append(
            [
                *(at.tx_hash, at.log_index, at.block, event.gateway, event.orchestrator, self.round),
                *(event.amount_wei, None, None),  # what the log after it tells
            ]
        )

    def _redeemed(self, at: e.LogId, event: e.WinningTicketRedeemed) -> None:
        """Gives face value and chance to the payment that precedes it in its transaction, if anything was credited."""
        last = self.rows.payments[-1] if self.rows.payments else None
        if last is not None and last[0] == at.tx_hash and last[4] == event.orchestrator and last[-1] is None:
            last[-2:] = [event.face_value_wei, event.win_prob * PPM >> 256]

    def _funded(self, at: e.LogId, event: e.DepositFunded | e.ReserveFunded) -> None:
        kind = "deposit" if type(event) is e.DepositFunded else "reserve"
        self.rows.fundings.append([at.tx_hash, at.log_index, at.block, event.gateway, kind, self.round, event[1]])

    def _service_uri(self, at: e.LogId, event: e.ServiceUriUpdate) -> None:
        self._book(event.orchestrator, at).service_uri = event.uri
        self.rows.uri_updates.append([at.tx_hash, at.log_index, at.block, event.orchestrator, event.uri])


def delegators_in(events: Iterable[tuple[e.LogId, Event]]) -> set[str]:
    """The addresses whose positions the events change."""
    found: set[str] = set()
    for _, event in events:
        kind = type(event)
        if kind in _DELEGATOR_EVENTS:
            found.add(event.delegator)  # type: ignore[attr-defined]
        elif isinstance(event, e.TranscoderSlashed):
            found.add(event.orchestrator)
    return found


_DELEGATOR_EVENTS = frozenset({e.Bond, e.Unbond, e.Rebond, e.EarningsClaimed, e.WithdrawFees})
