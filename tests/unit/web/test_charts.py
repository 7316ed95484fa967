"""Plotly figures as charts.js gets them."""

from __future__ import annotations

import json

import pytest

from apps.web.charts import FEES, STAKE, UNKNOWN, rounds_figure
from apps.web.pictures.rounds import RoundPoint

pytestmark = pytest.mark.unit


def test_figure__when_made__then_it_holds_every_round_and_shows_the_last() -> None:
    figure = rounds_figure([RoundPoint(number, 0.25, 20_000.0) for number in range(1, 201)])
    assert figure["data"][FEES]["x"] == list(range(1, 201))
    assert figure["data"][STAKE]["y"] == [20.0] * 200
    assert figure["layout"]["xaxis"]["range"] == [110.4, 200.6]
    assert [note["text"] for note in figure["layout"]["annotations"]] == [
        "<b>Fees, ETH per round</b>",
        "<b>Stake, thousand LPT</b>",
        "<b>0.250</b>",
        "<b>20</b>",
    ]


def test_figure__when_a_round_is_unknown__then_it_stands_in_the_hatched_trace() -> None:
    figure = rounds_figure([RoundPoint(1, 0.5, 10.0), RoundPoint(2, None, None)])
    assert (figure["data"][UNKNOWN]["x"], figure["data"][UNKNOWN]["y"]) == ([2], [0.5])
    assert figure["data"][FEES]["y"] == [0.5, None]
    assert figure["data"][UNKNOWN]["marker"]["pattern"]["shape"] == "/"


def test_figure__when_there_are_no_rounds__then_no_range_and_no_labels() -> None:
    figure = rounds_figure([])
    assert "range" not in figure["layout"]["xaxis"]
    assert len(figure["layout"]["annotations"]) == 2


def test_figure__when_made_twice__then_the_first_is_not_touched() -> None:
    first = rounds_figure([RoundPoint(1, 0.5, 10.0)])
    rounds_figure([RoundPoint(2, 0.7, 10.0)])
    assert first["data"][FEES]["x"] == [1]
    assert len(first["layout"]["annotations"]) == 4


def test_figure__when_written__then_it_is_plain_json_and_names_no_colour() -> None:
    text = json.dumps(rounds_figure([RoundPoint(1, 0.5, 10.0)]))
    assert "#" not in text
    assert '"template"' not in text
