"""Verifications as rows: which one is due, and what the last ones found."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

import structlog
from django.conf import settings
from django.db.models import Max

from apps.chain.client import ChainClient
from apps.network.models import Round
from indexer.models import Verification
from indexer.verification.run import verify
from indexer.verification.verdict import Verdict

log = structlog.get_logger(__name__)

DRIFT_KEPT = 200  # rows of the table that are stored; the count is always whole


def keep(verdict: Verdict, *, kind: str, seconds: float, due_round: int | None = None) -> bool:
    """Store what was found; False if the sample of `due_round` is there already."""
    row = Verification(
        kind=kind,
        due_round=due_round,
        block=verdict.block,
        block_hash=bytes.fromhex(verdict.block_hash[2:]),
        round=verdict.round,
        accounts=verdict.accounts,
        orchestrators=verdict.orchestrators,
        figures=verdict.figures,
        differ=len(verdict.drift),
        unexplained=len(verdict.unexplained),
        unsteady=verdict.unsteady,
        drift=[_as_json(asdict(one)) for one in verdict.drift[:DRIFT_KEPT]],
        seconds=seconds,
    )
    made = Verification.objects.bulk_create([row], ignore_conflicts=due_round is not None)
    return due_round is None or Verification.objects.filter(due_round=due_round, made_at=made[0].made_at).exists()


def _as_json(drift: dict[str, int | str]) -> dict[str, str]:
    """Amounts as text: what reads JSON elsewhere may not keep 78 digits."""
    return {name: str(value) for name, value in drift.items()}


def verify_when_due(chain: Callable[[], ChainClient]) -> int:
    """Compare a sample once a round, whoever asks and however often; gives the figures compared, 0 if none was due.

    What ended halfway left no row, so the next look does it again.
    """
    newest = Round.objects.aggregate(newest=Max("number"))["newest"]
    if newest is None or Verification.objects.filter(due_round=newest).exists():
        return 0
    started = time.monotonic()
    verdict = verify(chain(), sample=settings.VERIFY_SAMPLE)
    keep(verdict, kind="sample", seconds=time.monotonic() - started, due_round=newest)
    if verdict.unexplained:
        log.error("drift", block=verdict.block, round=newest, figures=len(verdict.unexplained))
    return verdict.figures


def latest() -> Verification | None:
    """The newest verification of all or of a sample."""
    return Verification.objects.order_by("-made_at").first()


def verified_at() -> datetime | None:
    """When the newest one was made."""
    return Verification.objects.order_by("-made_at").values_list("made_at", flat=True).first()


def latest_full() -> Verification | None:
    """The newest verification of everything."""
    return Verification.objects.filter(kind=Verification.Kind.FULL).order_by("-made_at").first()
