"""Realised yield against the real contracts: exact for stake that was there, near for stake that might have been."""

from __future__ import annotations

import pytest

from apps.delegation.models import Position
from apps.devnet.network import Account, Devnet
from apps.network.models import OrchestratorRound
from apps.network.selectors import moves, yields
from apps.protocol.units import LptWei
from apps.protocol.yields import Earned
from tests.local import Local

pytestmark = pytest.mark.integration

LPT = ETH = 10**18


def play(net: Devnet) -> list[Account]:
    """Nine rounds of two nodes: fees before any reward, missed calls, a new cut, rounds away; gives who delegated."""
    node, other = net.account("node"), net.account("other")
    ann, bob, cat, dan = (net.account(name) for name in ("ann", "bob", "cat", "dan"))
    gateway = net.account("gateway")
    net.next_round()
    net.bond(node, 100 * LPT + 7, node)
    net.bond(other, 300 * LPT, other)
    net.set_cuts(node, 123_456, 654_321)
    net.bond(ann, 41 * LPT + 3, node)
    net.fund_gateway(gateway, 9 * ETH, 9 * ETH)
    net.next_round()
    net.redeem(gateway, node, ETH // 3)  # paid before its first reward call
    net.reward(other)
    net.next_round()
    net.bond(bob, 55 * LPT, node)
    net.reward(node)
    net.redeem(gateway, node, ETH // 7)
    net.set_cuts(node, 500_000, 100_000)
    net.next_round()  # no call in this round
    net.redeem(gateway, node, ETH // 11)
    net.next_round()
    net.reward(node)
    net.bond(cat, 13 * LPT, node)
    net.bond(dan, 17 * LPT + 1, other)
    net.next_round()
    net.reward(node)
    net.unbond_all(node)
    net.next_round()  # the node is away
    net.reward(other)
    net.redeem(gateway, other, ETH // 5)
    net.rebond_from_unbonded(node, node, 0)
    net.next_round()
    net.reward(node)
    net.redeem(gateway, node, ETH // 13)
    net.next_round()
    return [ann, bob, cat, dan]


def test_realised_yield__of_real_delegators__equals_the_contract_s_views(local: Local) -> None:
    delegators = play(local.net)
    local.follow()
    running = local.net.current_round()
    looked_at = 0
    for who in delegators:
        held = Position.objects.get(delegator=who.address)
        span = running - 1 - held.last_claim_round
        found = yields.yields_of(
            [held.delegate], LptWei(held.bonded_lpt_wei), rounds=span, running=running, counted="there"
        )
        assert found is not None
        newest = found.nodes[held.delegate].newest
        assert newest.first == held.last_claim_round + 1
        assert held.bonded_lpt_wei + (newest.rewards_lpt_wei or 0) == local.net.pending_stake(who)
        assert held.fees_eth_wei + (newest.fees_eth_wei or 0) == local.net.pending_fees(who)
        looked_at += newest.rounds
    assert looked_at == 7 + 5 + 3 + 3


def test_outcomes__of_rounds_on_the_contracts__are_called_missed_or_away(local: Local) -> None:
    play(local.net)
    local.follow()
    node = local.net.account("node").address
    found = yields.yields_of([node], LptWei(1000 * LPT), rounds=365, running=local.net.current_round())
    assert found is not None
    assert found.nodes[node].outcomes == (
        ["absent", "missed", "called", "missed", "called", "called", "inactive", "called"]
    )
    assert (found.period.rounds, found.period.asked, found.period.is_short) == (8, 365, True)


def live(net: Devnet, *, rounds: int) -> None:
    for _ in range(rounds):
        net.next_round()
        for name in ("node", "other"):
            net.reward(net.account(name))
        net.redeem(net.account("gateway"), net.account("node"), ETH // 4)
    net.next_round()


def test_realised_yield__of_stake_that_was_not_there__is_what_it_gets_when_it_is(local: Local) -> None:
    """The same five rounds twice: without the newcomer, from which its yield is told, and with it, to see."""
    net = local.net
    node, other, ann, gateway = (net.account(name) for name in ("node", "other", "ann", "gateway"))
    amount = LptWei(60 * LPT)
    net.next_round()
    net.bond(node, 100 * LPT, node)
    net.bond(other, 300 * LPT, other)
    net.set_cuts(node, 100_000, 500_000)
    net.fund_gateway(gateway, 9 * ETH, 9 * ETH)
    net.give_lpt(ann, amount)
    before = net.client.rpc("evm_snapshot", [])

    live(net, rounds=5)
    local.follow()
    told = newcomer(local, node, amount)
    net.client.rpc("evm_revert", [before])
    net.bond(ann, amount, node)
    live(net, rounds=5)

    assert (told.called, told.missed) == (5, 0)
    assert told.rewards_lpt_wei == pytest.approx(net.pending_stake(ann) - amount, rel=1e-8)
    # this network mints many times its stake, so what others did not restake is much; elsewhere it is next to nothing
    assert 0.96 < (told.fees_eth_wei or 0) / net.pending_fees(ann) < 1


def newcomer(local: Local, node: Account, amount: LptWei) -> Earned:
    found = yields.yields_of([node.address], amount, rounds=5, running=local.net.current_round())
    assert found is not None
    return found.nodes[node.address].newest


def test_a_move__before_the_reward_call__forfeits_what_was_told_and_uses_less_gas_than_assumed(local: Local) -> None:
    net = local.net
    node, other, ann = (net.account(name) for name in ("node", "other", "ann"))
    net.next_round()
    net.bond(node, 100 * LPT, node)
    net.bond(other, 300 * LPT, other)
    net.set_cuts(node, 100_000, 500_000)
    net.bond(ann, 50 * LPT, node)
    net.next_round()
    net.reward(node)
    net.reward(other)
    net.next_round()
    local.follow()
    held = LptWei(net.pending_stake(ann))
    found = yields.yields_of([node.address, other.address], held, rounds=1, running=net.current_round())
    assert found is not None
    told = moves.moves_from(found.nodes[node.address].address, found, running=net.current_round())
    moved = net.bond(ann, 0, other)
    net.reward(node)
    local.follow()

    growth = OrchestratorRound.objects.get(orchestrator=node.address, round=net.current_round())
    shared = growth.reward_lpt_wei - growth.reward_lpt_wei * growth.reward_cut_ppm // 10**6
    assert told.reward_now == "due"
    assert told.cost.forfeited_lpt_wei == held * shared // (growth.stake_lpt_wei or 1)
    assert int(moved["gasUsed"], 16) < moves.GAS_UNITS
