"""The Celery app and its beat: what runs by itself, how often, in which queue."""

from __future__ import annotations

from celery import Celery
from django.conf import settings

from config.env import choose_settings
from config.local import files

choose_settings("config.settings.prod")
files.register()

app = Celery("millrace")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _every(seconds: float, task: str, queue: str) -> dict[str, object]:
    """A beat entry whose message expires when the next one is due, so that a slow worker never faces a backlog."""
    return {"task": task, "schedule": seconds, "options": {"queue": queue, "expires": seconds}}


app.conf.beat_schedule = {
    "follow-chain": _every(settings.FOLLOW_INTERVAL_S, "indexer.tasks.follow_chain", "indexer"),
    "score-network": _every(settings.SCORE_INTERVAL_S, "apps.scoring.tasks.score_network", "scoring"),
}
