"""One node's rounds, and stake that moved."""

from __future__ import annotations

import pytest

from apps.network.selectors import history
from apps.protocol.units import WEI
from tests.factories import OrchestratorFactory, OrchestratorRoundFactory, RoundFactory, address

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, OTHER = address(1), address(2)


def test_latest_round__when_there_are_none__then_none() -> None:
    assert history.latest_round() is None
    assert history.first_round() is None


def test_rounds__when_there_are_some__then_ends_and_named_ones() -> None:
    for number in (7, 8, 10):
        RoundFactory(number=number)
    newest = history.latest_round()
    assert newest is not None
    assert newest.number == 10
    assert history.first_round() == 7
    assert sorted(history.rounds_by_number([8, 9, 10])) == [8, 10]


def test_node_rounds__when_limited__then_the_newest_oldest_first() -> None:
    for number in range(1, 6):
        OrchestratorRoundFactory(orchestrator=NODE, round=number, fees_eth_wei=number)
    OrchestratorRoundFactory(orchestrator=OTHER, round=5)
    assert [(row.round, row.fees_eth_wei) for row in history.node_rounds(NODE, most=3)] == [(3, 3), (4, 4), (5, 5)]


def test_node_line__when_drawn__then_whole_units_and_no_stake_where_inactive() -> None:
    OrchestratorRoundFactory(orchestrator=NODE, round=1, fees_eth_wei=WEI // 4, stake_lpt_wei=10 * WEI)
    OrchestratorRoundFactory(orchestrator=NODE, round=2, active=False, stake_lpt_wei=None)
    OrchestratorRoundFactory(orchestrator=NODE, round=3)
    assert history.node_line(NODE, before=3, most=10) == [(1, 0.25, 10.0), (2, 0.0, None)]


def test_stake_moves__when_rewards_came_in__then_they_are_no_move() -> None:
    for node, stake in ((NODE, 115), (OTHER, 70), (address(3), 100), (address(4), 500)):
        OrchestratorFactory(address=node, stake_lpt_wei=stake)
    for node in (NODE, OTHER, address(3)):
        OrchestratorRoundFactory(orchestrator=node, round=10, stake_lpt_wei=90, reward_lpt_wei=4)
        OrchestratorRoundFactory(orchestrator=node, round=11, reward_lpt_wei=6)
    moves = [
        (move.address, move.moved_lpt_wei, move.before_lpt_wei) for move in history.stake_moves(since=10, running=12)
    ]
    assert moves == [(NODE, 15, 90), (OTHER, -30, 90)]


def test_first_round_with_stake__when_asked__then_not_before() -> None:
    OrchestratorRoundFactory(round=5)
    OrchestratorRoundFactory(round=9)
    assert history.first_round_with_stake(6) == 9
    assert history.first_round_with_stake(10) is None
