"""The ledger against the protocol's worked examples, and what must hold for any history."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.protocol.earnings import Factors, Holding, with_pending
from apps.protocol.ledger import DelegatorBook, OrchestratorBook, OrchestratorLedger, bonded, rebonded, unbonded
from apps.protocol.perc import ONE, perc_of, perc_of_v2, precise_perc_of
from apps.protocol.units import ZERO_ADDRESS, EthWei, LptWei

pytestmark = pytest.mark.unit

LPT = ETH = 10**18
NODE, OTHER = "0x" + "1" * 40, "0x" + "2" * 40


def active_node(
    stake: int = 10_000 * LPT, *, cut: int = 200_000, share: int = 500_000
) -> tuple[OrchestratorLedger, OrchestratorBook]:
    """A ledger in round 4000 with one active node of that stake and those terms."""
    ledger = OrchestratorLedger()
    ledger.round.number = 3999
    book = ledger.book(NODE, 1)
    ledger.activated(book, 4000)
    ledger.stake_changed(book, stake)
    ledger.terms_changed(book, cut, share)
    ledger.new_round(4000, 20_000 * LPT)
    return ledger, book


def test_perc_of__each_library__rounds_down_twice() -> None:
    assert perc_of(1_000_000, 333_333) == 333_333
    assert perc_of(10, 1, 3) == 3
    assert perc_of_v2(20_000 * LPT, 10_000 * LPT, 5_000_000 * LPT) == 40 * LPT
    assert precise_perc_of(7, 1, 3) == 2


def test_rewarded__a1__grows_the_factor_by_what_delegators_get() -> None:
    ledger, book = active_node()
    ledger.rewarded(book, 36 * LPT, 4 * LPT)
    record = book.records[4000]
    assert record.reward_factor == 1_002_880_000_000_000_000_000_000_000
    assert (record.reward, record.treasury, record.reward_called) == (36 * LPT, 4 * LPT, True)
    assert book.cumulative_rewards == 72 * LPT // 10
    assert book.stake == 10_036 * LPT
    assert ledger.round.minted == 40 * LPT


def test_paid__a4__grows_the_fee_factor_by_the_shared_half() -> None:
    ledger, book = active_node()
    ledger.paid(book, ETH // 2)
    record = book.records[4000]
    assert (record.fees, record.tickets) == (ETH // 2, 1)
    assert book.cumulative_fees == ETH // 4
    pending = with_pending(Holding(LptWei(1_000 * LPT), EthWei(0)), start=Factors(), end=Factors(0, record.fee_factor))
    assert pending.fees == 25 * ETH // 1000


def test_stake_changed__in_a_round__counts_from_the_next() -> None:
    ledger, book = active_node(stake=100 * LPT)
    ledger.stake_changed(book, 50 * LPT)
    assert book.records[4000].stake == 100 * LPT
    ledger.new_round(4001, 0)
    assert book.records[4001].stake == 150 * LPT
    assert ledger.round.active_stake == 150 * LPT


def test_new_round__an_evicted_node__is_no_member() -> None:
    ledger, book = active_node()
    ledger.deactivated(book, 4001)
    assert ledger.new_round(4001, 0) == []
    assert ledger.round.active_stake == 0
    assert book.deactivation_round == 4001


def test_factors_kept__a_claim_in_a_quiet_round__stores_the_last_ones() -> None:
    ledger, book = active_node()
    ledger.rewarded(book, 36 * LPT, 0)
    ledger.new_round(4001, 0)
    assert ledger.factors_kept(book)
    assert book.records[4001].reward_factor == book.records[4000].reward_factor
    assert not ledger.factors_kept(book)


def test_terms_changed__after_the_reward__hold_from_the_next_reward() -> None:
    ledger, book = active_node(cut=50_000)
    ledger.rewarded(book, 100 * LPT, 0)
    ledger.terms_changed(book, 1_000_000, 0)
    assert book.records[4000].reward_cut == 50_000
    ledger.new_round(4001, 0)
    ledger.rewarded(book, 100 * LPT, 0)
    assert book.records[4001].reward_cut == 1_000_000
    assert book.records[4001].reward_factor == book.records[4000].reward_factor


def test_bonded__to_another_delegate__is_pending_until_the_next_round() -> None:
    book = DelegatorBook()
    bonded(book, delegate=NODE, old_delegate=ZERO_ADDRESS, bonded_wei=5, running_round=7)
    assert (book.delegate, book.bonded, book.start_round) == (NODE, 5, 8)
    bonded(book, delegate=NODE, old_delegate=NODE, bonded_wei=9, running_round=20)
    assert book.start_round == 8
    bonded(book, delegate=OTHER, old_delegate=NODE, bonded_wei=9, running_round=20)
    assert (book.delegate, book.start_round) == (OTHER, 21)


def test_unbonded__everything__leaves_no_delegate() -> None:
    book = DelegatorBook(delegate=NODE, bonded=10, start_round=3)
    unbonded(book, lock_id=0, amount=4)
    assert (book.delegate, book.bonded, book.next_lock_id) == (NODE, 6, 1)
    unbonded(book, lock_id=1, amount=6)
    assert (book.delegate, book.bonded, book.start_round, book.next_lock_id) == (ZERO_ADDRESS, 0, 0, 2)
    rebonded(book, delegate=OTHER, lock_id=0, amount=4, starts_in=9)
    assert (book.delegate, book.bonded, book.start_round, book.next_lock_id) == (OTHER, 4, 9, 2)


acts = st.lists(
    st.tuples(st.sampled_from(("reward", "ticket", "stake", "terms", "round")), st.integers(0, 10**24)), max_size=40
)


@given(acts)
def test_ledger__any_history__never_takes_back_a_factor(history: list[tuple[str, int]]) -> None:
    ledger, book = active_node()
    reward, fee = int(ONE), 0
    for act, amount in history:
        if act == "reward" and book.last_reward_round < ledger.round.number:
            ledger.rewarded(book, amount, amount // 10)
        elif act == "ticket":
            ledger.paid(book, amount)
        elif act == "stake":
            ledger.stake_changed(book, amount)
        elif act == "terms":
            ledger.terms_changed(book, amount % 1_000_001, amount % 7)
        elif act == "round":
            ledger.new_round(ledger.round.number + 1, 20_000 * LPT)
        now_reward, now_fee = book.latest_factors(ledger.round.number)
        assert (now_reward or ONE) >= reward
        assert now_fee >= fee
        reward, fee = now_reward or ONE, now_fee


@given(st.integers(0, 10**27), st.integers(10**27, 10**30), st.integers(0, 10**24))
def test_with_pending__unchanged_factors__change_nothing(stake: int, reward: int, fee: int) -> None:
    factors = Factors(reward, fee)
    held = with_pending(Holding(LptWei(stake), EthWei(5)), start=factors, end=factors)
    assert (held.stake, held.fees) == (stake, 5)
