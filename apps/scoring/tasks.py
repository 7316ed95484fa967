"""What the queue `scoring` does."""

from __future__ import annotations

import time

import structlog
from celery import shared_task

from apps.scoring import backtests, services
from apps.scoring.communal import recording

log = structlog.get_logger(__name__)


@shared_task(name="apps.scoring.tasks.score_network")
def score_network() -> int | None:
    """The id of the new run; nothing where the finalized block says nothing new."""
    began = time.monotonic()
    run = services.network_score()
    if run is None:
        return None
    ms = round((time.monotonic() - began) * 1000)
    log.info("score_run", run=run.pk, version=run.version, block=run.as_of_block, round=run.as_of_round, ms=ms)
    return run.pk


@shared_task(name="apps.scoring.tasks.backtest_network")
def backtest_network() -> int | None:
    """The id of the new back-test; nothing where the last one is younger than a day."""
    began = time.monotonic()
    run = backtests.network_backtest()
    if run is None:
        return None
    ms = round((time.monotonic() - began) * 1000)
    log.info("backtest_run", run=run.pk, version=run.version, block=run.as_of_block, round=run.as_of_round, ms=ms)
    return run.pk


@shared_task(name="apps.scoring.tasks.judge_claims")
def judge_claims() -> int:
    """How many claims came into another state; claims are judged anew only where something is new."""
    began = time.monotonic()
    changed = recording.claims_judge()
    if changed:
        log.info("claims_judged", transitions=changed, ms=round((time.monotonic() - began) * 1000))
    return changed
