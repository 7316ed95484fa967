"""What Celery runs for the indexer. A task may run twice, at once or half, and it must not matter."""

from __future__ import annotations

import time

from celery import shared_task

from indexer import comparison, halt, heads, identities, senders, sync
from indexer.outside import service as outside
from indexer.verification import records as verifications

RUN_S = 120  # half the soft limit: a longer way is gone in several runs, each ending between two windows


@shared_task
def follow_chain(*, for_head: bool = False) -> int:
    """Read on to the head, or as far as a run or a worker that is to end allows; gives the number of logs stored.

    `for_head` says that a new head asked for it, and not beat.
    """
    if for_head:
        heads.follow_begins()
    elif heads.follow_is_fresh():
        return 0
    ends = time.monotonic() + RUN_S
    done = sync.follow(enough=lambda: halt.asked() or time.monotonic() > ends)
    if done.logs:
        senders.find_after_windows(sync.client, upto=done.projected_to)
    return done.logs


@shared_task
def find_senders() -> int:
    """Ask the chain who sent the transactions whose sender is not known yet; gives how many were learned."""
    return senders.find(sync.client)


@shared_task
def watch_subgraph() -> int:
    """If it is due, look at the subgraph's head and compare its events for a while; gives the events compared."""
    return comparison.watch(sync.client)


@shared_task
def read_names() -> int:
    """Ask Ethereum for the names that are due, then fetch the pictures that are; gives how many names were answered."""
    answered = identities.refresh_names()
    identities.refresh_avatars()
    return answered


@shared_task
def read_source(kind: str, observer: str = "") -> int:
    """Read one off-chain source, if it is due and nobody else does; gives the records read."""
    return outside.source_read(kind, observer)


@shared_task
def verify_sample() -> int:
    """Once a round, compare a sample of accounts with the contracts; gives the figures compared."""
    return verifications.verify_when_due(sync.client)
