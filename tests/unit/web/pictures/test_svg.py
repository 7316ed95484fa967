"""Shapes as they are written down."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from apps.web.pictures.svg import Dot, Path, Picture, Rect, Shape, Text, coordinate

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "expected"), [(12.04, "12"), (12.05, "12.1"), (-0.01, "0"), (-3.26, "-3.3"), (0, "0"), (100, "100")]
)
def test_coordinate__when_written__then_one_decimal_at_most(value: float, expected: str) -> None:
    assert coordinate(value) == expected


def test_picture__when_words_hold_markup__then_it_is_escaped() -> None:
    shapes: list[Shape] = [Text("b", 1, 2, "<script>&"), Rect("f-work", 0, 0, 1, 1, 'tip "<b>"')]
    markup = Picture(10, 20, shapes, 'a "sentence" <i>').markup()
    assert "<script>" not in markup
    assert "<b>" not in markup
    assert 'aria-label="a &quot;sentence&quot; &lt;i&gt;"' in markup


def test_picture__when_written__then_it_is_well_formed_and_named() -> None:
    shapes: list[Shape] = [Rect("hatch", 1, 2, 3, 4), Path("l", "M0 0H4"), Dot("f-work", 1, 1), Text("", 0, 0, "a")]
    root = ElementTree.fromstring(Picture(10, 20, shapes, "A thing").markup("chart narrow"))
    assert root.attrib == {"class": "chart narrow", "viewBox": "0 0 10 20", "role": "img", "aria-label": "A thing"}
    assert [child.tag for child in root] == ["rect", "path", "circle", "text"]
    assert root[0].attrib["fill"] == "url(#hatch)"
    assert "style" not in Picture(1, 1, shapes, "").markup()
