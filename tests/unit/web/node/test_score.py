"""What each part adds to the score: the others by their weights, community by what it lifts."""

from __future__ import annotations

import pytest

from apps.scoring.selectors import PartRow
from apps.web.method.example import lift_of
from apps.web.node.score import _adding

pytestmark = pytest.mark.unit


def part(name: str, value: float | None, weight: int) -> PartRow:
    return PartRow(name, value, value, value, weight, 1.0, "", {})


def parts(community: float | None) -> list[PartRow]:
    return [part("work", 80.0, 5), part("terms", 60.0, 3), part("jobs", 41.0, 1), part("community", community, 1)]


def test_adding__of_four_known_parts__then_their_sum_is_the_score() -> None:
    found = _adding(parts(20.0))

    assert found == pytest.approx({"work": 400 / 9, "terms": 20.0, "jobs": 41 / 9, "community": 0.62})
    assert sum(found.values()) == pytest.approx(69.62)


def test_adding__without_known_community__then_the_others_add_the_same() -> None:
    assert _adding(parts(None)) == pytest.approx({"work": 400 / 9, "terms": 20.0, "jobs": 41 / 9})


def test_adding__of_community_alone__then_nothing_adds() -> None:
    assert _adding([part("work", None, 5), part("community", 90.0, 1)]) == {}


@pytest.mark.parametrize(("value", "lift"), [(None, 0.0), (0.0, 0.0), (50.0, 1.0), (100.0, 2.0)])
def test_lift__of_a_mean_of_eighty__then_a_tenth_of_the_missing_twenty_at_most(
    value: float | None, lift: float
) -> None:
    assert lift_of([(80.0, 9.0), (None, 1.0), (value, 1.0)]) == pytest.approx(lift)
