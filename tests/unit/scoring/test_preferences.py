"""Weights and presets in an address, and each refusal."""

from __future__ import annotations

import pytest

from apps.network.selectors.listquery import API_PARAMETERS, BadQuery, ListQuery
from apps.protocol.units import WEI
from apps.scoring.headline import Weights
from apps.scoring.method import live
from apps.scoring.preferences import Preferences, by_name, presets

pytestmark = pytest.mark.unit


def test_parse__when_nothing_is_asked__then_the_methods_weights() -> None:
    found = Preferences.parse([("q", "x"), ("w_work", " ")])
    assert (found.weights, found.own, found.given) == (live().weights, False, frozenset())


def test_parse__when_some_weights_are_given__then_the_others_are_the_methods() -> None:
    found = Preferences.parse([("w_work", "0"), ("w_terms", "10")])
    assert found.weights == Weights(0, 10, live().weights.jobs, live().weights.community)
    assert (found.own, found.given) == (True, frozenset({"w_work", "w_terms"}))


def test_parse__when_the_methods_weights_are_written_out__then_they_are_not_ones_own() -> None:
    pairs = [(name, str(weight)) for name, weight in by_name(live().weights).items()]
    assert not Preferences.parse(pairs).own


@pytest.mark.parametrize("value", ["-1", "11", "1.5", "1e1", "five", "+3", "\u0665", "0x5", "100"])
@pytest.mark.parametrize("name", ["w_work", "w_terms", "w_jobs", "w_community"])
def test_parse__when_a_weight_cannot_be_read__then_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadQuery) as refusal:
        Preferences.parse([(name, value)])
    assert refusal.value.parameter == name
    assert refusal.value.message == f"“{value}” is no weight. Write a whole number from 0 to 10."


def test_parse__when_all_weights_are_zero__then_refused() -> None:
    with pytest.raises(BadQuery, match="All weights are 0; give at least one part"):
        Preferences.parse([("w_work", "0"), ("w_terms", "0"), ("w_jobs", "0"), ("w_community", "0")])


def test_parse__when_a_preset_is_emptied_by_weights__then_refused() -> None:
    with pytest.raises(BadQuery, match="All weights are 0"):
        Preferences.parse([("preset", "income"), ("w_work", "0"), ("w_terms", "0")])


@pytest.mark.parametrize("name", ["w_work", "preset"])
def test_parse__when_given_twice__then_refused(name: str) -> None:
    with pytest.raises(BadQuery, match="given twice"):
        Preferences.parse([(name, "1"), (name, "1")])


def test_parse__when_there_is_no_such_preset__then_refused_with_the_list() -> None:
    with pytest.raises(BadQuery, match="There is no preset “luck”") as refusal:
        Preferences.parse([("preset", "luck")])
    assert refusal.value.allowed == ("income", "work", "small", "stability")


@pytest.mark.parametrize(
    ("key", "weights", "limits"),
    [
        ("income", Weights(3, 8, 0, 0), {"reward_cut_ppm_lte": 200_000, "misses_lte": 3}),
        ("work", Weights(10, 2, 2, 0), {"has_fees": True}),
        ("small", Weights(5, 3, 1, 2), {"stake_lpt_wei_lte": 100_000 * WEI}),
        ("stability", Weights(4, 6, 1, 0), {"has_worse_terms": False, "misses_lte": 1}),
    ],
)
def test_preset__when_named__then_its_weights_and_limits(key: str, weights: Weights, limits: dict[str, object]) -> None:
    found = Preferences.parse([("preset", key)])
    assert (found.weights, found.own) == (weights, True)
    assert found.limited(ListQuery()) == ListQuery(**limits)  # type: ignore[arg-type]
    assert set(presets()[key].limits) <= set(API_PARAMETERS)
    assert presets()[key].about.endswith(".")


def test_preset__when_weights_and_limits_stand_beside_it__then_those_hold() -> None:
    found = Preferences.parse([("preset", "income"), ("w_work", "9")])
    assert found.weights == Weights(9, 8, 0, 0)
    assert found.limited(ListQuery(misses_lte=0)).misses_lte == 0
    assert found.limited(ListQuery(misses_lte=0)).reward_cut_ppm_lte == 200_000
