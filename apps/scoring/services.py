"""Makes score runs: reads the facts, applies the formula, stores the outcome with every reason."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from apps.network.models import Block
from apps.scoring.bundles import bundle_keep
from apps.scoring.facts import digest
from apps.scoring.formula import VERSION, score
from apps.scoring.inputs import Snapshot, finalized_block, snapshot
from apps.scoring.method import live
from apps.scoring.models import Score, ScorePart, ScoreRun
from apps.scoring.results import Part, Result

KEPT_RUNS = 20  # the newest, whatever their rounds
KEPT_ROUNDS = 400  # and below them the last run of each round, about a year of Arbitrum's
BATCH = 2000


def network_score() -> ScoreRun | None:
    """A new run at the finalized block, or nothing where that block is scored already or says nothing new.

    May run twice, or at once in two workers: one of them stores the run, the other stores nothing.
    """
    block = finalized_block()
    if block is None:
        return None
    _drop_lost_runs()
    if _is_scored(block):
        return None
    taken = snapshot(block)
    if taken is None or not taken.facts.window:
        return None
    inputs_digest = digest(taken.facts)
    if _newest_digest() == inputs_digest:
        return None
    return _store(taken, inputs_digest, score(taken.facts))


def _drop_lost_runs() -> None:
    """Drop runs of blocks that the chain no longer has, as after a local chain came back younger."""
    stored = Block.objects.filter(number=OuterRef("as_of_block"))
    is_other = Exists(stored) & ~Exists(stored.filter(hash=OuterRef("as_of_block_hash")))
    newest = Block.objects.aggregate(newest=Max("number"))["newest"]
    ScoreRun.objects.filter(Q(as_of_block__gt=newest) | is_other).delete()


def _is_scored(block: Block) -> bool:
    return ScoreRun.objects.filter(version=VERSION, as_of_block__gte=block.number).exists()


def _newest_digest() -> str | None:
    runs = ScoreRun.objects.filter(version=VERSION).order_by("-as_of_block")
    return runs.values_list("inputs_digest", flat=True).first()


@transaction.atomic
def _store(taken: Snapshot, inputs_digest: str, results: tuple[Result, ...]) -> ScoreRun | None:
    run, is_new = ScoreRun.objects.get_or_create(
        version=VERSION,
        as_of_block=taken.block,
        defaults={
            "as_of_block_hash": taken.block_hash,
            "as_of_round": taken.facts.round,
            "inputs_digest": inputs_digest,
        },
    )
    if not is_new:
        return None
    scores = Score.objects.bulk_create([_score_row(run, one) for one in results], batch_size=BATCH)
    parts = [_part_row(row, part) for row, one in zip(scores, results, strict=True) for part in one.parts]
    ScorePart.objects.bulk_create(parts, batch_size=BATCH)
    bundle_keep(run, method=live(), facts=taken.facts, results=results)
    _prune()
    return run


def _score_row(run: ScoreRun, one: Result) -> Score:
    return Score(
        run=run,
        orchestrator=one.address,
        value=_float(one.value),
        low=_float(one.low),
        high=_float(one.high),
        coverage=float(one.coverage),
        rank=one.rank,
        gates=[{"code": gate.code, "sentence": gate.sentence} for gate in one.gates],
        advice=one.advice.sentence,
        severity=one.advice.severity,
    )


def _part_row(score: Score, part: Part) -> ScorePart:
    return ScorePart(
        score=score,
        part=part.name,
        value=_float(part.value),
        low=_float(part.low),
        high=_float(part.high),
        weight=part.weight,
        coverage=float(part.coverage),
        reason=part.reason,
        sources=dict(part.sources),
    )


def _float(value: Decimal | None) -> float | None:
    """The nearest binary number, which prints as the same four decimals again."""
    return None if value is None else float(value)


def _prune() -> None:
    """Drops runs that are neither among the newest nor the last of one of the newest rounds."""
    runs = ScoreRun.objects.filter(version=VERSION)
    newest = runs.order_by("-as_of_block").values("id")[:KEPT_RUNS]
    by_round = runs.values("as_of_round").annotate(last=Max("as_of_block")).order_by("-as_of_round")
    blocks = [row["last"] for row in by_round[:KEPT_ROUNDS]]
    runs.exclude(id__in=list(newest.values_list("id", flat=True))).exclude(as_of_block__in=blocks).delete()
