"""Fees as bars over stake as a line."""

from __future__ import annotations

import pytest

from apps.web.pictures.rounds import NARROW, WIDE, RoundPoint, amount, rounds_picture, stake_unit
from apps.web.pictures.svg import Path, Rect, Shape, Text

pytestmark = pytest.mark.unit


def shapes(*points: RoundPoint) -> list[Shape]:
    return list(rounds_picture(points, frame=WIDE, sentence="s").shapes)


def test_rounds__when_fees_are_known__then_bars_rise_from_zero_to_their_share_of_the_top() -> None:
    drawn = shapes(RoundPoint(1, 0.1, 5), RoundPoint(2, 0.2, 5), RoundPoint(3, 0, 5))
    bars = [shape for shape in drawn if isinstance(shape, Rect)]
    assert [(bar.css, round(bar.y, 3), round(bar.height, 3)) for bar in bars] == [
        ("f-work", 89, 55),
        ("f-work", 34, 110),
    ]


def test_rounds__when_fees_are_unknown__then_the_round_is_hatched_and_not_zero() -> None:
    bars = [shape for shape in shapes(RoundPoint(7, None, 5), RoundPoint(8, 0.2, 5)) if isinstance(shape, Rect)]
    assert [bar.css for bar in bars] == ["hatch", "f-work"]
    assert bars[0].tip == "round 7: unknown"


def test_rounds__when_not_active_in_between__then_the_line_of_stake_is_broken() -> None:
    drawn = shapes(RoundPoint(1, 0, 100), RoundPoint(2, 0, None), RoundPoint(3, 0, 100), RoundPoint(4, 0, 50))
    line = next(shape.d for shape in drawn if isinstance(shape, Path) and shape.css == "l l-stake")
    assert line.count("M") == 2
    assert line.count("L") == 1


def test_rounds__when_there_are_none__then_axes_stand_alone() -> None:
    assert [shape for shape in shapes() if isinstance(shape, Rect)] == []


def test_rounds__when_drawn__then_first_and_last_round_are_named() -> None:
    points = [RoundPoint(number, 0.1, 5) for number in range(3328, 3418)]
    words = [shape.words for shape in shapes(*points) if isinstance(shape, Text)]
    assert words[-4:] == ["round 3,328", "3,358", "3,387", "3,417"]
    narrow = rounds_picture(points, frame=NARROW, sentence="s").shapes
    assert [shape.words for shape in narrow if isinstance(shape, Text)][-2:] == ["round 3,328", "3,417"]


def test_stake_unit__when_large__then_thousands() -> None:
    assert stake_unit([RoundPoint(1, 0, 9_999)]) == (1.0, "LPT")
    assert stake_unit([RoundPoint(1, 0, 10_000), RoundPoint(2, 0, None)]) == (1000.0, "thousand LPT")


@pytest.mark.parametrize(
    ("value", "expected"), [(0, "0"), (0.0004, "< 0.001"), (0.1964, "0.196"), (1234.5, "1,234.500")]
)
def test_amount__when_written__then_too_small_is_not_zero(value: float, expected: str) -> None:
    assert amount(value) == expected
