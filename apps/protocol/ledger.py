"""The BondingManager's books, kept from its logs alone and equal to the contract's storage to the wei.

Two books: what the contract holds per delegate (stake, terms, earnings pool of each round) and per delegator. The rules
are those of LIP-36 as deployed; protocol facts that differ between deployments never reach the books, since every log
already carries its outcome (a Reward is net of the treasury, an eviction is a log of its own).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from apps.protocol.perc import ONE, perc_of, precise_perc_of
from apps.protocol.units import ZERO_ADDRESS

_ROOM = 2**255  # whatever stays below it is stored; the contract's own arithmetic refuses one bit later


@dataclass(slots=True)
class RoundRecord:
    """An earnings pool and what happened in its round. `stake` is None where the contract never set it."""

    active: bool = False
    stake: int | None = None
    reward_cut: int = 0
    fee_share: int = 0
    reward_called: bool = False
    reward: int = 0
    treasury: int = 0
    fees: int = 0
    tickets: int = 0
    reward_factor: int = 0
    fee_factor: int = 0


@dataclass(slots=True)
class OrchestratorBook:
    """What the contract knows of one delegate. `records` holds the rounds that later logs can still ask for."""

    address: str
    first_block: int = 0
    updated_block: int = 0
    ever_registered: bool = False
    registered: bool = False
    in_pool: bool = False
    stake: int = 0
    reward_cut: int = 0
    fee_share: int = 0
    terms_set: bool = False
    activation_round: int | None = None
    deactivation_round: int | None = None
    last_reward_round: int = 0
    last_fee_round: int = 0
    last_stake_update_round: int = 0
    stake_at_update: int = 0
    cumulative_rewards: int = 0
    active_cumulative_rewards: int = 0
    cumulative_fees: int = 0
    service_uri: str = ""
    records: dict[int, RoundRecord] = field(default_factory=dict)

    def reward_factor_at(self, round_: int) -> int:
        """The factor stored for that round; 0 where the contract holds none."""
        record = self.records.get(round_)
        return record.reward_factor if record else 0

    def fee_factor_at(self, round_: int) -> int:
        record = self.records.get(round_)
        return record.fee_factor if record else 0

    def latest_factors(self, round_: int) -> tuple[int, int]:
        """Reward and fee factor that hold at the end of a round, as latestCumulativeFactorsPool: 0 means none yet."""
        reward = self.reward_factor_at(round_)
        if reward == 0 and self.last_reward_round < round_:
            reward = self.reward_factor_at(self.last_reward_round)
        fee = self.fee_factor_at(round_)
        if fee == 0 and self.last_fee_round < round_:
            fee = self.fee_factor_at(self.last_fee_round)
        return reward, fee

    def forget_before(self, round_: int) -> None:
        """Drop the records that no later log can read."""
        kept = {round_ - 1, round_, self.last_reward_round, self.last_fee_round}
        if not kept.issuperset(self.records):
            self.records = {number: record for number, record in self.records.items() if number in kept}


@dataclass(slots=True)
class DelegatorBook:
    """What getDelegator answers, less the stake delegated to the address (that is its OrchestratorBook)."""

    delegate: str = ZERO_ADDRESS
    bonded: int = 0
    fees: int = 0
    start_round: int = 0
    last_claim_round: int = 0
    next_lock_id: int = 0


@dataclass(slots=True)
class RoundBook:
    """The round that runs. `minted` counts what reward calls made so far, the treasury's part included."""

    number: int = 0
    mintable: int = 0
    active_stake: int = 0
    minted: int = 0


