"""The strip of reward calls, the line of the matched share, the bars of intervals."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from apps.web.pictures.calls import Outcome, RoundCall, calls_picture
from apps.web.pictures.intervals import part_bar, score_line
from apps.web.pictures.matched import MatchPoint, matched_picture
from apps.web.pictures.svg import Dot, Path, Rect, Text

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("outcome", "css", "height"),
    [
        ("made", "f-stake", 18),
        ("missed", "f-danger", 28),
        ("open", "f-stint", 18),
        ("inactive", "f-stint", 3),
        ("unknown", "hatch", 18),
    ],
)
def test_calls__when_drawn__then_each_outcome_has_its_shape(outcome: Outcome, css: str, height: float) -> None:
    rect = calls_picture([RoundCall(3371, outcome)], slots=90, sentence="s").shapes[0]
    assert isinstance(rect, Rect)
    assert (rect.css, rect.height) == (css, height)
    assert rect.tip.startswith("round 3,371: ")


def test_calls__when_a_node_is_young__then_its_strip_is_short_and_at_the_right() -> None:
    picture = calls_picture([RoundCall(1, "made"), RoundCall(2, "made")], slots=90, sentence="s")
    assert [shape.x for shape in picture.shapes if isinstance(shape, Rect)] == [440.5, 445.5]


def test_matched__when_known__then_the_last_value_is_written_beside_its_dot() -> None:
    picture = matched_picture([MatchPoint(10, 0.1), MatchPoint(20, None), MatchPoint(30, 0.3)], sentence="s")
    line = next(shape.d for shape in picture.shapes if isinstance(shape, Path) and shape.css == "l l-work")
    dot = next(shape for shape in picture.shapes if isinstance(shape, Dot))
    words = [shape.words for shape in picture.shapes if isinstance(shape, Text)]
    assert line.count("M") == 2  # broken where it is not known
    assert (dot.x, dot.y) == (300, 16)
    assert "30\u00a0%" in words
    assert words[-2:] == ["round 10", "30"]


def test_matched__when_nothing_is_known__then_no_dot() -> None:
    picture = matched_picture([MatchPoint(10, None)], sentence="s")
    assert not [shape for shape in picture.shapes if isinstance(shape, Dot)]


def test_part_bar__when_unknown__then_hatched() -> None:
    root = ElementTree.fromstring(part_bar(None, None, None, fill="jobs"))
    assert [child.attrib["fill"] for child in root] == ["url(#hatch)"]


def test_part_bar__when_known__then_bar_and_beam() -> None:
    root = ElementTree.fromstring(part_bar(74, 70, 80, fill="terms"))
    assert root[1].attrib == {"class": "f-terms", "y": "3", "width": "74", "height": "6"}
    assert root[2].attrib["d"] == "M70 6H80M70 2V10M80 2V10"


def test_score_line__when_drawn__then_value_interval_and_middle_half_stand_to_scale() -> None:
    root = ElementTree.fromstring(score_line(80, 76, 84, middle=(41, 66), sentence="80"))
    assert (root[1].attrib["x"], root[1].attrib["width"]) == ("164", "100")
    assert root[2].attrib["d"] == "M304 10H336M304 5V15M336 5V15"
    assert root[3].attrib["x"] == "318.5"
