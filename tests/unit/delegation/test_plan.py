"""The acceptance scenarios that a plan decides, on the planner alone, by the rules of the contracts of today."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from apps.delegation.plan.build import Plan, build
from apps.delegation.plan.intentions import (
    Add,
    BecomeOrchestrator,
    Cancel,
    Delegate,
    DelegateFor,
    HandOver,
    Intention,
    MoveAll,
    MovePart,
    ResetAllowance,
    SetCuts,
    Undelegate,
    Withdraw,
    WithdrawFees,
)
from apps.delegation.plan.refusals import Refusal
from apps.protocol.bonding.state import Status
from apps.protocol.calldata import encode
from apps.protocol.units import NEVER, UINT256_MAX, ZERO_ADDRESS, EthWei, LptWei, Ppm, Round
from tests.unit.delegation.fixture import (
    D2,
    DELEGATOR,
    MANAGER,
    NOW,
    T1,
    T2,
    TOKEN,
    B,
    D,
    account,
    lock,
    lpt,
    node,
    snapshot,
    state,
)

pytestmark = pytest.mark.unit

STAKE = LptWei(1_002_880_000_000_000_000_000)  # 1,000 LPT with the reward of round 4000


def plan(wanted: Intention, **changes: object) -> Plan:
    """The plan with everything acknowledged."""
    at = snapshot(**changes)  # type: ignore[arg-type]
    first = build(wanted, at)
    assert isinstance(first, Plan), first
    made = build(wanted, at, acknowledged=first.missing)
    assert isinstance(made, Plan)
    assert made.is_ready
    return made


def codes(made: Plan) -> list[str]:
    return [one.code for one in made.disturbances]


def test_a2__top_up_before_the_reward_call__then_it_names_what_is_given_up_and_gives_no_calldata() -> None:
    made = build(Add(D, lpt(0.001)), snapshot(state(t1=node(T1))))

    assert isinstance(made, Plan)
    assert codes(made) == ["reward_forfeited"]
    assert made.disturbances[0].amount_wei == lpt(2.88)
    assert [step.calldata for step in made.steps] == [None, None]
    assert made.alternatives[0].kind == "wait"


def test_a5__top_up_after_the_reward_call__then_nothing_is_disturbed_and_the_stake_grows_by_it() -> None:
    made = build(Add(D, lpt(50)), snapshot())

    assert isinstance(made, Plan)
    assert (codes(made), made.is_ready) == ([], True)
    after = made.run.after.account(D)
    assert (after.bonded, after.start_round, after.delegate) == (STAKE + lpt(50), 3900, T1)
    assert made.run.after.status_of(D) is Status.BONDED
    assert made.run.after.node(T1).stake == lpt(10_050)


def test_a6__move_of_everything__then_the_whole_stake_moves_and_counts_from_the_next_round() -> None:
    made = plan(MoveAll(D, T2))

    assert codes(made) == ["whole_position_moves", "pending_until_next_round"]
    assert made.disturbances[0].amount_wei == STAKE
    assert (made.run.after.node(T1).stake, made.run.after.node(T2).stake) == (lpt(10_000) - STAKE, lpt(10_000) + STAKE)
    assert made.run.after.account(D).start_round == 4001


def test_a7__taking_out_while_pending__then_it_is_refused_with_the_round_from_which_it_works() -> None:
    pending = replace(DELEGATOR, start_round=Round(4001), last_claim_round=NOW)

    refused = build(Undelegate(D, lpt(1)), snapshot(state(d=pending)))

    assert isinstance(refused, Refusal)
    assert (refused.code, "4,001" in refused.sentence) == ("pending", True)


def test_a8__delegate_to_another__then_no_calldata_without_the_move_named_and_the_second_account_is_offered() -> None:
    made = build(Delegate(D, T2, lpt(50)), snapshot())

    assert isinstance(made, Plan)
    assert "whole_position_moves" in made.missing
    assert not any(step.calldata for step in made.steps)
    assert (made.alternatives[0].kind, made.alternatives[0].disturbs) == ("delegate_for", 0)


def test_a8__when_only_one_of_two_disturbances_is_acknowledged__then_there_is_still_no_calldata() -> None:
    made = build(Delegate(D, T2, lpt(50)), snapshot(), acknowledged=["whole_position_moves"])

    assert isinstance(made, Plan)
    assert made.missing == ("pending_until_next_round",)
    assert not made.is_ready


def test_a9__stake_for_another_account__then_the_payer_s_position_is_not_touched() -> None:
    now = state(t1=node(T1), t2=node(T2))
    made, own = (plan(DelegateFor(D, B, T2, lpt(50)), now=now, mine=mine) for mine in (frozenset(), frozenset({B})))

    after = made.run.after
    assert (codes(made), codes(own)) == (["ownership_given_away"], [])
    assert replace(after.account(D), lpt_balance=lpt(500)) == DELEGATOR
    assert (after.account(B).bonded, after.account(B).delegate, after.status_of(B)) == (lpt(50), T2, Status.PENDING)


def test_a10__part_to_a_second_account_elsewhere__then_a_seed_opens_it_and_the_part_lands_there() -> None:
    made = plan(MovePart(D, B, T2, lpt(400)))

    assert [step.function for step in made.steps] == ["approve", "bondForWithHint", "transferBond"]
    after = made.run.after
    assert (after.account(D).bonded, after.account(D).delegate) == (STAKE - lpt(400), T1)
    assert (after.account(B).bonded, after.account(B).delegate) == (lpt(400) + 1, T2)
    assert (after.status_of(D), after.status_of(B)) == (Status.BONDED, Status.PENDING)
    assert "ownership_given_away" in codes(made)


def test_a11__part_to_an_account_whose_delegate_has_yet_to_call__then_it_is_refused() -> None:
    theirs = account(B, delegate=T2, bonded=lpt(10), start_round=Round(3990), last_claim_round=Round(3999))
    now = state(t2=node(T2)).with_account(theirs)

    refused = build(MovePart(D, B, T2, lpt(400)), snapshot(now))

    assert isinstance(refused, Refusal)
    assert refused.code == "others_reward_first"


def test_a12__part_to_an_unbonded_account_with_the_same_orchestrator__then_it_is_one_call_and_fees_stay() -> None:
    made = plan(MovePart(D, B, T1, lpt(400)), now=state(d=replace(DELEGATOR, fees=EthWei(7), locks={3: lock(5, 4003)})))

    assert [step.function for step in made.steps] == ["transferBond"]
    assert (made.run.after.account(B).delegate, made.run.after.status_of(B)) == (T1, Status.PENDING)
    assert (made.run.after.account(D).fees, made.run.after.account(D).locks) == (7, {3: lock(5, 4003)})


@pytest.mark.parametrize(("receiver", "code"), [(ZERO_ADDRESS, "to_nobody"), (D, "same_account")])
def test_a14__part_to_nobody_or_oneself__then_it_is_refused(receiver: str, code: str) -> None:
    now = state()
    now = now.with_account(account(ZERO_ADDRESS))

    refused = build(MovePart(D, receiver, T1, lpt(1)), snapshot(now))  # type: ignore[arg-type]

    assert isinstance(refused, Refusal)
    assert refused.code == code


def test_a13__part_to_an_orchestrator__then_it_says_that_it_is_a_gift() -> None:
    theirs = account(T1, delegate=T1, bonded=lpt(100), start_round=Round(1), last_claim_round=NOW)

    made = plan(MovePart(D, T1, T1, lpt(1)), now=state().with_account(theirs))

    assert "gift_to_orchestrator" in codes(made)


def test_a15__part_taken_out__then_a_lock_of_seven_rounds_and_the_rest_stays() -> None:
    made = plan(Undelegate(D, lpt(300)))

    after = made.run.after.account(D)
    assert (after.locks[0], after.bonded, after.delegate) == (lock(300, 4007), STAKE - lpt(300), T1)
    assert codes(made) == []


def test_a16__withdrawal_before_and_after_the_lock_matures__then_refused_and_paid_without_a_claim() -> None:
    locked = replace(DELEGATOR, locks={0: lock(300, 4000), 1: lock(5, 4001)}, next_lock_id=2)
    now = state(d=locked, t1=node(T1))

    refused, made = build(Withdraw(D, (1,)), snapshot(now)), plan(Withdraw(D, (0,)), now=now)

    assert isinstance(refused, Refusal)
    assert refused.code == "not_matured"
    after = made.run.after.account(D)
    assert (after.lpt_balance, after.last_claim_round, list(after.locks)) == (lpt(800), 3999, [1])


def test_withdrawing_all__when_two_of_three_locks_matured__then_two_calls() -> None:
    locks = {0: lock(3, 4000), 1: lock(5, 4001), 2: lock(7, 3999)}

    made = plan(Withdraw(D), now=state(d=replace(DELEGATOR, locks=locks, next_lock_id=3)))

    assert [step.decoded.values for step in made.steps] == [(0,), (2,)]


def test_a18__cancel_after_a_move__then_the_lock_goes_to_the_new_orchestrator_and_the_move_said_so() -> None:
    moved = plan(MoveAll(D, T2), now=state(d=replace(DELEGATOR, locks={0: lock(300, 4007)}, next_lock_id=1)))
    assert "locks_would_rebond_elsewhere" in codes(moved)

    back = plan(Cancel(D, 0), now=moved.run.after)

    assert back.run.after.account(D).delegate == T2
    assert "put" in back.steps[0].sentence.lower()


def test_a19__all_taken_out__then_no_delegate_is_left_and_the_lock_can_go_anywhere_in_the_same_round() -> None:
    out = plan(Undelegate(D)).run.after
    assert (out.account(D).delegate, out.account(D).start_round, out.account(D).bonded) == (ZERO_ADDRESS, 0, 0)

    without, back = build(Cancel(D, 0), snapshot(out)), plan(Cancel(D, 0, to=T2), now=out)

    assert isinstance(without, Refusal)
    assert without.code == "choose_delegate"
    assert (back.run.after.account(D).delegate, back.run.after.status_of(D)) == (T2, Status.PENDING)


@pytest.mark.parametrize(("amount", "code"), [(STAKE + 1, "over_stake"), (0, "amount_zero")])
def test_a21__more_than_the_stake_or_nothing__then_it_is_refused(amount: int, code: str) -> None:
    refused = build(Undelegate(D, LptWei(amount)), snapshot())

    assert isinstance(refused, Refusal)
    assert refused.code == code


@pytest.mark.parametrize(
    ("changes", "code"), [({"paused": True}, "paused"), ({"initialised": False}, "round_not_initialised")]
)
def test_a22_a23__when_paused_or_not_initialised__then_nothing_is_prepared(changes: dict[str, Any], code: str) -> None:
    refused = build(Add(D, lpt(1)), snapshot(state(**changes)))

    assert isinstance(refused, Refusal)
    assert refused.code == code


def test_a24__target_on_its_way_out__then_refused_before_its_reward_and_allowed_after() -> None:
    leaving: dict[str, Any] = {"deactivation_round": Round(4001)}

    refused = build(MoveAll(D, T2), snapshot(state(t2=node(T2, **leaving))))
    made = plan(MoveAll(D, T2), now=state(t2=node(T2, rewarded=True, **leaving)))

    assert isinstance(refused, Refusal)
    assert refused.code == "leaving_before_reward"
    assert made.run.after.node(T2).stake == lpt(10_000) + STAKE


def test_a25__stake_for_the_zero_address__then_it_is_refused_although_the_contract_would_take_it() -> None:
    refused = build(Delegate(D2, ZERO_ADDRESS, lpt(10)), snapshot())

    assert isinstance(refused, Refusal)
    assert refused.code == "to_nobody"


def test_a26__orchestrator_that_wants_to_delegate__then_it_is_refused_with_the_way_there_is() -> None:
    own = account(T2, delegate=T2, bonded=lpt(100), start_round=Round(1), last_claim_round=NOW)

    refused = build(MoveAll(T2, T1), snapshot(state().with_account(own)))

    assert isinstance(refused, Refusal)
    assert (refused.code, "lock" in refused.sentence) == ("orchestrators_stay", True)


def test_a27__allowance_short_by_one__then_an_approval_of_exactly_the_amount_that_is_used_up() -> None:
    made = plan(Add(D, lpt(100)), now=state(d=replace(DELEGATOR, allowance=lpt(99))))

    assert made.steps[0].target == TOKEN
    assert made.steps[0].calldata == encode("LivepeerToken", "approve", MANAGER, lpt(100))
    assert made.run.after.account(D).allowance == 0


@pytest.mark.parametrize("allowance", [lpt(100), UINT256_MAX])
def test_a27__allowance_that_suffices__then_it_is_left_alone(allowance: int) -> None:
    made = plan(Add(D, lpt(100)), now=state(d=replace(DELEGATOR, allowance=LptWei(allowance))))

    assert [step.function for step in made.steps] == ["bondWithHint"]
    assert made.run.after.account(D).allowance == allowance - lpt(100)


def test_a34__fees_to_a_contract__then_it_is_named_and_an_ordinary_account_offered() -> None:
    made = build(WithdrawFees(D, B), snapshot(state(d=replace(DELEGATOR, fees=EthWei(5))), contracts=frozenset({B})))

    assert isinstance(made, Plan)
    assert (made.missing, made.alternatives[0].kind) == (("eth_to_contract",), "withdraw_fees")


def test_a34__more_fees_than_there_are__then_it_is_refused() -> None:
    refused = build(WithdrawFees(D, D, EthWei(6)), snapshot(state(d=replace(DELEGATOR, fees=EthWei(5)))))

    assert isinstance(refused, Refusal)
    assert refused.code == "over_fees"


def test_over_balance__when_the_wallet_holds_less__then_it_is_refused_with_both_amounts() -> None:
    refused = build(Delegate(D2, T1, lpt(501)), snapshot())

    assert isinstance(refused, Refusal)
    assert (refused.code, "500" in refused.sentence, "501" in refused.sentence) == ("over_balance", True, True)


def test_self_bond__when_asked_for_as_a_delegation__then_it_is_refused_with_the_right_intention() -> None:
    refused = build(Delegate(D2, D2, lpt(10)), snapshot())

    assert isinstance(refused, Refusal)
    assert refused.code == "self_bond"


def test_unregistered_target__when_chosen__then_it_is_refused() -> None:
    refused = build(Delegate(D2, T2, lpt(10)), snapshot(state(t2=node(T2, registered=False))))

    assert isinstance(refused, Refusal)
    assert refused.code == "not_registered"


def test_becoming_an_orchestrator__when_stake_is_with_another__then_moving_and_registering_are_both_named() -> None:
    made = plan(BecomeOrchestrator(D, lpt(100), Ppm(50_000), Ppm(500_000)))

    assert codes(made)[:2] == ["whole_position_moves", "becomes_orchestrator"]
    assert made.run.after.pool.holds(D)
    assert made.run.after.node(D).reward_cut == 50_000


def test_eviction__when_a_full_pool_makes_room__then_who_leaves_is_named_with_its_stake() -> None:
    full = replace(state().pool, max_size=2)
    outside = node(B, stake=lpt(9_990), rewarded=True, active=False, deactivation_round=Round(10))
    now = replace(state(), pool=full).with_node(outside)

    made = plan(Delegate(D2, B, lpt(20)), now=now)

    evicted = next(one for one in made.disturbances if one.code == "node_evicted")
    assert (evicted.about, evicted.amount_wei) == (T2, lpt(10_000))


def test_handing_over__when_the_receiver_is_empty__then_the_giver_keeps_nothing_and_both_are_told() -> None:
    made = plan(HandOver(D, B))

    assert made.run.after.account(D).bonded == 0
    assert made.run.after.account(B).bonded == STAKE
    assert "ownership_given_away" in codes(made)


def test_cuts__when_set_before_the_reward_call__then_refused_and_after_it_set() -> None:
    refused = build(SetCuts(T1, Ppm(1), Ppm(2)), snapshot(state(t1=node(T1)).with_account(account(T1))))
    made = plan(SetCuts(T1, Ppm(1), Ppm(2)), now=state().with_account(account(T1)))

    assert isinstance(refused, Refusal)
    assert refused.code == "reward_first"
    assert (made.run.after.node(T1).reward_cut, made.run.after.node(T1).fee_share) == (1, 2)


def test_allowance__when_it_is_taken_back__then_one_call_of_zero() -> None:
    made = plan(ResetAllowance(D), now=state(d=replace(DELEGATOR, allowance=LptWei(UINT256_MAX))))

    assert made.steps[0].calldata == encode("LivepeerToken", "approve", MANAGER, 0)


def test_last_blocks_of_a_round__when_a_call_would_be_mined_in_the_next__then_it_is_refused() -> None:
    refused = build(Add(D, lpt(1)), snapshot(blocks_left=2))

    assert isinstance(refused, Refusal)
    assert refused.code == "round_ends"


def test_orchestrator_out__when_it_takes_out_all__then_who_is_stranded_is_named() -> None:
    own = account(T2, delegate=T2, bonded=lpt(100), start_round=Round(1), last_claim_round=NOW)

    made = plan(Undelegate(T2), now=state().with_account(own), stranded={T2: lpt(9_900)})

    gone = next(one for one in made.disturbances if one.code == "orchestrator_resigns")
    assert gone.amount_wei == lpt(9_900)
    assert not made.run.after.pool.holds(T2)
    assert made.run.after.node(T2).deactivation_round != NEVER


@pytest.mark.parametrize(
    "wanted", [Add(ZERO_ADDRESS, lpt(1)), Undelegate(ZERO_ADDRESS), DelegateFor(ZERO_ADDRESS, B, T1, lpt(1))]
)
def test_zero_address__when_it_shall_sign__then_it_is_refused(wanted: Intention) -> None:
    refused = build(wanted, snapshot())

    assert isinstance(refused, Refusal)
    assert refused.code == "nobody"
