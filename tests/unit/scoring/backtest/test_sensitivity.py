"""Weights a quarter off: what stays and what moves."""

from __future__ import annotations

import pytest

from apps.scoring.backtest.sensitivity import Parts, sensitivity
from apps.scoring.headline import Weights

pytestmark = pytest.mark.unit

WEIGHTS = Weights(5, 3, 1, 1)


def test_sensitivity__where_every_part_agrees__nothing_moves() -> None:
    nodes: list[Parts] = [(float(at), float(at), None, None) for at in range(30)]

    found = sensitivity(nodes, WEIGHTS)

    assert found is not None
    assert (found.nodes, found.size, found.least_overlap) == (30, 10, 10)
    assert [(one.part, one.percent) for one in found.shifts] == [
        (part, percent) for part in ("work", "terms", "jobs", "community") for percent in (-25, 25)
    ]
    assert {(one.overlap, one.correlation, one.largest_move) for one in found.shifts} == {(10, 1, 0)}


def test_sensitivity__where_work_and_terms_pull_apart__names_the_weight_that_moves_nodes() -> None:
    """At 5 to 3 the first leads by work, 62.5 to 61.25; at 3.75 to 3 the second does by terms."""
    nodes: list[Parts] = [
        (100.0, 0.0, None, None),
        (50.0, 80.0, None, None),
        (0.0, 0.0, None, None),
        (1.0, 1.0, None, None),
    ]

    found = sensitivity(nodes, WEIGHTS)

    assert found is not None
    moves = {(one.part, one.percent): one.largest_move for one in found.shifts}
    assert moves[("work", -25)] == 1
    assert moves[("work", 25)] == 0
    assert moves[("terms", 25)] == 1
    assert moves[("jobs", 25)] == 0


def test_sensitivity__of_three_nodes__is_none() -> None:
    assert sensitivity([(1.0, 1.0, None, None)] * 3, WEIGHTS) is None
