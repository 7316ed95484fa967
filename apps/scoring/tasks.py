"""What the queue `scoring` does."""

from __future__ import annotations

from celery import shared_task

from apps.scoring import services


@shared_task(name="apps.scoring.tasks.score_network")
def score_network() -> int | None:
    """The id of the new run; nothing where the finalized block says nothing new."""
    run = services.network_score()
    return run.pk if run else None
