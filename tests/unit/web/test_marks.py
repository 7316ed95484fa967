"""Marks are made of numbers only, and the same input draws the same mark."""

from __future__ import annotations

import re

import pytest

from apps.web import marks
from tests.factories import address

pytestmark = pytest.mark.unit


def test_identicon__when_case_of_letters_differs__then_same_pattern() -> None:
    one = address(1)
    assert marks.identicon(one) == marks.identicon("0x" + one[2:].upper())
    assert marks.identicon(one) != marks.identicon(address(2))


def test_identicon__when_drawn__then_mirrored() -> None:
    for number in range(50):
        cells = set(re.findall(r"M(\d)\.5 (\d)\.5", marks.identicon(address(number))))
        assert cells == {(str(4 - int(x)), y) for x, y in cells}


def test_spark__when_all_zero__then_only_the_floor() -> None:
    floor = '<svg class="spark" viewBox="0 0 92 28" aria-hidden="true"><path class="l l-rule" d="M0 27.5h92"/></svg>'
    assert marks.spark([0] * 30) == floor
    assert marks.spark([]) == floor


def test_spark__when_drawn__then_one_path_a_shade_from_zero_to_the_top() -> None:
    drawn = marks.spark([0] * 23 + [50, 0, 0, 0, 0, 0, 100])
    assert drawn.count("<path") == 3
    assert 'class="f-w2" d="M71.0 27V14.5h2.3V27z"' in drawn
    assert 'class="f-work" d="M89.4 27V2.0h2.3V27z"' in drawn


def test_spark__when_a_bar_is_tiny__then_still_half_a_pixel() -> None:
    assert "V26.5h" in marks.spark([1.0, 10.0**20])


def test_bar__when_out_of_range__then_clipped() -> None:
    assert 'class="f-work" width="100.0"' in marks.bar(140)
    assert 'class="f-terms" width="0.0"' in marks.bar(-3, "terms")


def test_whisker__when_at_the_edge__then_tick_stays_inside() -> None:
    assert 'class="f-ink" x="97.4"' in marks.whisker(100, 95, 100)
    assert 'class="f-ink" x="0.0"' in marks.whisker(0, 0, 4)


def test_unknown__when_reason_holds_markup__then_escaped() -> None:
    assert "<b>" not in marks.unknown("<b>")


def test_icon__when_unknown__then_refused() -> None:
    with pytest.raises(KeyError):
        marks.icon("unicorn")
