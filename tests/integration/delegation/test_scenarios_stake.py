"""Acceptance scenarios of one's own stake on scene F: A5 to A9, A15, A16, A18 to A23, A27 and A44.

A28, amounts as they are written, needs no chain: tests/unit/delegation/test_parsing.py.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.delegation import changes
from apps.delegation.document import document
from apps.delegation.plan.build import Plan, build
from apps.delegation.plan.intentions import (
    Add,
    Cancel,
    Delegate,
    DelegateFor,
    MoveAll,
    ResetAllowance,
    Undelegate,
    Withdraw,
)
from apps.delegation.proof import Proof
from apps.devnet import moves
from apps.devnet.calldata import calldata
from apps.devnet.wire import Call
from apps.protocol.bonding.state import Lock, Status
from apps.protocol.logs import Event
from apps.protocol.units import UINT256_MAX, ZERO_ADDRESS, Address, LptWei, Round
from tests.integration.delegation.scene import NOW, Scene, lpt

pytestmark = pytest.mark.integration

WHOLE = lpt("1003.2")  # D's stake once T1 has called reward


def codes(plan: Plan) -> list[str]:
    return [one.code for one in plan.disturbances]


def named(said: list[Event], name: str) -> list[tuple[int | str, ...]]:
    return [tuple(one.arguments.values()) for one in said if one.name == name]


def test_a5__top_up_after_the_reward_call__then_earnings_are_claimed_and_the_stake_grows_by_it(scene: Scene) -> None:
    scene.reward(scene.t1)

    plan = scene.plan(Add(scene.d, lpt("50")))
    said = scene.mined(plan)

    t1 = scene.t1.address
    assert codes(plan) == []
    assert named(said, "Bond") == [(t1, t1, scene.d, lpt("50"), WHOLE + lpt("50"))]
    assert named(said, "EarningsClaimed") == [(t1, scene.d, lpt("3.2"), 0, NOW, NOW)]
    now = scene.now().state
    assert (now.account(scene.d).start_round, now.status_of(scene.d)) == (NOW, Status.BONDED)


def test_a6__move_of_everything__then_the_whole_stake_counts_elsewhere_from_the_next_round(scene: Scene) -> None:
    scene.reward(scene.t1)

    plan = scene.plan(MoveAll(scene.d, Address(scene.t2.address)))
    said = scene.mined(plan)

    t1, t2 = (Address(one.address) for one in (scene.t1, scene.t2))
    assert codes(plan) == ["whole_position_moves", "pending_until_next_round"]
    assert named(said, "Bond") == [(t2, t1, scene.d, 0, WHOLE)]
    now = scene.now().state
    assert (now.node(t1).stake, now.node(t2).stake) == (lpt("10040") - WHOLE, lpt("10000") + WHOLE)
    assert (now.account(scene.d).start_round, now.status_of(scene.d)) == (NOW + 1, Status.PENDING)


def test_a7__taking_out_what_was_moved__then_it_is_refused_until_the_next_round(scene: Scene) -> None:
    scene.reward(scene.t1)
    scene.mined(scene.plan(MoveAll(scene.d, Address(scene.t2.address))))
    wanted = Undelegate(scene.d, lpt("1"))

    refused = scene.refused(wanted)
    contract = scene.contract_says(moves.unbond(scene.stage.net.deployment, scene.d, lpt("1")))
    scene.to_round(NOW + 1)
    scene.reward(scene.t2)
    scene.mined(scene.plan(wanted))

    assert (refused, contract) == ("pending", "caller must be bonded")
    assert scene.of(scene.d).locks == {0: Lock(lpt("1"), Round(NOW + 8))}


def test_a8__delegate_to_another__then_no_calldata_without_the_move_named_and_a_second_account_is_offered(
    scene: Scene,
) -> None:
    scene.reward(scene.t1)

    first = scene.first(Delegate(scene.d, Address(scene.t2.address), lpt("50")))

    assert first.missing == ("whole_position_moves", "pending_until_next_round")
    assert [step.calldata for step in first.steps] == [None, None]
    assert first.disturbances[0].amount_wei == WHOLE
    assert (first.alternatives[0].kind, first.alternatives[0].disturbs) == ("delegate_for", 0)
    scene.mined(scene.plan(first.wanted))
    assert scene.of(scene.d).bonded == WHOLE + lpt("50")


def test_a9__stake_for_another__on_the_first_contracts__then_the_payer_is_claimed_for_and_that_is_said(
    scene: Scene,
) -> None:
    """These contracts claim for whoever pays, so the payer's position is touched before the reward call."""
    wanted = DelegateFor(scene.d, scene.b, Address(scene.t2.address), lpt("50"))
    first = scene.first(wanted)

    scene.mined(scene.plan(wanted))

    assert [(one.code, one.amount_wei) for one in first.disturbances] == [
        ("reward_forfeited", lpt("3.2")),
        ("ownership_given_away", lpt("50")),
    ]
    assert (scene.of(scene.d).last_claim_round, scene.of(scene.d).bonded) == (NOW, lpt("1000"))
    now = scene.now().state
    theirs = now.account(scene.b)
    assert (theirs.bonded, theirs.delegate, now.status_of(scene.b)) == (
        lpt("50"),
        scene.t2.address,
        Status.PENDING,
    )


