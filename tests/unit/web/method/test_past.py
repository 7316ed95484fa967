"""What the page says of a back-test: signs, units, and verdicts that do not flatter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from apps.scoring.backtest.outcomes import MEASURES
from apps.scoring.backtest.rankings import RANKINGS
from apps.scoring.models import BacktestRun
from apps.web.method.past import PastView, past_view, signed

pytestmark = pytest.mark.unit


def an_estimate(mean: float | None, low: float | None = None, high: float | None = None) -> dict[str, float | None]:
    return {"mean": mean, "low": low, "high": high}


def a_measure(name: str, unit: str, **correlations: float | None) -> dict[str, Any]:
    known = {one.name: 0.1 for one in RANKINGS} | correlations
    return {
        "name": name,
        "title": name,
        "unit": unit,
        "less_is_better": False,
        "top": [10, 10],
        "mean": 250_000_000.0,
        "chance": {"correlation": an_estimate(0.0, -0.3, 0.3), "precision": an_estimate(0.42, 0.3, 0.55)},
        "rankings": [
            {
                "name": one.name,
                "title": one.title,
                "correlation": an_estimate(known[one.name], -0.4, 0.6),
                "precision": an_estimate(0.5),
                "top_mean": an_estimate(12_345_678.0),
                "method_ahead": an_estimate(0.2, -0.1, 0.5),
                "standpoints": 9,
            }
            for one in RANKINGS
        ],
    }


def view(*, is_better: bool = False, replicates: int = 1000, **correlations: float | None) -> PastView:
    own = {"weights": {"community": 1, "jobs": 1, "terms": 3, "work": 5}, "reached": an_estimate(0.3, 0.1, 0.5)}
    best = {"weights": {"community": 1, "jobs": 1, "terms": 2, "work": 8}, "reached": an_estimate(0.35)}
    result = {
        "version": "1.0",
        "rounds": {"closed": 400, "first_standpoint": 11, "last_standpoint": 371, "least_nodes": 20, "most_nodes": 24},
        "walk": {
            "every_rounds": 5,
            "horizon_rounds": 30,
            "needed_rounds": 40,
            "standpoints": 72,
            "block_standpoints": 6,
            "stretches": 12.0,
            "replicates": replicates,
            "seed": "one",
        },
        "measures": [a_measure(one.name, one.unit, **correlations) for one in MEASURES],
        "weights": {
            "own": own,
            "best": best,
            "gain": an_estimate(0.05),
            "held_out": -0.02,
            "tried": 45,
            "is_better": is_better,
        },
        "sensitivity": None,
    }
    run = BacktestRun(version="1.0", as_of_block=9, as_of_round=400, result=result, digest="d" * 64)
    run.made_at = datetime(2026, 1, 1, tzinfo=UTC)
    return past_view(run)


def test_signed__of_any_coefficient__carries_its_true_sign() -> None:
    assert [signed(value) for value in (0.421, -0.1, 0.004, -0.004, None)] == ["+0.42", "−0.10", "0.00", "0.00", ""]


def test_past_view__of_a_method_that_loses__says_so() -> None:
    found = view(method=-0.5, stake=0.4)

    assert "the order by stake on 0, by fees of 90 rounds on 0" in found.answer
    assert found.measures[0].verdict == "The method is below what lots reach."


def test_past_view__of_a_method_within_the_band__is_not_told_apart() -> None:
    assert view(method=0.2).measures[0].verdict == "The method is not told apart from lots."
    assert view(method=0.5).measures[0].verdict == "The method is above what lots reach."
    assert view(method=None).measures[0].verdict == "Nothing can be said: all nodes came out alike."


def test_past_view__of_an_order_that_knows_nothing__leaves_it_out() -> None:
    titles = [line.title for line in view(jobs=None).measures[0].lines]

    assert "Job mix part alone" not in titles
    assert titles[0] == "This method"


def test_past_view__without_draws__warns_that_there_is_no_interval() -> None:
    assert "no interval can be given" in view(replicates=0).doubt
    assert "only 12 stretches do not overlap" in view().doubt


def test_past_view__of_means__writes_them_in_units_for_people() -> None:
    assert {one.name: one.lines[0].top_mean for one in view().measures} == {
        "yield": "1.23\u00a0%",
        "fee_yield": "0.000\u00a0ETH per million LPT",
        "organic_fees": "1.23\u00a0%",
        "worsening": "1,234.6\u00a0points",
        "missed_rewards": "1,234.6\u00a0%",
    }


def test_past_view__of_weights_that_did_better__says_so_only_beyond_luck() -> None:
    assert view(is_better=True).weights.startswith(
        "The weights 8 / 2 / 1 / 1 did better than the method's 5 / 3 / 1 / 1"
    )
    assert view().weights.startswith("The result gives no reason to change the weights 5 / 3 / 1 / 1")
    assert view().weights_detail.endswith("would have gained in the newer half is −0.02.")
