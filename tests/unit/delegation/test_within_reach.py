"""What is pending and out of reach: commission after the claim of the round; more than the delegate's books hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.delegation.plan.build import Plan, build
from apps.delegation.plan.intentions import (
    Delegate,
    HandOver,
    Intention,
    MoveAll,
    MovePart,
    Undelegate,
    WithdrawFees,
)
from apps.delegation.plan.refusals import Refusal
from apps.protocol.bonding.state import State
from apps.protocol.formats import NBSP
from apps.protocol.units import EthWei, Round
from tests.unit.delegation.fixture import D2, NOW, T1, T2, B, D, account, lpt, node, snapshot, state

pytestmark = pytest.mark.unit


def earning(*, claimed: bool) -> State:
    """T1 with 9,000 LPT and 2 ETH of its own, and 8 LPT and 3 ETH of commission that came since."""
    own = account(T1, delegate=T1, bonded=lpt(9_000), fees=EthWei(2), start_round=Round(3900))
    own = replace(own, last_claim_round=NOW if claimed else Round(NOW - 1))
    t1 = node(T1, rewarded=True, own_rewards=lpt(8), own_fees=EthWei(3))
    return state(t1=t1).with_account(own)


def refused(wanted: Intention) -> Refusal:
    made = build(wanted, snapshot(earning(claimed=True)))
    assert isinstance(made, Refusal)
    return made


@pytest.mark.parametrize(
    "wanted",
    [
        Undelegate(T1),
        Undelegate(T1, lpt(9_000)),
        Undelegate(T1, lpt(9_001)),
        HandOver(T1, D2),
        MovePart(T1, D2, T1, lpt(9_000)),
    ],
)
def test_all_of_the_stake__when_commission_waits__then_it_is_refused_with_the_round_and_the_part_there_is(
    wanted: Intention,
) -> None:
    found = refused(wanted)

    assert found.code == "commission_waits"
    assert f"8{NBSP}LPT" in found.sentence
    assert "from round 4,001 on" in found.sentence
    assert f"less than 9,000{NBSP}LPT" in found.sentence


def test_more_than_all__when_commission_waits__then_it_is_over_the_stake() -> None:
    assert refused(Undelegate(T1, lpt(9_009))).code == "over_stake"


def test_part_of_the_stake__when_commission_waits__then_it_can_be_taken_out() -> None:
    made = build(Undelegate(T1, lpt(8_999)), snapshot(earning(claimed=True)))

    assert isinstance(made, Plan)
    assert made.run.after.account(T1).bonded == lpt(1)


def test_all_of_the_stake__when_nothing_was_claimed_yet__then_commission_comes_along() -> None:
    made = build(Undelegate(T1), snapshot(earning(claimed=False)))

    assert isinstance(made, Plan)
    # 9,000 LPT grew by 0.288 % with the reward of the round
    assert made.run.after.account(T1).locks[0].amount == lpt(9_033.92)


@pytest.mark.parametrize("wanted", [Undelegate(D), MoveAll(D, T2), HandOver(D, B), Delegate(D, T2, lpt(1))])
def test_stake__when_the_orchestrator_s_books_hold_less__then_it_is_refused_in_words_and_a_part_can_go(
    wanted: Intention,
) -> None:
    now = state(t1=node(T1, rewarded=True, stake=lpt(900)), t2=node(T2, rewarded=True, stake=lpt(800)))

    made, part = (build(one, snapshot(now)) for one in (wanted, Undelegate(D, lpt(900))))

    assert isinstance(made, Refusal)
    assert made.code == "books_disagree"
    assert isinstance(part, Plan)


def test_fees__when_commission_waits__then_all_are_those_within_reach_and_more_is_refused() -> None:
    made = build(WithdrawFees(T1, T1), snapshot(earning(claimed=True)))

    assert isinstance(made, Plan)
    assert made.steps[0].decoded.values == (T1, 2)
    assert refused(WithdrawFees(T1, T1, EthWei(3))).code == "commission_waits"
    assert refused(WithdrawFees(T1, T1, EthWei(6))).code == "over_fees"


def test_fees__when_all_of_them_are_commission_that_waits__then_it_says_from_when() -> None:
    now = earning(claimed=True)
    now = now.with_account(replace(now.account(T1), fees=EthWei(0)))

    made = build(WithdrawFees(T1, T1), snapshot(now))

    assert isinstance(made, Refusal)
    assert made.code == "commission_waits"
    assert "from round 4,001 on" in made.sentence
