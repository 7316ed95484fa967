"""The model of the BondingManager predicts what the contract does, to the wei, refusals included."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from apps.chain.readers import bonding, read
from apps.devnet import network as devnet
from apps.protocol.bonding import steps
from apps.protocol.bonding.state import State
from apps.protocol.bonding.steps import Reverted, Stepped
from apps.protocol.units import Address, EthWei, LptWei, Ppm
from tests.integration.delegation.conftest import LPT, Stage

pytestmark = pytest.mark.integration

ACTS = 150


Act = tuple[str, Callable[[], object], Callable[[State], Stepped]]


def acts(stage: Stage, rng: random.Random, now: State) -> Act:
    """One act of a delegator's, done on the chain and done in the model."""
    net = stage.net
    node, person, other = rng.choice(stage.nodes), rng.choice(stage.people), rng.choice([*stage.people, *stage.nodes])
    who = rng.choice([person, person, node])
    me, to, them = Address(who.address), Address(node.address), Address(other.address)
    amount = LptWei(rng.randrange(1, 300 * LPT))
    lock = rng.choice([*now.accounts[me].locks, 0])
    held = LptWei(net.pending_stake(who) * rng.choice((1, 2, 4, 4)) // 4)
    fees = EthWei(net.pending_fees(who) * rng.choice((1, 2)) // 2)
    cut, share = Ppm(rng.randrange(1_000_001)), Ppm(rng.randrange(1_000_001))
    return rng.choice(
        [
            ("bond", lambda: net.bond(who, amount, node), lambda now: steps.bond(now, me, me, amount, to)),
            ("move", lambda: net.bond(who, 0, node), lambda now: steps.bond(now, me, me, LptWei(0), to)),
            (
                "bond for",
                lambda: net.bond_for(who, amount, other, node),
                lambda now: steps.bond(now, me, them, amount, to),
            ),
            ("unbond", lambda: net.unbond(who, held), lambda now: steps.unbond(now, me, held)),
            ("rebond", lambda: net.rebond(who, lock), lambda now: steps.rebond(now, me, lock)),
            (
                "rebond elsewhere",
                lambda: net.rebond_from_unbonded(who, node, lock),
                lambda now: steps.rebond_from_unbonded(now, me, to, lock),
            ),
            (
                "transfer",
                lambda: net.transfer_bond(who, other, amount),
                lambda now: steps.transfer_bond(now, me, them, amount),
            ),
            ("withdraw", lambda: net.withdraw_stake(who, lock), lambda now: steps.withdraw_stake(now, me, lock)),
            (
                "withdraw fees",
                lambda: net.withdraw_fees(who, fees),
                lambda now: steps.withdraw_fees(now, me, me, fees),
            ),
            (
                "set terms",
                lambda: net.set_cuts(node, cut, share),
                lambda now: steps.set_terms(now, to, cut, share),
            ),
        ]
    )


@pytest.mark.parametrize("seed", [3])
def test_model__when_delegators_act_at_random__then_state_and_refusals_are_the_contract_s(
    stage: Stage, seed: int
) -> None:
    rng = random.Random(seed)
    done: dict[str, list[int]] = {}
    for _ in range(ACTS):
        if rng.random() < 0.4:
            stage.others_act(rng)
        stage.stay_inside_the_round()
        before = stage.state()
        name, really, as_modelled = acts(stage, rng, before)
        predicted: State | str
        try:
            predicted = as_modelled(before).state
        except Reverted as refusal:
            predicted = refusal.reason
        try:
            really()
            refused = None
        except devnet.Reverted as error:
            refused = str(error)
        tally = done.setdefault(name, [0, 0])
        tally[refused is not None] += 1
        if isinstance(predicted, str):
            assert predicted in (refused or "nothing"), name
            continue
        assert refused is None, f"{name}: {refused}"
        after = stage.state()
        assert_same(predicted, after, name)
        assert_worth(stage, after)
    assert all(passed for passed, _ in done.values()), done


def assert_same(predicted: State, after: State, name: str) -> None:
    assert [(one.address, one.stake) for one in predicted.pool.members] == [
        (one.address, one.stake) for one in after.pool.members
    ], name
    for address, one in after.accounts.items():
        assert predicted.accounts[address] == one, name
        assert predicted.worth(address) == after.worth(address), name
    for address, node in after.nodes.items():
        assert predicted.nodes[address] == node, name


def assert_worth(stage: Stage, now: State) -> None:
    for who in stage.everyone:
        worth = now.worth(who)
        stake = read(stage.client, bonding.pending_stake(stage.at.bonding_manager, who), block="latest")
        fees = read(stage.client, bonding.pending_fees(stage.at.bonding_manager, who), block="latest")
        assert (worth.stake, worth.fees) == (stake, fees), who
