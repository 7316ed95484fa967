"""What the owner of a position is told, each by its cause alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from apps.delegation.cautions import cautions
from apps.delegation.held import CODES, Held, Joined, Lock, Node, Sums
from apps.delegation.waiting import Expected

pytestmark = pytest.mark.unit

NODE, OTHER = "0x" + "1" * 40, "0x" + "2" * 40
FINE = Node(
    address=NODE, ever_registered=True, registered=True, in_pool=True, begins=1, ends=None, active=True,
    stake_lpt_wei=1000, reward_cut_ppm=50_000, fee_share_ppm=500_000, reward_called=True,
)  # fmt: skip
HELD = Held(
    address="0x" + "3" * 40, running=50, ever=True, delegate=NODE, bonded_lpt_wei=100, stake_lpt_wei=110,
    start_round=40, last_claim_round=45, sums=Sums(put_in=100), node=FINE, joined=Joined(39, 390, 50_000, 500_000),
)  # fmt: skip
SOON = Expected(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
LOCK = Lock(0, NODE, 2 * 10**18, 53, ready=False, expected=SOON)


def codes(held: Held) -> list[str]:
    return [one.code for one in cautions(held)]


def with_node(**changes: object) -> Held:
    return replace(HELD, node=replace(FINE, **changes))  # type: ignore[arg-type]


def test_cautions__when_all_is_well__then_none() -> None:
    assert codes(replace(HELD, locks=(LOCK,))) == []


@pytest.mark.parametrize(
    ("held", "code"),
    [
        (with_node(ever_registered=False, registered=False, active=False), "parked"),
        (with_node(registered=False, active=False), "node_unregistered"),
        (with_node(active=False, in_pool=False, ends=49), "node_inactive"),
        (with_node(active=False, begins=51), "node_waiting"),
        (with_node(ends=51, in_pool=False), "node_leaving"),
        (with_node(reward_cut_ppm=50_001), "terms_worse"),
        (with_node(fee_share_ppm=499_999), "terms_worse"),
        (with_node(reward_called=False), "reward_pending"),
        (replace(HELD, start_round=51), "position_pending"),
        (replace(HELD, locks=(replace(LOCK, ready=True, expected=None),)), "locks_ready"),
        (replace(HELD, locks=(replace(LOCK, delegate=OTHER),)), "locks_elsewhere"),
        (replace(HELD, sums=Sums(put_in=99)), "history_incomplete"),
    ],
)
def test_cautions__for_each_cause__then_its_own(held: Held, code: str) -> None:
    assert codes(held) == [code]
    assert code in CODES


@pytest.mark.parametrize(
    "held",
    [
        replace(with_node(reward_called=False), last_claim_round=50),  # nothing left to give up
        replace(with_node(reward_called=False, active=False, in_pool=False), bonded_lpt_wei=0, stake_lpt_wei=0,
                sums=Sums()),
        with_node(reward_cut_ppm=49_999, fee_share_ppm=500_001),
        replace(with_node(reward_cut_ppm=900_000), joined=Joined(39, 390)),  # no terms were set when it came
    ],
)  # fmt: skip
def test_cautions__when_nothing_is_lost__then_none(held: Held) -> None:
    assert codes(held) == []


def test_cautions__of_several__then_the_most_serious_first() -> None:
    held = replace(with_node(ever_registered=False, reward_called=False), start_round=51, joined=Joined(1, 1, 0, 0))
    assert codes(held) == ["parked", "terms_worse", "position_pending"]


def test_terms__when_both_got_worse__then_both_in_one_sentence() -> None:
    (one,) = cautions(with_node(reward_cut_ppm=70_000, fee_share_ppm=400_000))
    assert one.sentence.replace("\u00a0", " ") == (
        "Terms got worse since the stake came to its orchestrator in round 39: its reward cut is 7 % and was 5 % and "
        "its fee share is 40 % and was 50 %."
    )
