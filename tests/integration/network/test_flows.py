"""Shares of stake and fees, payers and what is matched."""

from __future__ import annotations

import pytest

from apps.network.overlap import Matched
from apps.network.selectors import flows
from apps.network.selectors.flows import Payer, Window
from apps.protocol.units import WEI, EthWei
from tests.factories import OrchestratorFactory, OrchestratorRoundFactory, TicketPaymentFactory, address

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, IDLE, GONE, PARKED = address(1), address(2), address(3), address(4)
GATEWAY, OTHER = address(11), address(12)
WINDOW = Window.ending(200, rounds=90)


def test_window__when_it_ends_in_a_round__then_counts_that_round() -> None:
    assert (WINDOW.first, WINDOW.last, WINDOW.rounds) == (111, 200, 90)


def test_node_flows__when_stake_lies_outside_the_pool__then_only_the_paid_and_the_active_count() -> None:
    OrchestratorFactory(address=NODE, stake_lpt_wei=30 * WEI)
    OrchestratorFactory(address=IDLE, stake_lpt_wei=50 * WEI, in_pool=False)
    OrchestratorFactory(address=GONE, stake_lpt_wei=10 * WEI, in_pool=False)
    OrchestratorFactory(address=PARKED, stake_lpt_wei=99 * WEI, in_pool=False)
    OrchestratorRoundFactory(orchestrator=IDLE, round=200)
    OrchestratorRoundFactory(orchestrator=NODE, round=200, fees_eth_wei=3 * WEI)
    OrchestratorRoundFactory(orchestrator=GONE, round=150, fees_eth_wei=4 * WEI)
    OrchestratorRoundFactory(orchestrator=PARKED, round=110, fees_eth_wei=4 * WEI)
    found = [(flow.address, flow.fees_eth_wei // WEI) for flow in flows.node_flows(WINDOW)]
    assert found == [(GONE, 4), (NODE, 3), (IDLE, 0)]


def test_node_flows__when_a_node_paid_itself__then_that_is_kept_apart() -> None:
    OrchestratorFactory(address=NODE)
    OrchestratorRoundFactory(orchestrator=NODE, round=200, fees_eth_wei=5 * WEI)
    TicketPaymentFactory(orchestrator=NODE, gateway=NODE, round=200, amount_eth_wei=3 * WEI)
    TicketPaymentFactory(orchestrator=NODE, gateway=GATEWAY, round=200, amount_eth_wei=2 * WEI)
    flow = flows.node_flows(WINDOW)[0]
    assert (flow.fees_eth_wei, flow.own_eth_wei) == (2 * WEI, 3 * WEI)


def test_matched__when_two_nodes_cross__then_the_smaller_shares_add_up() -> None:
    OrchestratorFactory(address=NODE, stake_lpt_wei=25)
    OrchestratorFactory(address=IDLE, stake_lpt_wei=75)
    OrchestratorRoundFactory(orchestrator=NODE, round=200, fees_eth_wei=90)
    OrchestratorRoundFactory(orchestrator=IDLE, round=200, fees_eth_wei=10)
    assert flows.matched(flows.node_flows(WINDOW)) == Matched(25 * 100 + 10 * 100, 10_000)


def test_payers__when_several_paid__then_largest_first_with_their_tickets() -> None:
    for gateway, amount, number in ((GATEWAY, 1, 200), (OTHER, 5, 150), (GATEWAY, 2, 111), (GATEWAY, 9, 110)):
        TicketPaymentFactory(orchestrator=NODE, gateway=gateway, round=number, amount_eth_wei=amount)
    TicketPaymentFactory(orchestrator=IDLE, gateway=GATEWAY, round=200, amount_eth_wei=7)
    found = flows.payers_of(NODE, WINDOW)
    assert found == [Payer(OTHER, EthWei(5), 1), Payer(GATEWAY, EthWei(3), 2)]
    assert flows.concentration(found) == pytest.approx((25 + 9) / 64)
    assert flows.concentration([]) is None


def test_paying_gateways__when_some_paid_long_ago__then_only_those_of_the_window_count() -> None:
    for gateway, number in ((address(11), 110), (address(12), 111), (address(13), 200), (address(13), 150)):
        TicketPaymentFactory(gateway=gateway, round=number)
    assert flows.paying_gateways(WINDOW) == 2


def test_paying_gateways__when_nobody_ever_paid__then_none() -> None:
    assert flows.paying_gateways(WINDOW) == 0
