"""The walk in planted worlds: it finds what is there, finds nothing where nothing is, and cannot peek."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import pytest

from apps.scoring.backtest.history import History, LookAhead, Reach, RoundStart, known_at
from apps.scoring.backtest.organic import organic_at
from apps.scoring.backtest.report import digest_of, report
from apps.scoring.backtest.trials import candidates, chance, mean_of, suggestion
from apps.scoring.backtest.walk import Observation, Plan, walk
from apps.scoring.facts import NetworkFacts
from apps.scoring.formula import score
from apps.scoring.headline import Weights, headline
from apps.scoring.method import live
from apps.scoring.results import Result
from tests.unit.scoring.backtest.worlds import world

pytestmark = pytest.mark.unit

METHOD = live()
PLAN = Plan(Reach.of(METHOD), least_rounds=10, horizon_rounds=30, every_rounds=10)


def scored(facts: NetworkFacts) -> Sequence[Result]:
    return score(facts, METHOD)


organic = partial(organic_at, method=METHOD)


def walked(history: History, plan: Plan = PLAN) -> tuple[Observation, ...]:
    return walk(history, plan, score=scored, organic_at=organic)


@cache
def of(lasting: bool) -> tuple[History, tuple[Observation, ...]]:
    history = world(lasting=lasting)
    return history, walked(history)


@cache
def reported(lasting: bool) -> dict[str, Any]:
    history, observations = of(lasting)
    return report(history, PLAN, observations, METHOD, None)


def ranking(found: dict[str, Any], measure: str, name: str) -> dict[str, Any]:
    rankings = next(one["rankings"] for one in found["measures"] if one["name"] == measure)
    found_one: dict[str, Any] = next(one for one in rankings if one["name"] == name)
    return found_one


def lots(found: dict[str, Any], measure: str) -> dict[str, Any]:
    band: dict[str, Any] = next(one["chance"] for one in found["measures"] if one["name"] == measure)
    return band


def test_walk__where_past_fees_tell_future_fees__the_method_beats_chance_and_stake() -> None:
    found = reported(True)
    own, stake = (ranking(found, "organic_fees", name) for name in ("method", "stake"))

    assert own["correlation"]["mean"] > 0.4  # terms, which say nothing here, have a third of the weight
    assert own["correlation"]["mean"] > lots(found, "organic_fees")["correlation"]["high"]
    assert own["precision"]["mean"] > lots(found, "organic_fees")["precision"]["high"]
    assert stake["method_ahead"]["low"] > 0
    assert ranking(found, "organic_fees", "fees")["correlation"]["mean"] > 0.9


def test_walk__where_fees_are_dealt_anew_each_round__nothing_beats_chance_by_much() -> None:
    found = reported(False)
    band = lots(found, "organic_fees")["correlation"]

    assert band["low"] < ranking(found, "organic_fees", "fees")["correlation"]["mean"] < band["high"] + 0.1
    assert band["mean"] == 0


def test_walk__with_a_cut_that_sees_two_rounds_ahead__raises() -> None:
    def leaky(history: History, start: RoundStart, reach: Reach) -> NetworkFacts:
        later = next(one for one in history.starts if one.number == start.number + 2)
        return replace(known_at(history, later, reach), round=start.number)

    with pytest.raises(LookAhead):
        walk(of(True)[0], PLAN, score=scored, organic_at=organic, cut=leaky)


def test_walk__of_a_young_chain__has_no_standpoint_and_says_how_young() -> None:
    history = world(lasting=True, nodes=5, rounds=39)

    found = report(history, PLAN, walked(history), METHOD, None)

    assert found["measures"] == []
    assert found["weights"] is None
    assert (found["rounds"]["closed"], found["walk"]["needed_rounds"], found["walk"]["standpoints"]) == (39, 40, 0)


def test_walk__of_a_chain_that_is_just_old_enough__has_one_standpoint() -> None:
    history = world(lasting=True, nodes=5, rounds=40)

    assert [one.round for one in walked(history)] == [11]


def test_standpoints__end_where_the_horizon_is_over__and_are_as_many_as_useful() -> None:
    history = world(lasting=True, nodes=1, rounds=130)

    assert list(PLAN.standpoints(history)) == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert replace(PLAN, every_rounds=None).every(history) == 2
    assert list(replace(PLAN, every_rounds=7).standpoints(history))[-1] == 100


def test_report__of_the_same_history_in_another_order__has_the_same_digest() -> None:
    history, _ = of(True)
    turned = replace(history, lives=dict(sorted(history.lives.items(), reverse=True)))

    assert digest_of(report(turned, PLAN, walked(turned), METHOD, None)) == digest_of(reported(True))


def test_report__with_too_few_stretches__gives_no_interval() -> None:
    history = world(lasting=True, nodes=6, rounds=60)

    found = report(history, PLAN, walked(history), METHOD, None)

    assert found["walk"]["stretches"] == 1.0
    assert ranking(found, "organic_fees", "method")["correlation"]["low"] is None
    assert found["weights"]["is_better"] is False


def test_chance__of_any_order__has_half_of_the_top_in_a_network_of_twenty_four() -> None:
    _, observations = of(True)

    found = chance(observations, "organic_fees", seed="one", shuffles=60)

    assert found.precision.mean == pytest.approx(10 / 24)
    assert found.precision.low is not None
    assert found.precision.low < 10 / 24
    assert found == chance(observations, "organic_fees", seed="one", shuffles=60)


def test_suggestion__where_work_tells_all__gives_it_no_less_weight_than_the_best() -> None:
    _, observations = of(True)
    fees_only = [replace(one, answers={"organic_fees": one.answers["organic_fees"]}) for one in observations]

    found = suggestion(fees_only, METHOD.weights, [])

    assert found is not None
    assert found.best.weights.work > found.best.weights.terms
    assert found.gain.mean is not None
    assert found.gain.mean >= 0
    assert found.tried == len({METHOD.weights, *candidates(METHOD.weights.community)})


def test_mean_of__the_parts_of_real_results__is_the_headline() -> None:
    """The quick mean in floats gives the order that the exact one gives."""
    history, _ = of(True)
    facts = known_at(history, history.starts[90], PLAN.reach)

    for one in scored(facts):
        parts = tuple(None if part.value is None else float(part.value) for part in one.parts)
        exact = headline(one.parts, METHOD.weights).value
        assert exact is not None
        assert mean_of(parts, list(METHOD.weights.by_part().values())) == pytest.approx(float(exact), abs=1e-4)


def test_mean_of__a_high_community_weight__counts_it_for_a_tenth() -> None:
    assert mean_of((50.0, 50.0, None, 100.0), (5, 4, 1, 10)) == pytest.approx(55)
    assert mean_of((None, None, None, 100.0), (5, 4, 1, 10)) is None


def test_candidates__hold_each_split_once() -> None:
    assert len(set(candidates(1))) == len(candidates(1)) == 44
    assert Weights(10, 0, 0, 1) in candidates(1)
