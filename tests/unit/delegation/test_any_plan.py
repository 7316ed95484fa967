"""Anything that may be wanted, on any state, by the rules of both generations of the contracts."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

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
    concerned,
)
from apps.delegation.plan.refusals import Refusal
from apps.protocol.bonding.rewards import Mint
from apps.protocol.bonding.state import FIRST_GENERATION, Account, Lock, Node, Rules, State
from apps.protocol.earnings import Factors
from apps.protocol.hints import Pool
from apps.protocol.perc import ONE
from apps.protocol.units import NEVER, UINT256_MAX, ZERO_ADDRESS, Address, EthWei, LptWei, Ppm, Round
from tests.unit.delegation.fixture import D2, NOW, T1, T2, B, D, lpt, snapshot

pytestmark = pytest.mark.unit

PEOPLE, T3, T4 = (D, D2, B), Address("0x" + "3" * 40), Address("0x" + "4" * 40)
NODES = (T1, T2, T3, T4)  # T4 is outside the pool or not registered
CASES = 1_500


def some_node(who: Address, dice: random.Random) -> Node:
    called = dice.random() < 0.5
    latest = Factors(ONE + dice.randrange(ONE // 100), dice.randrange(ONE // 10))
    return Node(
        who,
        stake=lpt(dice.randrange(5_000, 9_000)),
        registered=True,
        active=dice.random() < 0.9,
        last_reward_round=NOW if called else Round(NOW - 1),
        activation_round=Round(100),
        deactivation_round=Round(NEVER),
        reward_cut=Ppm(200_000),
        fee_share=Ppm(500_000),
        latest=latest,
        kept=latest if called else Factors(),
        round_stake=lpt(5_000),
    )


def some_account(who: Address, dice: random.Random) -> Account:
    """Unbonded, pending or bonded, with locks or none, rich or poor."""
    bonded = lpt(dice.choice([0, 0.001, 700, 2_000]))
    delegate = dice.choice(NODES) if bonded else ZERO_ADDRESS
    locks = {n: Lock(lpt(5), Round(NOW + dice.randrange(-2, 3))) for n in range(3) if dice.random() < 0.4}
    return Account(
        who,
        delegate=delegate,
        bonded=bonded,
        fees=EthWei(dice.choice([0, 10**16])),
        start_round=Round(NOW + dice.choice([1, -50])) if bonded else Round(0),
        last_claim_round=Round(NOW - dice.choice([0, 1])),
        next_lock_id=3,
        locks=locks,
        lpt_balance=lpt(dice.choice([0, 300])),
        allowance=LptWei(dice.choice([0, lpt(3), UINT256_MAX])),
    )


def some_state(dice: random.Random, rules: Rules) -> State:
    """Four orchestrators on three places, each with stake of its own, and three people."""
    nodes = {who: some_node(who, dice) for who in NODES}
    accounts = {who: some_account(who, dice) for who in PEOPLE}
    for who in NODES:
        own = replace(some_account(who, dice), delegate=who, bonded=lpt(100), start_round=Round(100))
        accounts[who] = own
    if dice.random() < 0.4:
        nodes[T4] = replace(nodes[T4], registered=False, active=False)
        accounts[T4] = replace(accounts[T4], delegate=ZERO_ADDRESS, bonded=LptWei(0))
    gone = dice.random() < 0.5
    nodes[T4] = replace(
        nodes[T4], stake=lpt(4_000), active=gone and nodes[T4].registered, deactivation_round=Round(NOW + 1)
    )
    nodes |= {who: Node(who) for who in PEOPLE}
    members = sorted(((who, nodes[who].stake) for who in (T1, T2, T3)), key=lambda one: -one[1])
    claims = {one.last_claim_round for one in accounts.values()}
    return State(
        round=NOW,
        unbonding_period=7,
        pool=Pool.of(members, max_size=dice.choice([3, 5])),
        accounts=accounts,
        nodes=nodes,
        factors={(who, claimed): Factors(ONE, 0) for who in nodes for claimed in claims},
        rules=rules,
        round_is_locked=dice.random() < 0.1,
    )


def something(dice: random.Random) -> Intention:
    who, other, to = dice.choice([*PEOPLE, *PEOPLE, *NODES]), dice.choice([*PEOPLE, *NODES]), dice.choice(NODES)
    amount, lock = lpt(dice.choice([0.001, 3, 300, 2_000])), dice.randrange(4)
    cut = Ppm(dice.randrange(1_000_001))
    everything: list[Intention] = [
        Delegate(who, to, amount),
        Add(who, amount),
        DelegateFor(who, other, to, amount),
        MoveAll(who, to, dice.choice([LptWei(0), amount])),
        MovePart(who, other, to, amount),
        HandOver(who, other),
        Undelegate(who, dice.choice([None, amount])),
        Cancel(who, lock, dice.choice([None, to])),
        Withdraw(who, dice.choice([(), (lock,)])),
        WithdrawFees(who, other, dice.choice([None, EthWei(1)])),
        BecomeOrchestrator(who, amount, cut, cut),
        SetCuts(who, cut, cut),
        ResetAllowance(who),
    ]
    return dice.choice(everything)


@pytest.mark.parametrize("rules", [Rules(), FIRST_GENERATION], ids=["later rules", "first rules"])
def test_any_plan__when_it_is_made_or_refused__then_each_refusal_is_its_own_and_no_unnamed_account_changes(
    rules: Rules,
) -> None:
    dice = random.Random(2026)
    met: Counter[str] = Counter()
    for _ in range(CASES):
        wanted = something(dice)
        at = snapshot(some_state(dice, rules), mint=Mint(lpt(20_000), lpt(30_000), 10**26 if rules == Rules() else 0))
        made = build(wanted, at)
        if isinstance(made, Refusal):
            met[made.code] += 1
            assert made.code not in ("would_revert", "invariant_broken"), (wanted, made)
            continue
        met["made"] += 1
        assert made.is_ready == (not made.disturbances), wanted
        assert all(step.calldata is None for step in made.steps) or made.is_ready, wanted
        named = concerned(wanted)
        for who, one in at.state.accounts.items():
            assert who in named or made.run.after.account(who) == one, (wanted, who)
        agreed = build(wanted, at, acknowledged=made.missing)
        assert isinstance(agreed, Plan)
        assert agreed.is_ready, wanted
    assert met["made"] > CASES // 4, met
    guards = {"others_reward_first", "leaving_before_reward"}
    assert guards <= set(met) if rules == Rules() else not met["others_reward_first"], met
