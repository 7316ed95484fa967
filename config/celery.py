"""The Celery app and its beat: what runs by itself, how often, in which queue."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import structlog
from celery import Celery, signals
from django.conf import settings

from config.env import choose_settings
from config.local import files
from indexer.outside import catalog

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
    "backtest-network": _every(120, "apps.scoring.tasks.backtest_network", "scoring"),  # makes one a day at most
    "find-senders": _every(30, "indexer.tasks.find_senders", "default"),
    "follow-submissions": _every(settings.FOLLOW_INTERVAL_S, "apps.delegation.tasks.follow_submissions", "default"),
    "forget-plans": _every(3600, "apps.delegation.tasks.forget_plans", "default"),
    "verify-sample": _every(settings.VERIFY_INTERVAL_S, "indexer.tasks.verify_sample", "checks"),
    "judge-claims": _every(settings.JUDGE_INTERVAL_S, "apps.scoring.tasks.judge_claims", "scoring"),
    "read-evidence": _every(settings.EVIDENCE_INTERVAL_S, "apps.contributions.tasks.read_evidence", "sources"),
}
for _source in catalog.configured():
    _name = f"read-{_source.kind}-{_source.observer}".rstrip("-")
    app.conf.beat_schedule[_name] = {
        **_every(_source.look_every_s, "indexer.tasks.read_source", "sources"),
        "args": (_source.kind, _source.observer),
    }
if settings.SUBGRAPH_URL:
    app.conf.beat_schedule["watch-subgraph"] = _every(60, "indexer.tasks.watch_subgraph", "default")
if settings.ETHEREUM_RPC_URL:
    app.conf.beat_schedule["read-names"] = _every(60, "indexer.tasks.read_names", "sources")


@signals.setup_logging.connect
def _leave_logging_alone(**_: Any) -> None:
    """Celery sets up no logging while somebody listens here: Django's LOGGING holds for workers and beat too."""


@signals.worker_ready.connect
def _say_ready(sender: Any, **_: Any) -> None:
    queues = sorted(sender.app.amqp.queues.consume_from)
    structlog.get_logger("config.celery").info("worker_ready", worker=sender.hostname, queues=queues)


@signals.heartbeat_sent.connect
def _show_life(sender: Any, **_: Any) -> None:
    """Every two seconds while the worker's loop turns and its broker answers: what its health check looks at."""
    Path(tempfile.gettempdir(), f"{sender.eventer.hostname}.alive").touch()


@signals.task_prerun.connect
def _name_task_in_logs(task_id: str, task: Any, **_: Any) -> None:
    structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id)


@signals.task_postrun.connect
def _forget_task_in_logs(**_: Any) -> None:
    structlog.contextvars.unbind_contextvars("task", "task_id")
