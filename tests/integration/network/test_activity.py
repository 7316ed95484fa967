"""What happened: terms, pools, rewards, tickets, missed calls."""

from __future__ import annotations

import pytest

from apps.network.selectors import activity
from apps.protocol.units import WEI
from tests.factories import (
    BlockFactory,
    CutChangeFactory,
    OrchestratorRoundFactory,
    PoolChangeFactory,
    RewardCallFactory,
    RoundFactory,
    ServiceUriUpdateFactory,
    TicketPaymentFactory,
    address,
    hash_of,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, OTHER = address(1), address(2)


def test_cut_changes__when_a_setting_changed_nothing__then_it_is_no_news() -> None:
    same = {"reward_cut_ppm": 5, "fee_share_ppm": 7, "old_reward_cut_ppm": 5, "old_fee_share_ppm": 7}
    CutChangeFactory(orchestrator=NODE, **same)
    CutChangeFactory(orchestrator=NODE, **{**same, "old_reward_cut_ppm": 4})
    CutChangeFactory(orchestrator=NODE, reward_cut_ppm=5, fee_share_ppm=7)
    assert [one.old_reward_cut_ppm for one in activity.cut_changes(9)] == [4]
    assert [one.old_reward_cut_ppm for one in activity.cut_changes(9, node=NODE)] == [None, 4]


def test_pool_changes__when_a_node_comes_twice__then_only_the_first_time_is_new() -> None:
    for entered in (True, False, True):
        PoolChangeFactory(orchestrator=NODE, entered=entered)
    PoolChangeFactory(orchestrator=OTHER)
    found = [(one.node, one.kind) for one in activity.pool_changes(9)]
    assert found == [(OTHER, "new"), (NODE, "entered"), (NODE, "left"), (NODE, "new")]
    assert [one.kind for one in activity.pool_changes(2, node=NODE)] == ["entered", "left"]


def test_node_happenings__when_mixed__then_newest_first_each_with_its_log() -> None:
    blocks = [BlockFactory(number=number) for number in range(1, 6)]
    RewardCallFactory(orchestrator=NODE, block=blocks[0], amount_lpt_wei=3 * WEI, round=100)
    TicketPaymentFactory(orchestrator=NODE, block=blocks[4], log_index=2, gateway=OTHER, tx_hash=hash_of("ticket"))
    CutChangeFactory(orchestrator=NODE, block=blocks[4], log_index=1)
    PoolChangeFactory(orchestrator=NODE, block=blocks[2])
    ServiceUriUpdateFactory(orchestrator=NODE, block=blocks[3], uri="https://a.example")
    RewardCallFactory(orchestrator=OTHER, block=blocks[3])
    found = activity.node_happenings(NODE, most=50)
    assert [(one.kind, one.block, one.log_index) for one in found] == [
        ("ticket", 5, 2), ("terms", 5, 1), ("service", 4, 0), ("new", 3, 0), ("reward", 1, 0),
    ]  # fmt: skip
    assert (found[0].account, found[0].tx_hash, found[0].time) == (OTHER, hash_of("ticket"), blocks[4].time)
    assert (found[-1].lpt_wei, found[-1].round) == (3 * WEI, 100)
    assert [one.kind for one in activity.node_happenings(NODE, most=2)] == ["ticket", "terms"]


def test_misses__when_the_running_round_is_open__then_only_the_round_before_counts() -> None:
    running = RoundFactory(number=100)
    for number in range(70, 101):
        OrchestratorRoundFactory(orchestrator=NODE, round=number, reward_called=number not in (80, 85, 99, 100))
        OrchestratorRoundFactory(orchestrator=OTHER, round=number, reward_called=number not in (69, 70, 98))
    found = activity.misses(running, counted_rounds=30)
    assert (found.nodes, found.missed_round) == ([(NODE, 3)], 99)


def test_misses__when_nobody_missed__then_empty() -> None:
    assert activity.misses(RoundFactory(number=100), counted_rounds=30).nodes == ()


def test_reward_calls__when_some_were_made__then_due_and_made() -> None:
    OrchestratorRoundFactory(round=99, reward_called=True)
    OrchestratorRoundFactory(round=99)
    OrchestratorRoundFactory(round=99, active=False)
    found = activity.reward_calls_in(99)
    assert (found.due, found.made) == (2, 1)
