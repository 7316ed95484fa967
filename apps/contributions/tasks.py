"""What Celery runs for contributions. A task may run twice, at once or half, and it must not matter."""

from __future__ import annotations

from celery import shared_task

from apps.contributions.evidence.checking import evidence_check


@shared_task
def read_evidence() -> int:
    """Look at the evidence of claims that is due; gives the number of looks."""
    return evidence_check()
