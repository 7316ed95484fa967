"""Lines of several nodes, and what an amount earned round by round, as drawings."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from apps.web.charts import LINE_DASHES, LINE_TOKENS, lines_figure
from apps.web.pictures import earned, lines
from apps.web.pictures.earned import EarnedBar, earned_picture
from apps.web.pictures.lines import NodeLine, lines_picture
from apps.web.pictures.rounds import RoundPoint

pytestmark = pytest.mark.unit


def line(place: int, *stakes: float | None) -> NodeLine:
    points = [RoundPoint(number, 0.5, stake) for number, stake in enumerate(stakes, start=10)]
    return NodeLine("ABCDE"[place], place, points)


def test_lines__when_drawn__then_each_ends_in_its_letter_and_has_its_own_dash() -> None:
    found = lines_picture([line(0, 5, 6), line(1, 3, 3)], frame=lines.WIDE, fees_title="Fees", sentence="Two").markup()
    assert re.findall(r'<path class="l c-(\d)"', found) == ["0", "1", "0", "1"]
    assert re.findall(r'class="s b t-\d"[^>]*>([A-E])<', found) == ["A", "B", "A", "B"]


def test_lines__when_ends_meet__then_letters_stand_apart() -> None:
    found = lines_picture([line(0, 5), line(1, 5)], frame=lines.NARROW, fees_title="Fees", sentence="Two").markup()
    heights = [float(y) for y in re.findall(r'class="s b t-\d" x="[\d.]+" y="([\d.]+)"', found)]
    assert abs(heights[0] - heights[1]) >= 14
    assert abs(heights[2] - heights[3]) >= 14


def test_lines__when_a_node_was_inactive__then_its_line_is_broken() -> None:
    found = lines_picture([line(0, 5, None, 5, 6)], frame=lines.WIDE, fees_title="Fees", sentence="One").markup()
    stake = re.findall(r'<path class="l c-0" d="([^"]+)"', found)[1]
    assert stake.count("M") == 2


def test_lines__when_there_are_none__then_an_empty_frame() -> None:
    assert "<path" in lines_picture([], frame=lines.WIDE, fees_title="Fees", sentence="None").markup()


def test_figure__when_made__then_two_traces_a_node_told_apart_by_dash_too() -> None:
    figure = lines_figure([line(place, 5.0, 6.0) for place in range(5)], fees_title="Fees", shown=90)
    assert [trace["meta"] for trace in figure["data"][::2]] == list(LINE_TOKENS)
    assert [trace["line"]["dash"] for trace in figure["data"][::2]] == list(LINE_DASHES)
    assert [trace.get("yaxis") for trace in figure["data"][:2]] == [None, "y2"]
    notes = figure["layout"]["annotations"]
    assert [note["text"] for note in notes[:2]] == ["<b>Fees</b>", "<b>Stake, LPT</b>"]
    assert [note["text"] for note in notes[2:7]] == [f"<b>{letter}</b>" for letter in "ABCDE"]
    shifts = [note["yshift"] for note in notes[2:7]]  # all five end at one height, and are moved apart
    assert [round(after - before, 1) for before, after in pairwise(shifts)] == [13.0] * 4
    assert lines_figure([], fees_title="Fees")["data"] == []


def test_earned__when_calls_were_missed__then_marked_below_and_unknown_hatched() -> None:
    bars = [
        EarnedBar(7, 1.5, 0.25, "called"),
        EarnedBar(8, 0.0, 0.0, "missed"),
        EarnedBar(9, 0.0, 0.0, "inactive"),
        EarnedBar(10, None, None, "called"),
    ]
    found = earned_picture(bars, frame=earned.WIDE, sentence="Four").markup()
    assert len(re.findall(r'class="f-stake"', found)) == 1
    assert len(re.findall(r'class="f-work"', found)) == 1
    assert re.findall(r"<title>([^<]+)</title>", found) == [
        "round 10: unknown",
        "round 8: reward call missed",
        "round 9: not active",
        "round 10: unknown",
    ]


def test_earned__when_amounts_are_tiny__then_in_a_unit_with_few_digits() -> None:
    found = earned_picture([EarnedBar(7, 0.0000031, 0.0000045, "called")], frame=earned.NARROW, sentence="One").markup()
    assert "Rewards, millionths of an LPT per round" in found
    assert "Fees, gwei per round" in found
    assert ">4,000<" in found
