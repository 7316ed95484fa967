"""How many tasks wait in each queue, as the broker tells."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.cache import cache
from kombu import Connection

PATIENCE_S = 1  # a page waits no longer for a broker that does not answer
KEPT_FOR_S = 2
_KEY = "queue-depths"


def depths() -> dict[str, int] | None:
    """Tasks that wait, by queue; None where the broker does not answer. Those that a worker holds are not counted."""
    kept: dict[str, int] | None = cache.get(_KEY)
    if kept is None:
        kept = _ask()
        cache.set(_KEY, kept, timeout=KEPT_FOR_S)
    return kept or None


def _ask() -> dict[str, int]:
    """Empty where the broker does not answer."""
    url = str(settings.CELERY_BROKER_URL)
    options = dict(settings.CELERY_BROKER_TRANSPORT_OPTIONS)
    if url.startswith("redis"):
        options |= {"socket_timeout": PATIENCE_S, "socket_connect_timeout": PATIENCE_S}
    try:
        with Connection(url, connect_timeout=PATIENCE_S, transport_options=options) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=PATIENCE_S)
            return {queue.name: _waiting(broker, queue.name) for queue in settings.CELERY_TASK_QUEUES}
    except Exception:  # each transport raises errors of its own kind
        return {}


def _waiting(broker: Any, name: str) -> int:  # kombu's types know no queue of a channel
    """0 also for a queue that does not exist, since Redis drops empty ones."""
    try:
        with broker.channel() as channel:
            return int(channel.queue_declare(queue=name, passive=True).message_count)
    except broker.channel_errors:
        return 0
