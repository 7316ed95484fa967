"""Score runs as a list, and one orchestrator's score over the runs that are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from apps.protocol.units import Address
from apps.scoring.method import method_of, shadows
from apps.scoring.models import Score, ScoreBundle, ScorePart, ScoreRun
from apps.scoring.results import PARTS


@dataclass(frozen=True, slots=True)
class RunPlace:
    """Where a run stands in the order of the list: the newest block first, and of one block the newest run."""

    block: int
    run_id: int


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run with what it holds. `bundle_bytes` is empty where no bundle is kept."""

    run: ScoreRun
    status: str
    orchestrators: int
    ranked: int
    bundle_bytes: int | None

    @property
    def place(self) -> RunPlace:
        return RunPlace(self.run.as_of_block, self.run.pk)


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs are asked for; every empty field asks for nothing."""

    version: str | None = None
    first_round: int | None = None
    last_round: int | None = None


@dataclass(frozen=True, slots=True)
class PastScore:
    """One orchestrator's score in one run; `parts` by name, empty where unknown."""

    run_id: int
    version: str
    block: int
    block_hash: bytes
    round: int
    made_at: datetime
    value: float | None
    low: float
    high: float
    coverage: float
    rank: int | None
    gates: Sequence[str]
    parts: Mapping[str, float | None]

    @property
    def place(self) -> RunPlace:
        return RunPlace(self.block, self.run_id)


def runs(wanted: RunFilter, *, before: RunPlace | None, limit: int) -> list[RunRow]:
    """The runs that pass, newest first. Two queries."""
    found = ScoreRun.objects.order_by("-as_of_block", "-id")
    if wanted.version is not None:
        found = found.filter(version=wanted.version)
    if wanted.first_round is not None:
        found = found.filter(as_of_round__gte=wanted.first_round)
    if wanted.last_round is not None:
        found = found.filter(as_of_round__lte=wanted.last_round)
    if before is not None:
        found = found.filter(Q(as_of_block__lt=before.block) | Q(as_of_block=before.block, id__lt=before.run_id))
    return _rows(list(found[:limit]))


def run_row(run_id: int) -> RunRow | None:
    """One run; None where there is none of that number."""
    found = _rows(list(ScoreRun.objects.filter(pk=run_id)))
    return found[0] if found else None


def newest_run_id() -> int | None:
    """The number of the last run of any method, which tells lists of runs apart."""
    return ScoreRun.objects.order_by("-id").values_list("id", flat=True).first()


def _rows(found: Sequence[ScoreRun]) -> list[RunRow]:
    keys = [run.pk for run in found]
    counted = Score.objects.filter(run__in=keys).values_list("run").annotate(all=Count("id"), ranked=Count("rank"))
    counts = {key: (every, ranked) for key, every, ranked in counted}
    sizes = dict(ScoreBundle.objects.filter(run__in=keys).values_list("run_id", "size_bytes"))
    return [RunRow(run, _status(run.version), *counts.get(run.pk, (0, 0)), sizes.get(run.pk)) for run in found]


def _status(version: str) -> str:
    """`retired` where this program holds no such method any more."""
    method = method_of(version)
    return method.status if method else "retired"


def past_scores(address: Address, *, before: RunPlace | None = None, limit: int | None = None) -> list[PastScore]:
    """The orchestrator's score in each run that pages may show, newest first. Two queries."""
    found = _of_node(address)
    if before is not None:
        is_older = Q(run__as_of_block=before.block, run__id__lt=before.run_id)
        found = found.filter(Q(run__as_of_block__lt=before.block) | is_older)
    rows = list(found[:limit] if limit is not None else found)
    parts: dict[int, dict[str, float | None]] = {row.pk: dict.fromkeys(PARTS) for row in rows}
    for key, part, value in ScorePart.objects.filter(score__in=list(parts)).values_list("score_id", "part", "value"):
        parts[key][part] = value
    return [_past(row, parts[row.pk]) for row in rows]


def _of_node(address: Address) -> QuerySet[Score]:
    hidden = [method.version for method in shadows()]
    found = Score.objects.filter(orchestrator=address).exclude(run__version__in=hidden)
    return found.select_related("run").order_by("-run__as_of_block", "-run__id")


def _past(row: Score, parts: Mapping[str, float | None]) -> PastScore:
    run = row.run
    return PastScore(
        run_id=run.pk,
        version=run.version,
        block=run.as_of_block,
        block_hash=bytes(run.as_of_block_hash),
        round=run.as_of_round,
        made_at=run.made_at,
        value=row.value,
        low=row.low if row.low is not None else 0.0,
        high=row.high if row.high is not None else 100.0,
        coverage=row.coverage,
        rank=row.rank,
        gates=[gate["code"] for gate in row.gates],
        parts=parts,
    )


@dataclass(frozen=True, slots=True)
class RoundScore:
    """One orchestrator's score in the last run of a round."""

    round: int
    value: float | None
    low: float
    high: float
    rank: int | None


def score_by_round(address: Address, *, version: str) -> list[RoundScore]:
    """The orchestrator's score by one method, the last run of each round that is kept, oldest first. One query."""
    rows = Score.objects.filter(orchestrator=address, run__version=version).order_by("run__as_of_block", "run__id")
    found: dict[int, RoundScore] = {}
    for round_, value, low, high, rank in rows.values_list("run__as_of_round", "value", "low", "high", "rank"):
        found[round_] = RoundScore(
            round_, value, low if low is not None else 0.0, 100.0 if high is None else high, rank
        )
    return list(found.values())
