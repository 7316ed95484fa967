"""A plan is proved by the contracts on nodes without eth_simulateV1 too, and says so; on poorer ones there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.chain.client import ChainClient
from apps.chain.errors import RpcRefused
from apps.chain.trial import CALL, SIMULATE
from apps.delegation.plan.build import Plan, build
from apps.delegation.plan.intentions import (
    Add,
    BecomeOrchestrator,
    DelegateFor,
    Intention,
    MoveAll,
    MovePart,
    Undelegate,
    WithdrawFees,
)
from apps.delegation.proof import Proof, prove
from apps.delegation.snapshot import Reading
from apps.devnet import moves
from apps.protocol.units import Address, LptWei, Ppm
from tests.fakes.poorer import Lacking
from tests.stages import ETH, LPT, Stage

pytestmark = pytest.mark.integration


def proved(stage: Stage, client: ChainClient, plan: Plan, read: Reading) -> Proof:
    return prove(client, plan, stage.at, stage.wanted(), before=read, block=plan.at.block)


def poorer(stage: Stage, *, takes_overrides: bool = True) -> tuple[ChainClient, Lacking]:
    transport = Lacking("eth_simulateV1", takes_overrides=takes_overrides)
    url = stage.client.pool.providers[0].url
    return ChainClient([url], chain_id=31337, transport=transport), transport


def planned(stage: Stage, wanted: Intention) -> tuple[Plan, Reading]:
    at, read = stage.snapshot()
    first = build(wanted, at)
    assert isinstance(first, Plan), first
    plan = build(wanted, at, acknowledged=first.missing)
    assert isinstance(plan, Plan)
    return plan, read


def played(stage: Stage) -> tuple[Address, Address, Address, Address]:
    """Two orchestrators, a saver with stake and fees and no allowance, and an account without stake."""
    net, (one, two), saver, other = stage.net, stage.nodes[4:], stage.people[0], stage.people[1]
    net.bond(saver, 500 * LPT, one)
    net.next_round()
    net.redeem(stage.gateway, one, ETH)
    net.reward(one)
    net.send(moves.approve(net.deployment, saver.address, 0))
    net.next_round()
    net.reward(one)
    return tuple(Address(each.address) for each in (one, two, saver, other))  # type: ignore[return-value]


def test_plans__when_no_node_simulates__then_the_contracts_prove_them_by_overridden_calls(stage: Stage) -> None:
    one, two, saver, other = played(stage)
    client, transport = poorer(stage)
    wanted: list[Intention] = [
        Add(saver, LptWei(7 * LPT)),
        MoveAll(saver, two, LptWei(LPT)),
        MovePart(saver, other, two, LptWei(100 * LPT)),
        Undelegate(saver, LptWei(3 * LPT)),
        WithdrawFees(saver, saver),
        DelegateFor(saver, other, one, LptWei(9 * LPT)),
        BecomeOrchestrator(other, LptWei(2_000 * LPT), Ppm(50_000), Ppm(500_000)),
    ]
    for each in wanted:
        stage.stay_inside_the_round()
        plan, read = planned(stage, each)
        best, second = proved(stage, stage.client, plan, read), proved(stage, client, plan, read)

        assert (best.level, second.level) == (SIMULATE, CALL)
        assert (second.differences, [step.ok for step in second.outcomes]) == ((), [True] * len(plan.steps)), each
        # refunds come off in a simulated block only, and later steps meet storage that is warm
        for mine, theirs in zip(second.gas, best.gas, strict=True):
            assert abs(mine - theirs) < 80_000, each
    assert transport.asked["eth_simulateV1"] == 2, "the first plan's trial and the probe; then it is known for a while"


def test_plan__when_it_promises_something_else__then_the_overridden_calls_contradict_it(stage: Stage) -> None:
    _, _, saver, _ = played(stage)
    client, _ = poorer(stage)
    plan, read = planned(stage, Undelegate(saver, LptWei(3 * LPT)))
    last = plan.run.steps[-1]
    wrong = last.state.with_account(replace(last.state.account(saver), bonded=LptWei(1)))
    plan = replace(plan, run=replace(plan.run, steps=(*plan.run.steps[:-1], replace(last, state=wrong))))

    found = proved(stage, client, plan, read)

    assert ("bonded", "1") in [(each.figure, each.planned) for each in found.differences]
    assert not found.holds


def test_fees_to_oneself__when_the_own_code_refuses_ether__then_both_levels_say_that_it_reverts(stage: Stage) -> None:
    _, _, saver, _ = played(stage)
    client, _ = poorer(stage)
    stage.client.rpc("anvil_setCode", [saver, "0x60006000fd"])  # reverts whatever comes in
    plan, read = planned(stage, WithdrawFees(saver, saver))

    for asked in (stage.client, client):
        assert [each.ok for each in proved(stage, asked, plan, read).outcomes] == [False]


def test_plan__when_no_node_takes_overrides_either__then_it_is_not_proved(stage: Stage) -> None:
    _, _, saver, _ = played(stage)
    client, _ = poorer(stage, takes_overrides=False)
    plan, read = planned(stage, Undelegate(saver, LptWei(3 * LPT)))

    with pytest.raises(RpcRefused):
        proved(stage, client, plan, read)
