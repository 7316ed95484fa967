"""Makes back-tests: reads the history once, walks it with the live method, stores what came out whatever it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Q

from apps.network.models import Block
from apps.scoring.backtest.history import History, Reach
from apps.scoring.backtest.organic import organic_at
from apps.scoring.backtest.report import Report, digest_of, report
from apps.scoring.backtest.sensitivity import Sensitivity, sensitivity
from apps.scoring.backtest.walk import Plan, walk
from apps.scoring.formula import score
from apps.scoring.histories import read_history, read_told
from apps.scoring.inputs import finalized_block
from apps.scoring.method import Method, live
from apps.scoring.models import BacktestRun, Score, ScorePart, ScoreRun
from apps.scoring.results import PARTS

AT_MOST_EVERY = timedelta(days=1)
ROUNDS = 400  # about a year of Arbitrum's; older rounds were another network
KEPT = 30


def network_backtest(
    *, force: bool = False, rounds: int = ROUNDS, every_rounds: int | None = None
) -> BacktestRun | None:
    """A new back-test of the live method at the finalized block, or nothing where none is due.

    One is due a day after the last, and at once where none is of this method. May run twice or at once: the same block
    keeps one row. A young chain gets one too, which says how young it is.
    """
    block, method = finalized_block(), live()
    if block is None:
        return None
    _drop_lost()
    if not (force or _is_due(block, method)):
        return None
    plan = Plan(Reach.of(method), method.whole("gates", "enough_rounds"), every_rounds=every_rounds)
    history = read_history(block, rounds=rounds)
    if not history.starts:
        return None
    return _store(block, history, method, made(history, plan, method, sensitivity_of(method)))


def made(history: History, plan: Plan, method: Method, sensitive: Sensitivity | None) -> Report:
    """The report on a history; reads what it does not hold at each standpoint and at the end of its horizon."""
    ends = plan.standpoints(history)
    places = sorted({*ends, *(place + plan.horizon_rounds for place in ends)})
    told = replace(history, told=read_told([history.starts[place] for place in places], plan.reach))
    observations = walk(
        told, plan, score=lambda facts: score(facts, method), organic_at=lambda facts: organic_at(facts, method)
    )
    return report(told, plan, observations, method, sensitive)


def latest_backtest(version: str) -> BacktestRun | None:
    """The newest back-test of a method, of whatever age; nothing before the first."""
    return BacktestRun.objects.filter(version=version).order_by("-as_of_block").first()


def sensitivity_of(method: Method) -> Sensitivity | None:
    """Of the newest run of the method, as it is stored; nothing before the first."""
    run = ScoreRun.objects.filter(version=method.version).order_by("-as_of_block").first()
    return sensitivity(_ranked_parts(run), method.weights) if run else None


def _ranked_parts(run: ScoreRun) -> Sequence[Sequence[float | None]]:
    """The parts of every ranked node in reading order, by address."""
    ranked = Score.objects.filter(run=run, rank__isnull=False).order_by("orchestrator").values_list("id", flat=True)
    found: dict[int, dict[str, float | None]] = {key: {} for key in ranked}
    parts = ScorePart.objects.filter(score__run=run, score__rank__isnull=False)
    for key, part, value in parts.values_list("score_id", "part", "value"):
        found[key][part] = value
    return [tuple(one.get(name) for name in PARTS) for one in found.values()]


def _is_due(block: Block, method: Method) -> bool:
    last = latest_backtest(method.version)
    if last is None:
        return True
    return last.as_of_block < block.number and datetime.now(UTC) - last.made_at >= AT_MOST_EVERY


def _drop_lost() -> None:
    """Drops those of blocks that the chain no longer has, as after a local chain came back younger."""
    stored = Block.objects.filter(number=OuterRef("as_of_block"))
    is_other = Exists(stored) & ~Exists(stored.filter(hash=OuterRef("as_of_block_hash")))
    newest = Block.objects.aggregate(newest=Max("number"))["newest"]
    BacktestRun.objects.filter(Q(as_of_block__gt=newest) | is_other).delete()


def _store(block: Block, history: History, method: Method, found: Report) -> BacktestRun:
    run, _ = BacktestRun.objects.update_or_create(
        version=method.version,
        as_of_block=block.number,
        defaults={
            "as_of_block_hash": bytes(block.hash),
            "as_of_round": history.starts[-1].number,
            "result": found,
            "digest": digest_of(found),
        },
    )
    kept = BacktestRun.objects.filter(version=method.version).order_by("-as_of_block").values("id")[:KEPT]
    BacktestRun.objects.filter(version=method.version).exclude(id__in=list(kept.values_list("id", flat=True))).delete()
    return run
