"""Which choices another one beats."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.scoring.pareto import dominated

pytestmark = pytest.mark.unit

Choice = tuple[int | None, ...]


def beats(one: Choice, other: Choice) -> bool:
    """The rule, word by word."""
    pairs = list(zip(one, other, strict=True))
    if any((a is None) != (b is None) for a, b in pairs):
        return False
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    return all(a >= b for a, b in known) and any(a > b for a, b in known)


figure = st.one_of(st.none(), st.integers(0, 4))


@given(st.integers(1, 4).flatmap(lambda size: st.lists(st.tuples(*[figure] * size), max_size=30)))
def test_dominated__whatever_the_choices__then_those_that_the_rule_beats_by_one_that_nobody_beats(
    choices: list[Choice],
) -> None:
    found = dominated(dict(enumerate(choices)))
    beaten = {number for number, one in enumerate(choices) if any(beats(other, one) for other in choices)}
    assert set(found) == beaten
    for number, best in found.items():
        assert beats(choices[best], choices[number])
        assert best not in beaten


@given(st.permutations(list(enumerate([(3, 1), (2, 2), (1, 3), (1, 1), (2, None), (1, None), (None, None)]))))
def test_dominated__in_any_order__then_the_same_are_beaten(choices: list[tuple[int, Choice]]) -> None:
    assert set(dominated(dict(choices))) == {3, 5}


def test_dominated__when_equal_in_everything__then_both_stay() -> None:
    assert dominated({"a": (5, 5), "b": (5, 5)}) == {}


def test_dominated__when_one_part_is_known_of_one_only__then_neither_is_beaten() -> None:
    assert dominated({"known": (9, 9), "unknown": (1, None)}) == {}


def test_dominated__when_a_part_is_unknown_of_both__then_the_others_decide() -> None:
    assert dominated({"a": (9, None), "b": (1, None)}) == {"b": "a"}


def test_dominated__when_nothing_is_known__then_nobody_is_beaten() -> None:
    assert dominated({"a": (None, None), "b": (None, None)}) == {}


def test_dominated__when_there_are_ten_thousand_in_four_parts__then_within_a_moment() -> None:
    dice = random.Random(1)
    choices = {n: tuple(dice.randrange(10**6) for _ in range(4)) for n in range(10_000)}
    began = time.process_time()
    found = dominated(choices)
    assert time.process_time() - began < 1.0  # about 0.1 s where nothing else runs
    assert 9000 < len(found) < 10_000