class OrchestratorLedger:
    """Applies logs, in the order of the chain, to the books of delegates."""

    def __init__(self) -> None:
        self.books: dict[str, OrchestratorBook] = {}
        self.round = RoundBook()

    def book(self, address: str, block: int) -> OrchestratorBook:
        """The book of an address, opened on first sight and marked as changed at this block."""
        book = self.books.get(address)
        if book is None:
            book = self.books[address] = OrchestratorBook(address, first_block=block)
        book.updated_block = block
        return book

    def record(self, book: OrchestratorBook) -> RoundRecord:
        """The running round's record of a delegate, made on first need."""
        record = book.records.get(self.round.number)
        if record is None:
            record = RoundRecord(stake=self._recorded_stake(book), reward_cut=book.reward_cut, fee_share=book.fee_share)
            book.records[self.round.number] = record
        return record

    def _recorded_stake(self, book: OrchestratorBook) -> int | None:
        return book.stake_at_update if 0 < book.last_stake_update_round <= self.round.number else None

    def carries(self, book: OrchestratorBook, amount: int) -> bool:
        """Whether a reward or fee of that many base units leaves factors and commission that can be kept.

        No log of the contract's fails this: its own arithmetic would have refused the transaction.
        """
        record = book.records.get(self.round.number)
        stake = record.stake if record else self._recorded_stake(book)
        if not stake:
            return True
        reward, fee = book.latest_factors(self.round.number)
        own = book.cumulative_rewards + book.cumulative_fees + amount
        return reward + fee + own + ((reward or ONE) + own) * amount // stake < _ROOM

    def new_round(self, number: int, mintable: int) -> list[OrchestratorBook]:
        """Begin a round; gives the members of its active set, whose records are open."""
        members = [book for book in self.books.values() if book.in_pool]
        self.round = RoundBook(number, mintable, sum(book.stake for book in members))
        for book in self.books.values():
            book.forget_before(number)
        for book in members:
            record = self.record(book)
            record.active, record.stake = True, book.stake_at_update
        return members

    def activated(self, book: OrchestratorBook, activation_round: int) -> None:
        book.in_pool = book.ever_registered = True
        book.activation_round, book.deactivation_round = activation_round, None
        book.last_stake_update_round, book.stake_at_update = activation_round, book.stake

    def deactivated(self, book: OrchestratorBook, deactivation_round: int) -> None:
        book.in_pool = False
        book.deactivation_round = deactivation_round

    def terms_changed(self, book: OrchestratorBook, reward_cut: int, fee_share: int) -> None:
        book.reward_cut, book.fee_share, book.terms_set = reward_cut, fee_share, True

    def stake_changed(self, book: OrchestratorBook, difference: int) -> None:
        """Add (or, negative, take) stake; a member of the pool has it recorded for the next round."""
        book.stake += difference
        if book.in_pool:
            book.last_stake_update_round = self.round.number + 1
            book.stake_at_update = book.stake

    def rewarded(self, book: OrchestratorBook, amount: int, treasury: int) -> None:
        """A reward call: the factor grows by the delegators' part, the commission waits for the next claim."""
        number, record = self.round.number, self.record(book)
        before = book.latest_factors(number - 1)[0] or ONE
        record.reward_cut, record.fee_share = book.reward_cut, book.fee_share
        record.reward_called, record.reward, record.treasury = True, amount, treasury
        commission = perc_of(amount, record.reward_cut)
        shared = amount - commission
        book.active_cumulative_rewards = book.cumulative_rewards
        record.reward_factor = before
        if record.stake:
            commission += precise_perc_of(shared, book.active_cumulative_rewards, record.stake)
            record.reward_factor = before + precise_perc_of(before, shared, record.stake)
        book.cumulative_rewards += commission
        book.last_reward_round = number
        self.round.minted += amount + treasury
        self.stake_changed(book, amount)

    def paid(self, book: OrchestratorBook, amount: int) -> None:
        """A winning ticket: the fee factor grows by the delegators' part."""
        number, record = self.round.number, self.record(book)
        before_reward, before_fee = book.latest_factors(number - 1)
        own = book.active_cumulative_rewards
        if number > book.last_reward_round:
            record.reward_cut, record.fee_share = book.reward_cut, book.fee_share
            own = book.cumulative_rewards
        record.fees += amount
        record.tickets += 1
        shared = perc_of(amount, record.fee_share)
        book.cumulative_fees += amount - shared
        if record.stake:
            before_reward = before_reward or self._factor_before_reward(book, record) or ONE
            book.cumulative_fees += precise_perc_of(shared, own, record.stake)
            grown = precise_perc_of(before_reward, shared, record.stake)
            record.fee_factor = (record.fee_factor or before_fee) + grown
        book.last_fee_round = number

    def _factor_before_reward(self, book: OrchestratorBook, record: RoundRecord) -> int:
        """The reward factor of the round before, worked back from this round's; 0 if no reward was called in it.

        The contract does so for a node that called reward in this round but not in the one before, from the tokens
        mintable plus those minted so far.
        """
        if book.last_reward_round != self.round.number or not record.stake or not self.round.active_stake:
            return 0
        tokens = precise_perc_of(self.round.mintable + self.round.minted, record.stake, self.round.active_stake)
        shared = tokens - perc_of(tokens, record.reward_cut)
        return precise_perc_of(record.reward_factor, record.stake, shared + record.stake)

    def factors_kept(self, book: OrchestratorBook) -> bool:
        """Store the latest factors for the running round, as a claim or a new bond does; True if a record changed."""
        number = self.round.number
        reward, fee = book.latest_factors(number)
        if reward == book.reward_factor_at(number) and fee == book.fee_factor_at(number):
            return False
        record = self.record(book)
        record.reward_factor, record.fee_factor = reward, fee
        return True

    def claimed_own(self, book: OrchestratorBook) -> None:
        """An orchestrator's own claim takes its commission."""
        book.cumulative_rewards = book.cumulative_fees = 0


def bonded(book: DelegatorBook, *, delegate: str, old_delegate: str, bonded_wei: int, running_round: int) -> None:
    """Apply a Bond: a first bond or a change of delegate makes the position pending until the next round."""
    if book.bonded == 0 or old_delegate != delegate:
        book.start_round = running_round + 1
    book.delegate, book.bonded = delegate, bonded_wei


def unbonded(book: DelegatorBook, *, lock_id: int, amount: int) -> None:
    """Apply an Unbond: whoever has nothing left has no delegate either."""
    book.bonded -= amount
    book.next_lock_id = lock_id + 1
    if book.bonded == 0:
        book.delegate, book.start_round = ZERO_ADDRESS, 0


def slashed(book: DelegatorBook, *, penalty: int) -> None:
    """Apply a TranscoderSlashed: the delegate stays, even of a position that has nothing left."""
    book.bonded -= penalty


def rebonded(book: DelegatorBook, *, delegate: str, lock_id: int, amount: int, starts_in: int) -> None:
    """Apply a Rebond, or the end of a transfer: an empty position takes that delegate and counts from `starts_in`."""
    if book.bonded == 0:
        book.start_round = starts_in
    book.delegate = delegate
    book.bonded += amount
    book.next_lock_id = max(book.next_lock_id, lock_id + 1)


def claimed(book: DelegatorBook, *, rewards: int, fees: int, round_: int) -> None:
    """Apply an EarningsClaimed."""
    book.bonded += rewards
    book.fees += fees
    book.last_claim_round = round_
