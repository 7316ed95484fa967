"""Every guard and trap of the protocol that concerns a plan has a code of its own, which is met here by name.

T1 to T41 are the traps of the protocol's fact sheet; G are the guards that every plan passes. A refusal gives no plan
and no calldata, a disturbance gives none before it is acknowledged, and a note asks for nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from apps.delegation.plan.build import Plan, build
from apps.delegation.plan.facts import Worsened
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
    SetCuts,
    Undelegate,
    Withdraw,
    WithdrawFees,
)
from apps.delegation.plan.parsing import BadIntention, of_form, of_program
from apps.delegation.plan.refusals import Refusal
from apps.protocol.bonding.state import State
from apps.protocol.units import UINT256_MAX, ZERO_ADDRESS, EthWei, LptWei, Ppm, Round
from tests.unit.delegation.fixture import (
    D2,
    DELEGATOR,
    NOW,
    T1,
    T2,
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

REFUSED, DISTURBS, NOTED = "refused", "disturbs", "noted"


@dataclass(frozen=True, slots=True)
class Case:
    """What is wanted of which state, and what is answered."""

    trap: str
    wanted: Intention
    sort: str
    code: str
    now: Callable[[], State] = state
    around: dict[str, Any] = field(default_factory=dict)


def elsewhere() -> State:
    """D with a lock that was taken out from T1, and stake with T2."""
    return state(d=replace(DELEGATOR, delegate=T2, last_claim_round=NOW, locks={0: lock(5, 4003)}, next_lock_id=1))


def locked() -> State:
    return state(d=replace(DELEGATOR, locks={0: lock(5, 4003), 1: lock(5, 4000)}, next_lock_id=2, fees=EthWei(9)))


def unbonded(**changes: Any) -> State:
    return state(d=account(D, locks={0: lock(5, 4003)}, next_lock_id=1, **changes))


def bonded_to(delegate: str, **of_t2: Any) -> State:
    """B with stake with that orchestrator."""
    theirs = account(B, delegate=delegate, bonded=lpt(10), start_round=Round(3990), last_claim_round=Round(3999))
    return state(t2=node(T2, **of_t2)).with_account(theirs)


def pending() -> State:
    return state(d=replace(DELEGATOR, start_round=Round(4001), last_claim_round=NOW))


def leaving() -> State:
    return state(t2=node(T2, deactivation_round=Round(4001)))


def suspended() -> State:
    """B was evicted in this round after its reward call, and its place in a full pool can be had back."""
    out = node(B, rewarded=True, stake=lpt(9_990), deactivation_round=Round(4001))
    return replace(state(), pool=replace(state().pool, max_size=2)).with_node(out)


def full() -> State:
    """Two on two places, T1 a little ahead."""
    return replace(state(t1=node(T1, rewarded=True, stake=lpt(10_000))), pool=replace(state().pool, max_size=2))


def own(who: str) -> State:
    mine = account(T2, delegate=T2, bonded=lpt(100), start_round=Round(1), last_claim_round=NOW)
    return state().with_account(mine)


WORSE = Worsened(Round(3995), Ppm(50_000), Ppm(1_000_000), Ppm(500_000), Ppm(500_000))
CODE = {"contracts": frozenset({B})}

CASES = [
    Case("T1", Add(D, lpt(1)), DISTURBS, "reward_forfeited", lambda: state(t1=node(T1))),
    Case("T2", MoveAll(D, T2), DISTURBS, "reward_forfeited", lambda: state(t1=node(T1))),
    Case("T3", Delegate(D, T2, lpt(1)), DISTURBS, "whole_position_moves"),
    Case("T4 bond", Delegate(D2, ZERO_ADDRESS, lpt(1)), REFUSED, "to_nobody"),
    Case("T4 rebond", Cancel(D, 0, to=ZERO_ADDRESS), REFUSED, "to_nobody", unbonded),
    Case("T5", Delegate(D2, B, lpt(1)), REFUSED, "not_registered"),
    Case("T6 delegate", Delegate(D2, T2, lpt(1)), REFUSED, "leaving_before_reward", leaving),
    Case("T6 add", Add(B, lpt(1)), REFUSED, "leaving_before_reward",
         lambda: bonded_to(T2, deactivation_round=Round(4001))),
    Case("T6 receiver", HandOver(D, B), REFUSED, "leaving_before_reward",
         lambda: bonded_to(T2, deactivation_round=Round(4001))),
    Case("T7 self", Delegate(D2, D2, lpt(1)), REFUSED, "self_bond"),
    Case("T7 lock", Cancel(D, 0, to=D), REFUSED, "self_bond", unbonded),
    Case("T7 flow", BecomeOrchestrator(D2, lpt(1), Ppm(0), Ppm(0)), DISTURBS, "becomes_orchestrator"),
    Case("T7 stays", MoveAll(T2, T1), REFUSED, "orchestrators_stay", lambda: own(T2)),
    Case("T8 unbond", Undelegate(D, lpt(1)), REFUSED, "pending", pending),
    Case("T8 transfer", MovePart(D, B, T1, lpt(1)), REFUSED, "pending", pending),
    Case("T9 paused", Add(D, lpt(1)), REFUSED, "paused", lambda: state(paused=True)),
    Case("T9 round", Add(D, lpt(1)), REFUSED, "round_not_initialised", lambda: state(initialised=False)),
    Case("T10", Add(D, lpt(1)), REFUSED, "round_ends", around={"blocks_left": 2}),
    Case("T11", Undelegate(D, LptWei(lpt(1_002.88) + 1)), REFUSED, "over_stake"),
    Case("T12", Cancel(D, 0, to=T1), REFUSED, "delegate_differs", elsewhere),
    Case("T13", Cancel(D, 0), DISTURBS, "lock_goes_elsewhere", elsewhere, {"lock_origins": {(D, 0): T1}}),
    Case("T14", HandOver(D, B), DISTURBS, "left_behind", locked),
    Case("T15", Withdraw(B, (1,)), REFUSED, "no_lock", locked),
    Case("T16", Withdraw(D, (0,)), REFUSED, "not_matured", locked),
    Case("T17 part", MovePart(D, B, T1, lpt(1)), DISTURBS, "ownership_given_away"),
    Case("T17 paid for", DelegateFor(D, B, T1, lpt(1)), DISTURBS, "ownership_given_away"),
    Case("T17 gift", MovePart(D, T2, T2, lpt(1)), DISTURBS, "gift_to_orchestrator", lambda: own(T2)),
    Case("T18", MovePart(D, B, T1, lpt(1)), REFUSED, "delegate_differs", lambda: bonded_to(T2, rewarded=True)),
    Case("T19", MovePart(D, B, T2, lpt(1)), REFUSED, "others_reward_first", lambda: bonded_to(T2)),
    Case("T20", Add(D, lpt(1)), DISTURBS, "allowance_left_over",
         lambda: state(d=replace(DELEGATOR, allowance=LptWei(UINT256_MAX)))),
    Case("T23", WithdrawFees(D, B), DISTURBS, "eth_to_contract", locked, CODE),
    Case("T24", Add(D, lpt(1)), DISTURBS, "signed_by_contract", around={"contracts": frozenset({D})}),
    Case("T25", MoveAll(D, T2), DISTURBS, "terms_worsened_lately", around={"worsened": {T2: WORSE}}),
    Case("T26", MoveAll(D, T2), NOTED, "old_stake", around={"migrates": True}),
    Case("T27", Add(D, lpt(1)), REFUSED, "not_registered",
         lambda: state(t1=node(T1, registered=False, active=False))),
    Case("T28", Delegate(D2, B, lpt(20)), DISTURBS, "delegate_suspended", suspended),
    Case("T29 evicts", Delegate(D2, B, lpt(20)), DISTURBS, "node_evicted", suspended),
    Case("T29 last", Undelegate(D, lpt(1)), DISTURBS, "delegate_becomes_last", full),
    Case("T35", Add(D, lpt(1)), NOTED, "votes_not_counted", around={"uncounted": frozenset({D})}),
    Case("T40", HandOver(D, B), DISTURBS, "owner_is_contract", around=CODE),
    Case("T41", MoveAll(D, T2), REFUSED, "transaction_waiting", around={"waiting": 1}),
    Case("G amount 0", Add(D, lpt(0)), REFUSED, "amount_zero"),
    Case("G over balance", Add(D, lpt(501)), REFUSED, "over_balance"),
    Case("G inactive", Delegate(D2, B, lpt(1)), DISTURBS, "delegate_inactive",
         lambda: state().with_node(node(B, rewarded=True, active=False, stake=lpt(1)))),
    Case("G outside", Delegate(D2, B, lpt(1)), DISTURBS, "delegate_out_of_pool",
         lambda: full().with_node(node(B, rewarded=True, active=False, stake=lpt(1)))),
    Case("G differs", DelegateFor(D, B, T1, lpt(1)), REFUSED, "delegate_differs", lambda: bonded_to(T2)),
    Case("G race", Add(D, lpt(100)), DISTURBS, "allowance_replaced",
         lambda: state(d=replace(DELEGATOR, allowance=lpt(99)))),
    Case("G seed", MovePart(D, B, T2, lpt(1)), REFUSED, "no_lpt_for_seed",
         lambda: state(d=replace(DELEGATOR, lpt_balance=LptWei(0)))),
    Case("G reward", SetCuts(T1, Ppm(0), Ppm(0)), REFUSED, "reward_first",
         lambda: state(t1=node(T1)).with_account(account(T1))),
]  # fmt: skip

# where a trap is met that no state of the planner shows
OTHERWISE = {
    "T21": "amounts are read as whole wei only: below, and in test_parsing.py",
    "T22": "what cannot be read is an error of its field and never 0: below",
    "T30": "the treasury's cut is read with the state: test_guards.py",
    "T31": "whole numbers throughout; test_bonding_rewards.py and the plans that equal the chain to the wei",
    "T32": "gas is of the simulation and a wallet estimates again; test_levels_of_proof.py",
    "T33": "a node of another chain: test_guards.py; a wallet on another chain: the browser's tests",
    "T34": "the Controller is asked again at the plan's block, and changes wait for an operator: test_preparing.py",
    "T36": "names are cleaned before a sentence holds them: test_names.py",
    "T37": "whether reward was called is read, not who called: test_guards.py",
    "T38": "nothing is summed over positions",
    "T39": "locks are read one by one up to the next id: test_guards.py",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.trap} {case.code}")
def test_trap__when_a_plan_would_step_into_it__then_it_has_its_own_code_and_no_calldata_goes_out(case: Case) -> None:
    made = build(case.wanted, snapshot(case.now(), **case.around))

    if case.sort == REFUSED:
        assert isinstance(made, Refusal)
        assert made.code == case.code
        assert made.sentence.endswith(".")
        return
    assert isinstance(made, Plan), made
    if case.sort == NOTED:
        assert [one.code for one in made.notes] == [case.code]
        return
    assert case.code in made.missing
    assert [step.calldata for step in made.steps] == [None] * len(made.steps)
    others = set(made.missing) - {case.code}
    less = build(case.wanted, made.at, acknowledged=others)
    assert isinstance(less, Plan)
    assert (less.is_ready, less.missing) == (False, (case.code,))


def test_traps__when_all_are_counted__then_none_of_the_forty_one_is_forgotten() -> None:
    met = {case.trap.split()[0] for case in CASES} | set(OTHERWISE)

    assert {f"T{number}" for number in range(1, 42)} <= met
    assert not {case.trap.split()[0] for case in CASES} & set(OTHERWISE)


@pytest.mark.parametrize("text", ["1e3", "1,5", "0.1234567890123456789", "", " ", "0x10", "-1", "one"])
def test_t21_t22__when_an_amount_cannot_be_read__then_the_field_is_named_and_it_is_never_nothing(text: str) -> None:
    with pytest.raises(BadIntention) as typed:
        of_form("delegate", {"owner": D, "to": T1, "amount": text})
    with pytest.raises(BadIntention) as sent:
        of_program("delegate", {"owner": D, "to": T1, "amount": text})

    assert (typed.value.field, sent.value.field) == ("amount", "amount")


def test_t17__when_a_receiver_is_to_be_confirmed__then_its_whole_address_is_named_to_be_typed() -> None:
    made = build(HandOver(D, B), snapshot())

    assert isinstance(made, Plan)
    assert made.disturbances[0].confirm == B


def test_t23__when_an_account_only_lends_its_code__then_it_signs_by_its_key_but_may_refuse_ether() -> None:
    around: dict[str, Any] = {"contracts": frozenset({D}), "delegated": frozenset({D})}

    fees, more = (build(wanted, snapshot(locked(), **around)) for wanted in (WithdrawFees(D, D), Add(D, lpt(1))))

    assert isinstance(fees, Plan)
    assert isinstance(more, Plan)
    assert (fees.missing, more.missing) == (("eth_to_contract",), ())
