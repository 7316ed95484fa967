"""The outcome of a back-test as plain values: what is stored, published and drawn. Equal inputs give equal text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from apps.scoring.backtest.history import History
from apps.scoring.backtest.outcomes import MEASURES, Measure
from apps.scoring.backtest.rankings import METHOD, RANKINGS, Ranking
from apps.scoring.backtest.sensitivity import Sensitivity
from apps.scoring.backtest.statistics import REPLICATES, Estimate, Weights, differences, estimate, resamples
from apps.scoring.backtest.trials import SHUFFLES, Suggestion, Trial, chance, suggestion
from apps.scoring.backtest.walk import Observation, Plan
from apps.scoring.method import Method

DIGITS = 4

Report = dict[str, Any]


def report(
    history: History, plan: Plan, observations: Sequence[Observation], method: Method, sensitive: Sensitivity | None
) -> Report:
    """Everything the back-test says; on a young chain only how young it is, and the sensitivity.

    Shares are parts of 1, coefficients lie between -1 and 1, means of a measure are in the measure's unit.
    """
    every = plan.every(history)
    block = -(-plan.horizon_rounds // every)
    seed = f"method {method.version}, round {history.starts[-1].number if history.starts else 0}"
    draws = resamples(len(observations), block=block, seed=seed)
    return {
        "version": method.version,
        "rounds": _rounds(history, plan, observations),
        "walk": {
            "every_rounds": every,
            "horizon_rounds": plan.horizon_rounds,
            "needed_rounds": plan.needed_rounds,
            "standpoints": len(observations),
            "block_standpoints": block,
            "stretches": round(len(observations) / block, 1),
            "replicates": len(draws),
            "replicates_wanted": REPLICATES,
            "shuffles": SHUFFLES,
            "seed": seed,
        },
        "measures": [_measure(one, observations, draws, seed) for one in MEASURES] if observations else [],
        "weights": _suggested(suggestion(observations, method.weights, draws)),
        "sensitivity": _sensitive(sensitive),
    }


def text_of(found: Report) -> str:
    """The report as canonical JSON."""
    return json.dumps(found, sort_keys=True, separators=(",", ":"))


def digest_of(found: Report) -> str:
    """sha256 of the canonical text, in hex."""
    return hashlib.sha256(text_of(found).encode()).hexdigest()


def _rounds(history: History, plan: Plan, observations: Sequence[Observation]) -> dict[str, Any]:
    nodes = [one.nodes for one in observations]
    return {
        "closed": history.closed,
        "first": history.starts[0].number if history.starts else None,
        "open": history.starts[-1].number if history.starts else None,
        "first_standpoint": observations[0].round if observations else None,
        "last_standpoint": observations[-1].round if observations else None,
        "least_nodes": min(nodes, default=None),
        "most_nodes": max(nodes, default=None),
    }


def _measure(
    measure: Measure, observations: Sequence[Observation], draws: Sequence[Weights], seed: str
) -> dict[str, Any]:
    answers = [one.answers[measure.name] for one in observations if measure.name in one.answers]
    lots = chance(observations, measure.name, seed=seed)
    own = _series(METHOD, measure, observations)
    return {
        "name": measure.name,
        "title": measure.title,
        "unit": measure.unit,
        "less_is_better": measure.less_is_better,
        "top": [min(one.size for one in answers), max(one.size for one in answers)] if answers else None,
        "mean": _mean([one.mean for one in answers], digits=1),
        "chance": {"correlation": _estimate(lots.correlation), "precision": _estimate(lots.precision)},
        "rankings": [_ranking(one, measure, observations, draws, own) for one in RANKINGS],
    }


def _ranking(
    ranking: Ranking,
    measure: Measure,
    observations: Sequence[Observation],
    draws: Sequence[Weights],
    own: Mapping[str, Sequence[float | None]],
) -> dict[str, Any]:
    series = _series(ranking, measure, observations)
    return {
        "name": ranking.name,
        "title": ranking.title,
        "correlation": _estimate(estimate(series["correlation"], draws)),
        "precision": _estimate(estimate(series["precision"], draws)),
        "top_mean": _estimate(estimate(series["top_mean"], draws), digits=1),
        "method_ahead": _estimate(estimate(differences(own["correlation"], series["correlation"]), draws)),
        "standpoints": sum(value is not None for value in series["correlation"]),
    }


def _series(ranking: Ranking, measure: Measure, observations: Sequence[Observation]) -> dict[str, list[float | None]]:
    found = [one.compared.get((ranking.name, measure.name)) for one in observations]
    return {
        name: [None if one is None else getattr(one, name) for one in found]
        for name in ("correlation", "precision", "top_mean")
    }


def _suggested(found: Suggestion | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "own": _trial(found.own),
        "best": _trial(found.best),
        "gain": _estimate(found.gain),
        "held_out": _rounded(found.held_out),
        "tried": found.tried,
        "is_better": found.is_better,
    }


def _trial(one: Trial) -> dict[str, Any]:
    return {"weights": one.weights.by_part(), "reached": _estimate(one.reached)}


def _sensitive(found: Sensitivity | None) -> dict[str, Any] | None:
    if found is None:
        return None
    shifts = [
        {**asdict(one), "overlap": _rounded(one.overlap), "correlation": _rounded(one.correlation)}
        for one in found.shifts
    ]
    return {
        "nodes": found.nodes,
        "size": found.size,
        "shifts": shifts,
        "least_overlap": _rounded(found.least_overlap),
    }


def _estimate(one: Estimate, *, digits: int = DIGITS) -> dict[str, float | None]:
    return {name: _rounded(getattr(one, name), digits) for name in ("mean", "low", "high")}


def _mean(values: Sequence[float], *, digits: int) -> float | None:
    return _rounded(sum(values) / len(values), digits) if values else None


def _rounded(value: float | None, digits: int = DIGITS) -> float | None:
    return None if value is None else round(value, digits) + 0.0  # no -0.0
