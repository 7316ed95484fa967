"""Whatever people do, the tables equal the contracts to the wei."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from apps.devnet.network import Account, Devnet, Reverted
from indexer.verification import verify
from tests.integration.indexer.conftest import Local

pytestmark = pytest.mark.integration

LPT = ETH = 10**18


def found_network(net: Devnet) -> tuple[list[Account], list[Account], list[Account]]:
    """Six orchestrators on four places, eight delegators, two gateways."""
    nodes = [net.account(f"node {number}") for number in range(6)]
    people = [net.account(f"person {number}") for number in range(8)]
    gateways = [net.account(f"gateway {number}") for number in range(2)]
    net.next_round()
    for number, node in enumerate(nodes):
        net.bond(node, (1_000 + 100 * number) * LPT + number, node)
        net.set_cuts(node, 50_000 * number, 1_000_000 - 150_000 * number)
    for gateway in gateways:
        net.fund_gateway(gateway, 5 * ETH, 2 * ETH)
    net.next_round()
    return nodes, people, gateways


def act(net: Devnet, rng: random.Random, nodes: list[Account], people: list[Account], gateways: list[Account]) -> None:
    """One random act; a refusal by the contracts is part of the game."""
    node, person, other = rng.choice(nodes), rng.choice(people), rng.choice(people)
    amount = rng.randrange(1, 300 * LPT)
    acts = [
        lambda: net.bond(person, amount, node),
        lambda: net.bond(person, 0, node),
        lambda: net.bond(node, amount, node),
        lambda: net.unbond(person, net.pending_stake(person) * rng.choice((1, 2, 3, 4)) // 4),
        lambda: net.unbond(node, net.pending_stake(node) // rng.choice((1, 3))),
        lambda: net.rebond(person, rng.randrange(4)),
        lambda: net.rebond_from_unbonded(person, node, rng.randrange(4)),
        lambda: net.transfer_bond(person, other, amount),
        lambda: net.withdraw_stake(person, rng.randrange(4)),
        lambda: net.withdraw_fees(rng.choice((person, node))),
        lambda: net.claim_earnings(rng.choice((person, node))),
        lambda: net.redeem(rng.choice(gateways), node, rng.randrange(1, ETH)),
        lambda: net.redeem(rng.choice(gateways), node, rng.randrange(1, ETH)),
        lambda: net.reward(node),
        lambda: net.reward(node),
        lambda: net.set_cuts(node, rng.randrange(1_000_001), rng.randrange(1_000_001)),
        lambda: net.bond_for(person, amount, other, node),
    ]
    with suppress(Reverted):
        rng.choice(acts)()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_tables__after_rounds_of_random_acts__equal_the_contracts(local: Local, seed: int) -> None:
    rng = random.Random(seed)
    nodes, people, gateways = found_network(local.net)
    for _ in range(14):
        for _ in range(rng.randrange(5, 22)):
            act(local.net, rng, nodes, people, gateways)
        local.follow()
        verdict = verify(local.client)
        assert verdict.drift == ()
        local.net.next_round()
        if rng.random() < 0.3:
            local.net.next_round()
    local.follow()
    verdict = verify(local.client)
    assert verdict.drift == ()
    assert verdict.accounts > 10
    assert verdict.figures > 150
