"""Scores as they were stored, for pages and the API. Always two queries, however many orchestrators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.protocol.units import Address
from apps.scoring.formula import VERSION
from apps.scoring.method import shadows
from apps.scoring.models import Score, ScorePart, ScoreRun
from apps.scoring.results import PARTS


@dataclass(frozen=True, slots=True)
class PartRow:
    """A stored part; `value`, `low` and `high` are empty where the part is unknown."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    weight: int
    coverage: float
    reason: str
    sources: Mapping[str, Any]
    raises: Sequence[str] = ()

    @property
    def known(self) -> bool:
        return self.value is not None


@dataclass(frozen=True, slots=True)
class GateRow:
    """A failed gate with its cause."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A stored score, parts in reading order. `rank` is empty where a gate failed; `value` is then the raw score."""

    address: Address
    value: float | None
    low: float
    high: float
    coverage: float
    rank: int | None
    gates: tuple[GateRow, ...]
    advice: str
    severity: str
    parts: tuple[PartRow, ...]

    def part(self, name: str) -> PartRow:
        return next(part for part in self.parts if part.name == name)


def latest_run() -> ScoreRun | None:
    """The newest run of the live method, or of an older one while it has none; nothing before the first.

    Runs of methods in shadow are never shown.
    """
    runs = ScoreRun.objects.order_by("-as_of_block", "-id")
    hidden = [method.version for method in shadows()]
    return runs.filter(version=VERSION).first() or runs.exclude(version__in=hidden).first()


def scores_of(run: ScoreRun, *, of: Sequence[Address] | None = None) -> dict[Address, ScoreRow]:
    """The scores of a run, of all orchestrators or of those named, the ranked first, best first."""
    scores = Score.objects.filter(run=run).order_by("rank", "orchestrator")  # empty ranks come last in PostgreSQL
    parts = ScorePart.objects.filter(score__run=run)
    if of is not None:
        scores, parts = scores.filter(orchestrator__in=of), parts.filter(score__orchestrator__in=of)
    return _rows(scores, parts)


def score_of(address: Address, *, run: ScoreRun) -> ScoreRow | None:
    """One orchestrator's score in a run; nothing where the run did not see it."""
    scores = Score.objects.filter(run=run, orchestrator=address)
    parts = ScorePart.objects.filter(score__run=run, score__orchestrator=address)
    return _rows(scores, parts).get(address)


_SCORE = ("id", "orchestrator", "value", "low", "high", "coverage", "rank", "gates", "advice", "severity")
_PART = ("score_id", "part", "value", "low", "high", "weight", "coverage", "reason", "sources", "raises")


def _rows(scores: Any, parts: Any) -> dict[Address, ScoreRow]:
    by_score: dict[int, list[PartRow]] = defaultdict(list)
    for score_id, *part in parts.values_list(*_PART):
        by_score[score_id].append(PartRow(*part))
    return {
        address: ScoreRow(
            address, value, low, high, coverage, rank, _gates(gates), advice, severity, _in_order(by_score[key])
        )
        for key, address, value, low, high, coverage, rank, gates, advice, severity in scores.values_list(*_SCORE)
    }


def _gates(stored: Iterable[Mapping[str, str]]) -> tuple[GateRow, ...]:
    return tuple(GateRow(gate["code"], gate["sentence"]) for gate in stored)


def _in_order(parts: Iterable[PartRow]) -> tuple[PartRow, ...]:
    order = {name: place for place, name in enumerate(PARTS)}
    return tuple(sorted(parts, key=lambda part: order.get(part.name, len(order))))  # type: ignore[call-overload]
