"""Makes score runs: reads the facts, applies the method, stores the outcome with every reason and its bundle.

Methods that are in shadow are run on the same facts and stored in the same way; pages show the live one's runs only.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from apps.network.models import Block
from apps.protocol.garbage import few_collections
from apps.scoring.bundles import bundle_keep
from apps.scoring.facts import canonical_pieces, digest_of_pieces
from apps.scoring.formula import score
from apps.scoring.inputs import Snapshot, finalized_block, snapshot
from apps.scoring.method import Method, live, shadows
from apps.scoring.models import ScoreRun
from apps.scoring.results import Result
from apps.scoring.store import scores_copy

KEPT_RUNS = 20  # the newest, whatever their rounds
KEPT_ROUNDS = 400  # and below them the last run of each round, about a year of Arbitrum's


def network_score() -> ScoreRun | None:
    """A new run of the live method at the finalized block, or nothing where that block says nothing new to it.

    May run twice, or at once in two workers: one of them stores the run, the other stores nothing.
    """
    block = finalized_block()
    if block is None:
        return None
    _drop_lost_runs()
    due = [method for method in (live(), *shadows()) if not _is_scored(block, method)]
    with few_collections():
        taken = snapshot(block) if due else None
        if taken is None or not taken.facts.window:
            return None
        inputs = Inputs.of(taken)
        made = {method.version: _run(method, taken, inputs) for method in due}
    return made.get(live().version)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The canonical text of the facts in pieces, made once for digest and bundle."""

    pieces: list[str]
    digest: str

    @classmethod
    def of(cls, taken: Snapshot) -> Inputs:
        pieces = list(canonical_pieces(taken.facts))
        return cls(pieces, digest_of_pieces(pieces))


def _run(method: Method, taken: Snapshot, inputs: Inputs) -> ScoreRun | None:
    if _newest_digest(method) == inputs.digest:
        return None
    return _store(method, taken, inputs, score(taken.facts, method))


def _drop_lost_runs() -> None:
    """Drop runs of blocks that the chain no longer has, as after a local chain came back younger."""
    stored = Block.objects.filter(number=OuterRef("as_of_block"))
    is_other = Exists(stored) & ~Exists(stored.filter(hash=OuterRef("as_of_block_hash")))
    newest = Block.objects.aggregate(newest=Max("number"))["newest"]
    ScoreRun.objects.filter(Q(as_of_block__gt=newest) | is_other).delete()


def _is_scored(block: Block, method: Method) -> bool:
    return ScoreRun.objects.filter(version=method.version, as_of_block__gte=block.number).exists()


def _newest_digest(method: Method) -> str | None:
    runs = ScoreRun.objects.filter(version=method.version).order_by("-as_of_block")
    return runs.values_list("inputs_digest", flat=True).first()


@transaction.atomic
def _store(method: Method, taken: Snapshot, inputs: Inputs, results: tuple[Result, ...]) -> ScoreRun | None:
    run, is_new = ScoreRun.objects.get_or_create(
        version=method.version,
        as_of_block=taken.block,
        defaults={
            "as_of_block_hash": taken.block_hash,
            "as_of_round": taken.facts.round,
            "inputs_digest": inputs.digest,
        },
    )
    if not is_new:
        return None
    scores_copy(run, results)
    bundle_keep(run, method=method, facts=taken.facts, results=results, inputs=inputs.pieces)
    _prune(method)
    return run


def _prune(method: Method) -> None:
    """Drops runs that are neither among the newest nor the last of one of the newest rounds."""
    runs = ScoreRun.objects.filter(version=method.version)
    newest = runs.order_by("-as_of_block").values("id")[:KEPT_RUNS]
    by_round = runs.values("as_of_round").annotate(last=Max("as_of_block")).order_by("-as_of_round")
    blocks = [row["last"] for row in by_round[:KEPT_ROUNDS]]
    runs.exclude(id__in=list(newest.values_list("id", flat=True))).exclude(as_of_block__in=blocks).delete()
