"""Earnings by round, from logs and factors alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.delegation.earned import History, RoundEarned, Step, by_round, replay
from apps.protocol.perc import ONE
from apps.protocol.units import ZERO_ADDRESS

pytestmark = pytest.mark.unit

NODE, OTHER = "0x" + "1" * 40, "0x" + "2" * 40


def step(kind: str, round_: int, amount: int = 0, **fields: object) -> Step:
    """A log of somebody who is with NODE."""
    given = {"delegate": NODE, "other": "", "bonded": 0, "fees": 0, "lock_id": 0, "start_round": 0, **fields}
    return Step(kind=kind, round=round_, amount=amount, **given)  # type: ignore[arg-type]


def first_bond(round_: int, amount: int) -> list[Step]:
    return [
        step("claim", round_, delegate=ZERO_ADDRESS),
        step("bond", round_, amount, bonded=amount, other=ZERO_ADDRESS),
    ]


def told(rows: list[RoundEarned]) -> list[tuple[int, int, int, int]]:
    return [(row.round, row.rewards_lpt_wei, row.principal_lpt_wei, row.stake_lpt_wei) for row in rows]


def test_rounds__of_a_position_that_only_grew__then_each_by_its_factor() -> None:
    history = replay(first_bond(5, 1000))
    history.ends(8, rewards=210, fees=7)
    factors = {NODE: {5: (ONE, 0), 6: (ONE * 11 // 10, ONE // 1000), 8: (ONE * 121 // 100, ONE // 1000 * 7)}}

    rows = by_round(history, factors, first=0, last=8)

    assert told(rows) == [(5, 0, 1000, 1000), (6, 100, 1000, 1100), (7, 0, 1000, 1100), (8, 110, 1000, 1210)]
    assert [row.fees_eth_wei for row in rows] == [0, 1, 0, 6]
    assert {row.delegate for row in rows} == {NODE}


def test_rounds__when_claimed_before_the_reward__then_that_round_brings_nothing() -> None:
    """The factor stored for round 6 is the one after the reward, which the claim gave up."""
    history = replay([*first_bond(5, 1000), step("claim", 6), step("unbond", 6, 400)])
    history.ends(7, rewards=0, fees=0)
    factors = {NODE: {5: (ONE, 0), 6: (2 * ONE, 0)}}

    assert told(by_round(history, factors, first=0, last=7)) == [
        (5, 0, 1000, 1000), (6, 0, 600, 600), (7, 0, 600, 600),
    ]  # fmt: skip


def test_rounds__when_nothing_was_stored_for_the_first__then_all_the_node_ever_earned_at_once() -> None:
    history = replay([step("rebond", 6, 1000)])  # received, never claimed
    history.ends(8, rewards=500, fees=0)
    factors = {NODE: {3: (ONE * 3 // 2, 0)}}

    assert told(by_round(history, factors, first=0, last=8)) == [
        (6, 500, 1000, 1500), (7, 0, 1000, 1500), (8, 0, 1000, 1500),
    ]  # fmt: skip


def test_rounds__when_unclaimed_stake_moves_on__then_what_it_had_grown_by_is_gone() -> None:
    moved = step("bond", 8, 0, bonded=1000, delegate=OTHER, other=NODE)
    history = replay([step("rebond", 6, 1000), moved])
    history.ends(9, rewards=0, fees=0)
    factors = {NODE: {3: (ONE * 3 // 2, 0)}}

    rows = by_round(history, factors, first=0, last=9)

    assert told(rows) == [(6, 500, 1000, 1500), (7, 0, 1000, 1500), (8, -500, 1000, 1000), (9, 0, 1000, 1000)]
    assert [row.delegate for row in rows] == [NODE, NODE, OTHER, OTHER]


def test_rounds__of_a_window__then_as_they_stand_in_the_whole() -> None:
    history = replay([*first_bond(5, 1000), step("claim", 7, 210), step("unbond", 7, 1210)])
    factors = {NODE: {5: (ONE, 0), 6: (ONE * 11 // 10, 0), 7: (ONE * 121 // 100, 0)}}
    whole = by_round(history, factors, first=0, last=20)

    assert told(whole) == [(5, 0, 1000, 1000), (6, 100, 1000, 1100), (7, 110, -210, 0)]
    assert by_round(history, factors, first=6, last=20) == whole[1:]
    assert by_round(history, factors, first=8, last=20) == []


def test_rounds__when_slashed_and_bonded_again__then_principal_follows() -> None:
    history = replay([*first_bond(5, 1000), step("slash", 5, 300), step("unbond", 5, 700), step("rebond", 6, 700)])

    assert told(by_round(history, {}, first=0, last=6)) == [(5, 0, 0, 0), (6, 0, 700, 700)]


amounts = st.integers(min_value=1, max_value=10**27)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(("bond", "unbond", "claim")), amounts), max_size=12),
    st.dictionaries(st.integers(1, 45), st.tuples(st.integers(ONE, 3 * ONE), st.integers(0, ONE)), max_size=12),
    st.integers(0, 10**27),
)
def test_rounds__of_any_history__then_add_up_to_the_whole(
    acts: list[tuple[int, str, int]], stored: dict[int, tuple[int, int]], pending: int
) -> None:
    history, running = _lived(acts)
    history.ends(running + 1, rewards=pending, fees=pending // 3)

    rows = by_round(history, {NODE: stored}, first=0, last=running + 1)

    assert sum(row.rewards_lpt_wei for row in rows) == sum(each.rewards for each in history.stretches)
    assert sum(row.fees_eth_wei for row in rows) == sum(each.fees for each in history.stretches)
    assert rows[-1].stake_lpt_wei == history.book.bonded + pending
    for first in (3, 9):
        assert by_round(history, {NODE: stored}, first=first, last=running + 1) == [
            row for row in rows if row.round >= first
        ]


def _lived(acts: list[tuple[int, str, int]]) -> tuple[History, int]:
    """A history of a position that is never emptied."""
    steps, bonded, running = first_bond(1, 10**27), 10**27, 1
    for wait, kind, amount in acts:
        if wait:
            running += wait
            steps.append(step("claim", running, amount // 7, fees=amount // 9))
            bonded += amount // 7
        if kind == "bond":
            bonded += amount
            steps.append(step("bond", running, amount, bonded=bonded, other=NODE))
        elif kind == "unbond" and amount < bonded:
            bonded -= amount
            steps.append(step("unbond", running, amount))
    return replay(steps), running
