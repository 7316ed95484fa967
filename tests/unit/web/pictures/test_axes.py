"""Scales, ticks and labels that keep their distance."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.web.pictures.axes import Scale, spread, tick_label, ticks

pytestmark = pytest.mark.unit


def test_scale__when_given_its_ends__then_lands_on_the_pixels() -> None:
    scale = Scale(0, 50, 142, 22)
    assert [scale.at(value) for value in (0, 25, 50)] == [142, 82, 22]


def test_scale__when_its_range_is_empty__then_everything_lands_on_the_start() -> None:
    assert Scale(7, 7, 10, 90).at(7) == 10


@pytest.mark.parametrize(
    ("top", "most", "expected"),
    [
        (0.3, 3, [0.1, 0.2, 0.3]),
        (0.0149, 3, [0.005, 0.01]),
        (108, 2, [50, 100]),
        (400, 2, [200, 400]),
        (1, 3, [0.5, 1]),
        (0.5999999999999999, 2, [0.25, 0.5]),
        (0, 3, []),
        (-4, 3, []),
        (float("inf"), 3, []),
    ],
)
def test_ticks__when_given_a_top__then_round_and_none_above_it(top: float, most: int, expected: list[float]) -> None:
    assert ticks(top, most) == expected


@given(st.floats(1e-9, 1e12), st.integers(2, 5))
def test_ticks__when_given_any_top__then_one_to_most_values_within_it(top: float, most: int) -> None:
    values = ticks(top, most)
    assert 1 <= len(values) <= most
    assert values[-1] <= top * (1 + 1e-9)


@pytest.mark.parametrize(
    ("value", "expected"), [(0, "0"), (0.1, "0.1"), (0.005, "0.005"), (1500.0, "1,500"), (2.5, "2.5")]
)
def test_tick_label__when_written__then_no_trailing_zeros(value: float, expected: str) -> None:
    assert tick_label(value) == expected


def test_spread__when_labels_have_room__then_they_stay() -> None:
    assert spread([10, 50, 90], gap=22, low=0, high=100) == [10, 50, 90]


def test_spread__when_labels_crowd__then_they_part_evenly_around_their_middle() -> None:
    assert spread([49, 50, 51], gap=22, low=0, high=100) == [28, 50, 72]


def test_spread__when_crowded_at_an_end__then_they_stay_inside() -> None:
    assert spread([1, 2], gap=22, low=0, high=100) == [0, 22]
    assert spread([99, 99], gap=22, low=0, high=100) == [78, 100]


@given(st.lists(st.floats(0, 600), max_size=16).map(sorted))
def test_spread__when_given_any_places__then_gaps_and_limits_hold(wanted: list[float]) -> None:
    places = spread(wanted, gap=22, low=0, high=600)
    assert len(places) == len(wanted)
    assert all(after - before >= 22 - 1e-6 for before, after in pairwise(places))
    assert all(-1e-6 <= place <= 600 + 1e-6 for place in places)
