"""The model of the BondingManager predicts what the contract does, to the wei, refusals included."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from apps.devnet import moves, wire
from apps.devnet.wire import Call
from apps.protocol.bonding import steps
from apps.protocol.bonding.state import State
from apps.protocol.bonding.steps import Reverted, Stepped
from apps.protocol.units import UINT256_MAX, Address, EthWei, LptWei, Ppm
from tests.soak.meanwhile import Meanwhile
from tests.stages import CLEAR_BLOCKS, LPT, Moment, Stage

pytestmark = pytest.mark.integration

ACTS = 150


Act = tuple[str, list[Call], Callable[[State], Stepped]]


def acts(stage: Stage, rng: random.Random, before: Moment) -> Act:
    """One act of a delegator's, as calls to the chain of which the last counts, and as a step of the model."""
    at, now = stage.net.deployment, before.state
    node, person, other = rng.choice(stage.nodes), rng.choice(stage.people), rng.choice([*stage.people, *stage.nodes])
    who = rng.choice([person, person, node])
    me, to, them = Address(who.address), Address(node.address), Address(other.address)
    amount = LptWei(rng.randrange(1, 300 * LPT))
    locked = rng.choice([one for one, account in now.accounts.items() if account.locks] or [me])
    oldest = [number for number, _ in sorted(now.accounts[locked].locks.items(), key=lambda one: one[1].withdraw_round)]
    lock = rng.choice([*oldest[:1], *oldest[:1], *oldest, 0])
    held = LptWei(now.worth(me).stake * rng.choice((1, 2, 4, 4)) // 4)
    fees = EthWei(now.worth(me).fees * rng.choice((1, 2)) // 2)
    cut, share = Ppm(rng.randrange(1_000_001)), Ppm(rng.randrange(1_000_001))
    called = [one for one in now.nodes.values() if one.registered and one.last_reward_round == now.round]
    able = rng.choice([*(one.address for one in called), to])
    approved = moves.approve(at, me)
    choices: list[Act] = [
        (
            "bond",
            [approved, moves.bond(at, me, amount, to)],
            lambda now: steps.bond(_approved(now, me), me, me, amount, to),
        ),
        ("move", [moves.bond(at, me, 0, to)], lambda now: steps.bond(now, me, me, LptWei(0), to)),
        (
            "bond for",
            [approved, moves.bond_for(at, me, amount, them, to)],
            lambda now: steps.bond(_approved(now, me), me, them, amount, to),
        ),
        ("unbond", [moves.unbond(at, me, held)], lambda now: steps.unbond(now, me, held)),
        ("rebond", [moves.rebond(at, locked, lock)], lambda now: steps.rebond(now, locked, lock)),
        (
            "rebond elsewhere",
            [moves.rebond_from_unbonded(at, locked, to, lock)],
            lambda now: steps.rebond_from_unbonded(now, locked, to, lock),
        ),
        (
            "transfer",
            [moves.transfer_bond(at, me, them, amount)],
            lambda now: steps.transfer_bond(now, me, them, amount),
        ),
        ("withdraw", [moves.withdraw_stake(at, locked, lock)], lambda now: steps.withdraw_stake(now, locked, lock)),
        ("withdraw fees", [moves.withdraw_fees(at, me, me, fees)], lambda now: steps.withdraw_fees(now, me, me, fees)),
        ("set terms", [moves.set_cuts(at, able, cut, share)], lambda now: steps.set_terms(now, able, cut, share)),
    ]
    return rng.choice(choices)


def _approved(now: State, who: Address) -> State:
    return steps.approve(now, who, LptWei(UINT256_MAX)).state


@pytest.mark.parametrize("seed", [4])
def test_model__when_delegators_act_at_random__then_state_and_refusals_are_the_contract_s(
    stage: Stage, seed: int
) -> None:
    rng = random.Random(seed)
    meanwhile = Meanwhile(stage, rng)
    done: dict[str, list[int]] = {}
    before = _look(stage)
    for _ in range(ACTS):
        if rng.random() < 0.4:
            meanwhile.act()
            before = _look(stage)
        if before.blocks_left < CLEAR_BLOCKS:
            stage.next_round()
            before = _look(stage)
        name, calls, as_modelled = acts(stage, rng, before)
        predicted: State | str
        try:
            predicted = as_modelled(before.state).state
        except Reverted as refusal:
            predicted = refusal.reason
        last = stage.do(*calls)[-1]
        is_refused = not int(last["status"], 16)
        done.setdefault(name, [0, 0])[is_refused] += 1
        if isinstance(predicted, str):
            number = int(last["blockNumber"], 16)
            assert predicted in (
                wire.refusal(stage.net.client, calls[-1], block=number) if is_refused else "nothing"
            ), name
        else:
            assert not is_refused, name
        before = _look(stage)
        if isinstance(predicted, State):
            assert_same(predicted, before.state, name)
    assert all(passed for passed, _ in done.values()), done


def _look(stage: Stage) -> Moment:
    """Everybody now, of whom the model must say what the contract says; anybody may receive stake of anybody."""
    now = stage.look()
    assert {who: now.state.worth(who) for who in now.own} == now.own
    return replace(now, state=stage.reading(now.head, stage.wanted()).state)


def assert_same(predicted: State, after: State, name: str) -> None:
    assert [(one.address, one.stake) for one in predicted.pool.members] == [
        (one.address, one.stake) for one in after.pool.members
    ], name
    for address, one in after.accounts.items():
        assert predicted.accounts[address] == one, name
        assert predicted.worth(address) == after.worth(address), name
    for address, node in after.nodes.items():
        assert predicted.nodes[address] == node, name
