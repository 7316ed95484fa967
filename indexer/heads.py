"""Heads by subscription: each new one asks for a follow, of which at most one waits in the queue.

Beat asks too, every FOLLOW_INTERVAL_S, and reads the chain unless a head's follow just did: nothing depends on the
subscription but the time until a block is seen.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Q
from kombu.exceptions import OperationalError as BrokerError

from apps.chain.errors import ChainError, ProviderBusy, WrongChain
from apps.chain.heads import new_heads
from indexer import providers
from indexer.models import HeadWatch, IndexState, ProviderState

log = structlog.get_logger(__name__)

FOLLOW_EXPIRES_S = 10.0  # a message that nobody took by then is lost, and another may be sent
ALIVE_EVERY_S = 5.0
ALIVE_S = 20.0  # a watcher that says nothing for so long is dead
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0

Queue = Callable[[], object]


@dataclass(slots=True)
class Line:
    """One WebSocket URL and how it went."""

    url: str
    failures: int = 0
    errors: int = 0
    last_error: str = ""
    head: int | None = None
    seen_at: datetime | None = None
    is_foreign: bool = False  # it serves another chain

    def wait_s(self, error: ChainError | None = None) -> float:
        """How long to leave it alone: doubling, with jitter, and no less than the provider asked for."""
        if not self.failures:
            return 0.0
        pause_s = min(FIRST_WAIT_S * 2.0 ** (self.failures - 1), LONGEST_WAIT_S) * random.uniform(0.5, 1)
        asked_s = error.retry_after_s if isinstance(error, ProviderBusy) else None
        return max(pause_s, min(asked_s or 0.0, LONGEST_WAIT_S))


@dataclass(frozen=True, slots=True)
class HeadSource:
    """Where heads come from. `error` says why there is no subscription, where one was tried."""

    by_subscription: bool
    host: str
    since: datetime | None
    head: int | None
    head_at: datetime | None
    error: str


def head_source() -> HeadSource:
    """Whether heads come by subscription, or by polling only."""
    row = HeadWatch.objects.first()
    if row is None:
        return HeadSource(False, "", None, None, None, "")
    alive = row.alive_at is not None and datetime.now(UTC) - row.alive_at < timedelta(seconds=ALIVE_S)
    by_subscription = alive and row.subscribed_since is not None
    error = row.error if alive else ""
    return HeadSource(by_subscription, row.host, row.subscribed_since, row.head, row.head_at, error)


def watch(urls: Sequence[str], *, queue: Queue, stop: threading.Event) -> None:
    """Listen to the best of the URLs until told to stop, through restarts of node, database and broker alike.

    Raises WrongChain if all of them serve another chain.
    """
    lines = [Line(url) for url in urls]
    HeadWatch.objects.get_or_create(id=1)
    ProviderState.objects.filter(websocket=True).exclude(key__in=[providers.key_of(url) for url in urls]).delete()
    while not stop.is_set():
        line = min(lines, key=lambda one: (one.is_foreign, one.failures))
        pause_s = 1.0
        try:
            _listen(line, queue, stop)
        except ChainError as error:
            pause_s = _failed(line, error)
            if all(one.is_foreign for one in lines):
                raise
        except (OperationalError, InterfaceError, BrokerError, OSError) as error:
            log.warning("heads_not_told", reason=str(error).strip().splitlines()[:1])
            connection.close()
        stop.wait(pause_s)
    _tell(lambda: _note(subscribed_since=None, error=""))


def _listen(line: Line, queue: Queue, stop: threading.Event) -> None:
    """Ask for a follow at each head of this line. Raises what ends it."""
    told = 0.0
    for number in new_heads(line.url, chain_id=settings.CHAIN_ID, silence_s=settings.HEAD_STALE_S, stopped=stop.is_set):
        now = datetime.now(UTC)
        if told == 0.0:
            log.info("heads_subscribed", provider=providers.shown_host(line.url))
            _note(host=providers.shown_host(line.url), subscribed_since=now, error="")
        if number is not None:
            line.failures, line.head, line.seen_at = 0, number, now
            ask_follow(queue, now=now)
        if now.timestamp() - told > ALIVE_EVERY_S:
            told = now.timestamp()
            _note(head=line.head, head_at=line.seen_at)
            providers.write([_row(line)])
        if number is not None:
            stop.wait(settings.FOLLOW_GAP_S)  # heads that come meanwhile are one
    providers.write([_row(line)])


def ask_follow(queue: Queue, *, now: datetime) -> bool:
    """Put a follow into the queue unless one waits there; gives whether it did."""
    late = now - timedelta(seconds=FOLLOW_EXPIRES_S)
    free = Q(follow_asked_at=None) | Q(follow_asked_at__lt=late)
    if not HeadWatch.objects.filter(free).update(follow_asked_at=now):
        return False
    try:
        queue()
    except BaseException:
        HeadWatch.objects.update(follow_asked_at=None)
        raise
    return True


def follow_begins() -> None:
    """The follow that was asked for is out of the queue: the next head may ask for another."""
    HeadWatch.objects.exclude(follow_asked_at=None).update(follow_asked_at=None)


def follow_is_fresh() -> bool:
    """Whether heads come by subscription and the chain was read for one less than beat's interval ago."""
    looked_at = IndexState.objects.values_list("looked_at", flat=True).first()
    if looked_at is None or datetime.now(UTC) - looked_at > timedelta(seconds=settings.FOLLOW_INTERVAL_S):
        return False
    return head_source().by_subscription


def _failed(line: Line, error: ChainError) -> float:
    """Notes it and gives the seconds to wait."""
    line.failures += 1
    line.errors += 1
    line.last_error = str(error)
    line.is_foreign = isinstance(error, WrongChain)
    log.warning("heads_lost", provider=providers.shown_host(line.url), reason=str(error), failures=line.failures)
    _tell(lambda: _note(subscribed_since=None, error=str(error)))
    _tell(lambda: providers.write([_row(line)]))
    return line.wait_s(error)


def _note(**changes: object) -> None:
    HeadWatch.objects.update(alive_at=datetime.now(UTC), **changes)


def _tell(write: Callable[[], None]) -> None:
    """Writes if the database is there; it is not why we stop."""
    try:
        write()
    except (OperationalError, InterfaceError):
        connection.close()


def _row(line: Line) -> ProviderState:
    return ProviderState(
        key=providers.key_of(line.url),
        host=providers.shown_host(line.url),
        websocket=True,
        chain_id=settings.CHAIN_ID if line.seen_at else None,
        head=line.head,
        failures=line.failures,
        errors=line.errors,
        last_error=line.last_error,
        seen_at=line.seen_at,
        written_at=datetime.now(UTC),
    )
