"""Hints from the order of the pool after a move (scenarios A29 to A31), and what holds for any pool."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.protocol.hints import NO_HINT, Hint, Pool, joined, restaked
from apps.protocol.units import ZERO_ADDRESS, Address, LptWei

pytestmark = pytest.mark.unit

A, B, C, D, E = (Address(f"0x{letter * 40}") for letter in "abcde")
NONE = ZERO_ADDRESS


def pool(max_size: int = 10, **stakes: int) -> Pool:
    names = {"a": A, "b": B, "c": C, "d": D, "e": E}
    return Pool.of([(names[name], LptWei(stake)) for name, stake in stakes.items()], max_size=max_size)


FOUR = pool(a=500, b=400, c=300, d=200)


@pytest.mark.parametrize(
    ("member", "stake", "hint"),
    [(C, 450, Hint(A, B)), (D, 550, Hint(NONE, A)), (A, 150, Hint(D, NONE)), (C, 400, Hint(A, B))],
    ids=["up one place", "to the head", "to the tail", "equal to another"],
)
def test_hint__when_a_member_s_stake_changes__then_its_neighbours_after_it(
    member: Address, stake: int, hint: Hint
) -> None:
    assert restaked(FOUR, member, LptWei(stake)).hint == hint


def test_hints__when_stake_moves_from_a_to_d__then_the_second_stands_on_the_list_the_first_left() -> None:
    first = restaked(FOUR, A, LptWei(250))
    second = restaked(first.pool, D, LptWei(450))

    assert (first.hint, second.hint) == (Hint(C, D), Hint(NONE, B))
    assert [(one.address, one.stake) for one in second.pool.members] == [(D, 450), (B, 400), (C, 300), (A, 250)]


def test_joining__when_the_pool_is_full_and_the_stake_exceeds_the_last__then_the_last_is_evicted() -> None:
    placed = joined(pool(4, a=500, b=400, c=300, d=200), E, LptWei(210))

    assert (placed.hint, placed.evicted) == (Hint(C, NONE), D)
    assert placed.pool.place_of(E) == 4
    assert not placed.pool.holds(D)


def test_joining__when_the_stake_only_equals_the_last_of_a_full_pool__then_nothing_changes() -> None:
    full = pool(4, a=500, b=400, c=300, d=200)

    placed = joined(full, E, LptWei(200))

    assert (placed.pool, placed.hint, placed.evicted) == (full, NO_HINT, None)


def test_joining__when_there_is_room__then_even_the_smallest_gets_in() -> None:
    placed = joined(FOUR, E, LptWei(1))

    assert (placed.hint, placed.pool.place_of(E), placed.evicted) == (Hint(D, NONE), 5, None)


def test_hint__when_the_pool_has_one_member_only__then_none_is_needed() -> None:
    assert restaked(pool(a=500), A, LptWei(1)).hint == NO_HINT


@pytest.mark.parametrize(
    ("stakes", "max_size"),
    [([(A, 1), (B, 2)], 10), ([(A, 2), (A, 1)], 10), ([(A, 2), (B, 1)], 1)],
    ids=["out of order", "twice", "too many"],
)
def test_pool__when_it_was_not_read_at_one_block__then_it_is_refused(
    stakes: list[tuple[Address, int]], max_size: int
) -> None:
    with pytest.raises(ValueError, match="read it again at one block"):
        Pool.of([(address, LptWei(stake)) for address, stake in stakes], max_size=max_size)


@given(
    stakes=st.lists(st.integers(1, 50), min_size=1, max_size=12),
    moves=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 60)), max_size=8),
)
def test_any_moves__when_done_one_after_another__then_order_holds_and_hints_are_neighbours(
    stakes: list[int], moves: list[tuple[int, int]]
) -> None:
    names = [Address(f"0x{number:040x}") for number in range(1, len(stakes) + 1)]
    ordered = sorted(zip(names, stakes, strict=True), key=lambda pair: -pair[1])
    now = Pool.of([(name, LptWei(stake)) for name, stake in ordered], max_size=12)

    for which, stake in moves:
        moved = names[which % len(names)]
        placed = restaked(now, moved, LptWei(stake))
        now = placed.pool
        place = now.place_of(moved)
        assert place is not None
        around = [NONE, *(one.address for one in now.members), NONE]
        assert placed.hint == Hint(around[place - 1], around[place + 1])
        assert [one.stake for one in now.members] == sorted((one.stake for one in now.members), reverse=True)
    assert {one.address for one in now.members} == set(names)