def test_a9__stake_for_another__planner_alone_for_later_contracts__then_nothing_of_the_payer_changes(
    scene: Scene,
) -> None:
    before = scene.of(scene.d)

    made = scene.later(DelegateFor(scene.d, scene.b, Address(scene.t2.address), lpt("50")))

    assert isinstance(made, Plan)
    assert codes(made) == ["ownership_given_away"]
    after = made.run.after.account(scene.d)
    assert after == replace(before, lpt_balance=LptWei(before.lpt_balance - lpt("50")))
    assert (after.last_claim_round, made.run.after.account(scene.b).bonded) == (NOW - 1, lpt("50"))


def test_a15__part_taken_out__then_a_lock_of_seven_rounds_and_the_rest_stays(scene: Scene) -> None:
    scene.reward(scene.t1)

    plan = scene.plan(Undelegate(scene.d, lpt("300")))
    scene.mined(plan)

    mine = scene.of(scene.d)
    assert codes(plan) == []
    assert (mine.locks, mine.bonded) == ({0: Lock(lpt("300"), Round(NOW + 7))}, lpt("703.2"))
    assert mine.delegate == scene.t1.address


def test_a16__withdrawal__then_refused_until_the_round_is_initialised_and_paid_without_a_claim(scene: Scene) -> None:
    scene.reward(scene.t1)
    scene.mined(scene.plan(Undelegate(scene.d, lpt("300"))))
    wanted = Withdraw(scene.d, (0,))
    raw = moves.withdraw_stake(scene.stage.net.deployment, scene.d, 0)

    scene.to_round(NOW + 6)
    early = scene.refused(wanted), scene.contract_says(raw)
    scene.to_round(NOW + 7, initialised=False)
    between = scene.refused(wanted), scene.contract_says(raw)
    scene.to_round(NOW + 7)
    said = scene.mined(scene.plan(wanted))

    assert early == ("not_matured", "withdraw round must be before or equal to the current round")
    assert between == ("round_not_initialised", "current round is not initialized")
    assert [one.name for one in said] == ["Transfer", "WithdrawStake"]
    mine = scene.of(scene.d)
    assert (mine.lpt_balance, mine.last_claim_round, mine.locks) == (lpt("800"), NOW, {})


def test_a18__cancel_after_a_move__then_the_lock_goes_to_the_new_orchestrator_and_the_move_said_so(
    scene: Scene,
) -> None:
    t2 = Address(scene.t2.address)
    scene.reward(scene.t1)
    scene.mined(scene.plan(Undelegate(scene.d, lpt("300"))))

    move = scene.plan(MoveAll(scene.d, t2))
    scene.mined(move)
    said = scene.mined(scene.plan(Cancel(scene.d, 0)))

    told = next(one for one in move.disturbances if one.code == "locks_would_rebond_elsewhere")
    assert told.amount_wei == lpt("300")
    assert named(said, "Rebond") == [(t2, scene.d, 0, lpt("300"))]
    assert (scene.of(scene.d).delegate, scene.of(scene.d).bonded) == (t2, WHOLE)


def test_a19__all_taken_out__then_nothing_is_left_to_rebond_to_and_the_lock_may_go_anywhere_at_once(
    scene: Scene,
) -> None:
    t2 = Address(scene.t2.address)
    scene.reward(scene.t1)
    scene.mined(scene.plan(Undelegate(scene.d)))
    out = scene.now().state

    refused = scene.refused(Cancel(scene.d, 0))
    contract = scene.contract_says(moves.rebond(scene.stage.net.deployment, scene.d, 0))
    scene.mined(scene.plan(Cancel(scene.d, 0, to=t2)))

    left = out.account(scene.d)
    assert (left.delegate, left.start_round, left.bonded, out.status_of(scene.d)) == (
        ZERO_ADDRESS,
        0,
        0,
        Status.UNBONDED,
    )
    assert (refused, contract) == ("choose_delegate", "caller must be bonded")
    now = scene.now().state
    assert (now.account(scene.d).delegate, now.account(scene.d).bonded) == (t2, WHOLE)
    assert now.status_of(scene.d) is Status.PENDING


