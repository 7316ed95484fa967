"""What Celery runs for the indexer. A task may run twice, at once or half, and it must not matter."""

from __future__ import annotations

import time

from celery import shared_task

from indexer import comparison, halt, sync

RUN_S = 120  # half the soft limit: a longer way is gone in several runs, each ending between two windows


@shared_task
def follow_chain() -> int:
    """Read on to the head, or as far as a run or a worker that is to end allows; gives the number of logs stored."""
    ends = time.monotonic() + RUN_S
    return sync.follow(enough=lambda: halt.asked() or time.monotonic() > ends).logs


@shared_task
def watch_subgraph() -> int:
    """If it is due, look at the subgraph's head and compare its events for a while; gives the events compared."""
    return comparison.watch(sync.client)
