"""Whatever people do, the tables equal the contracts to the wei."""

from __future__ import annotations

import random
from collections.abc import Collection
from contextlib import suppress

import pytest

from apps.delegation.positions import positions_of, rounds_of
from apps.devnet.network import Account, Devnet, Reverted
from apps.network.models import Round
from indexer.verification import verify
from tests.local import Local

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
    told: dict[tuple[str, int], int] = {}
    for _ in range(14):
        for _ in range(rng.randrange(5, 22)):
            act(local.net, rng, nodes, people, gateways)
        local.follow()
        verdict = verify(local.client)
        assert verdict.drift == ()
        told |= stakes(local.net, people)
        local.net.next_round()
        if rng.random() < 0.3:
            local.net.next_round()
    local.follow()
    verdict = verify(local.client)
    assert verdict.drift == ()
    assert verdict.accounts > 10
    assert verdict.figures > 150
    assert held(nodes, people, among=told) == {at: stake for at, stake in told.items() if stake}


def stakes(net: Devnet, people: list[Account]) -> dict[tuple[str, int], int]:
    """What pendingStake answers for each of them at the end of the round."""
    running = Round.objects.latest("number").number
    return {(one.address.lower(), running): net.pending_stake(one) for one in people}


def held(
    nodes: list[Account], people: list[Account], *, among: Collection[tuple[str, int]]
) -> dict[tuple[str, int], int]:
    """The stake of each of them at the end of these rounds, as histories of positions tell it now."""
    found: dict[tuple[str, int], int] = {}
    for one in positions_of([account.address.lower() for account in (*nodes, *people)]):
        rounds = rounds_of(one)
        assert rounds is not None
        assert sum(each.rewards_lpt_wei for each in rounds) == one.rewards_lpt_wei
        assert sum(each.fees_eth_wei for each in rounds) == one.earned_fees_eth_wei
        found |= {(one.address, each.round): each.stake_lpt_wei for each in rounds if each.stake_lpt_wei}
    return {at: stake for at, stake in found.items() if at in among}