def test_a20__reward_before_all_is_taken_out__then_a_remainder_stays_and_it_is_told(scene: Scene) -> None:
    plan = scene.plan(Undelegate(scene.d))
    scene.reward(scene.t1)

    verdict = scene.mined_late(plan)

    mine = scene.of(scene.d)
    assert (mine.bonded, mine.delegate, mine.locks[0].amount) == (lpt("3.2"), scene.t1.address, lpt("1000"))
    differ = {one.where: one.now for one in verdict.differences}
    assert verdict.state == "different"
    assert differ[f"accounts.{scene.d}.stake_lpt_wei"] == str(lpt("3.2"))
    assert differ[f"accounts.{scene.d}.delegate"] == scene.t1.address
    assert {"kind": "undelegate", "owner": scene.d} in [dict(one.intention) for one in verdict.mends]


@pytest.mark.parametrize(
    ("amount", "code", "contract"),
    [
        (lpt("1000.000000000000000001"), "over_stake", "amount is greater than bonded amount"),
        (0, "amount_zero", "unbond amount must be greater than 0"),
    ],
)
def test_a21__more_than_the_stake_or_nothing__then_it_is_refused_as_the_contract_would(
    scene: Scene, amount: int, code: str, contract: str
) -> None:
    raw = moves.unbond(scene.stage.net.deployment, scene.d, amount)

    assert (scene.refused(Undelegate(scene.d, LptWei(amount))), scene.contract_says(raw)) == (code, contract)


def test_a22__controller_paused__then_nothing_is_prepared(scene: Scene) -> None:
    at = scene.stage.net.deployment
    scene.did(Call(at.deployer, at.controller, calldata("pause()"), what="pause"))

    refused = scene.refused(Add(scene.d, lpt("1")))

    assert (refused, scene.contract_says(moves.unbond(at, scene.d, 1))) == ("paused", "system is paused")


def test_a23__round_not_initialised__then_nothing_is_prepared_but_what_the_token_alone_does(scene: Scene) -> None:
    at = scene.stage.net.deployment
    scene.did(moves.approve(at, scene.d, 7))
    scene.to_round(NOW + 1, initialised=False)

    refused = scene.refused(Add(scene.d, lpt("1")))

    assert refused == "round_not_initialised"
    assert scene.contract_says(moves.unbond(at, scene.d, 1)) == "current round is not initialized"
    scene.mined(scene.plan(ResetAllowance(scene.d)))


def test_a27__allowance_short_by_one__then_an_approval_of_exactly_the_amount_that_is_used_up(scene: Scene) -> None:
    at = scene.stage.net.deployment
    scene.reward(scene.t1)
    scene.did(moves.approve(at, scene.d, lpt("99")))

    plan = scene.plan(Add(scene.d, lpt("100")))
    said = scene.mined(plan)

    assert [step.function for step in plan.steps] == ["approve", "bondWithHint"]
    assert named(said, "Approval")[0] == (scene.d, at["BondingManager"], lpt("100"))
    assert scene.of(scene.d).allowance == 0


def test_a27__largest_allowance__on_the_first_token__then_it_is_left_alone_and_stays_as_it_is(scene: Scene) -> None:
    scene.reward(scene.t1)
    scene.did(moves.approve(scene.stage.net.deployment, scene.d))

    plan = scene.plan(Add(scene.d, lpt("100")))
    scene.mined(plan)

    assert [step.function for step in plan.steps] == ["bondWithHint"]
    assert scene.of(scene.d).allowance == UINT256_MAX


def test_a27__largest_allowance__planner_alone_for_later_tokens__then_it_falls_by_the_amount(scene: Scene) -> None:
    scene.reward(scene.t1)
    scene.did(moves.approve(scene.stage.net.deployment, scene.d))

    made = scene.later(Add(scene.d, lpt("100")))

    assert isinstance(made, Plan)
    assert made.run.after.account(scene.d).allowance == UINT256_MAX - lpt("100")


def test_a44__plan_of_the_round_before__then_it_expired_and_what_differs_is_said(scene: Scene) -> None:
    """What a reader who signs all the same is told is in tests/integration/delegation/test_receipts.py."""
    wanted = Undelegate(scene.d, lpt("1"))
    plan = scene.plan(wanted)

    scene.to_round(NOW + 1)
    again = build(wanted, scene.snapshot(wanted), acknowledged=plan.acknowledged)

    assert isinstance(again, Plan)
    assert (plan.expires.round, again.expires.round) == (NOW, NOW + 1)
    unproved = Proof("simulate", b"", (), (), 0)
    shown, now = (document(one, unproved, identity="a") for one in (plan, again))
    assert {"before.network.round", f"after.accounts.{scene.d}.locks"} <= {
        one.where for one in changes.differences(shown, now)
    }
