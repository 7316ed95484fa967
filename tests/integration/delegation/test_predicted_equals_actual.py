"""What a plan promises is what the contracts simulate before, and what they hold after it was signed and mined."""

from __future__ import annotations

import random

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
    SetCuts,
    Undelegate,
    Withdraw,
    WithdrawFees,
)
from apps.delegation.plan.refusals import Refusal
from apps.delegation.proof import differences, prove
from apps.devnet.wire import Call
from apps.protocol.units import Address, EthWei, LptWei, Ppm
from tests.integration.delegation.conftest import LPT, Stage

pytestmark = pytest.mark.integration

PLANS = 50


def anything(stage: Stage, rng: random.Random) -> Intention:
    """What somebody may want, sensible or not."""
    people, nodes = stage.people, stage.nodes
    who = Address(rng.choice([*people, *people, *nodes]).address)
    to = Address(rng.choice(nodes).address)
    other = Address(rng.choice([*people, *nodes]).address)
    state = stage.state()
    amount = LptWei(rng.choice([rng.randrange(1, 400 * LPT), state.worth(who).stake // rng.choice([1, 2, 7]) + 1]))
    locks = [*state.account(who).locks, 0]
    cut, share = Ppm(rng.randrange(1_000_001)), Ppm(rng.randrange(1_000_001))
    everything: list[Intention] = [
        Delegate(who, to, amount),
        Add(who, amount),
        DelegateFor(who, other, to, amount),
        MoveAll(who, to, LptWei(rng.choice([0, amount]))),
        MovePart(who, other, to, amount),
        Undelegate(who, rng.choice([None, amount])),
        Cancel(who, rng.choice(locks), rng.choice([None, to])),
        Withdraw(who),
        WithdrawFees(who, other, rng.choice([None, EthWei(1)])),
        HandOver(who, other),
        BecomeOrchestrator(who, amount, cut, share),
        SetCuts(to, cut, share),
    ]
    return rng.choice(everything)


@pytest.mark.parametrize("seed", [1])
def test_plan__when_it_is_signed_at_once__then_chain_and_simulation_are_what_it_promised(
    stage: Stage, seed: int
) -> None:
    rng = random.Random(seed)
    done: dict[str, int] = {}
    refused: dict[str, int] = {}
    while sum(done.values()) < PLANS:
        if rng.random() < 0.4:
            stage.others_act(rng)
        stage.stay_inside_the_round()
        wanted = anything(stage, rng)
        at, read = stage.snapshot()
        first = build(wanted, at)
        if isinstance(first, Refusal):
            refused[first.code] = refused.get(first.code, 0) + 1
            continue
        plan = build(wanted, at, acknowledged=first.missing)
        assert isinstance(plan, Plan)
        proof = prove(stage.client, plan, stage.at, stage.wanted(), before=read, block=at.block)
        assert (proof.differences, [one.reason for one in proof.outcomes if not one.ok]) == ((), []), wanted
        sign(stage, plan)
        assert list(differences(plan.run.after, stage.state())) == [], wanted
        name = type(wanted).__name__
        done[name] = done.get(name, 0) + 1
    assert len(done) >= 8, done
    assert refused


def sign(stage: Stage, plan: Plan) -> None:
    """Every step sent by its sender, one block each."""
    for step in plan.steps:
        assert step.calldata is not None
        stage.net.send(Call(step.sender, step.target, step.calldata, what=step.function))
