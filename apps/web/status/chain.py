"""How far the chain is read: heads, ranges, logs by contract, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from django.core.cache import cache
from django.db import connection
from django.db.models import Count

from apps.scoring import selectors as scoring
from apps.scoring.models import ScoreRun
from apps.web.frame import Frame
from apps.web.status.contracts import News, contract_news
from apps.web.status.names import Names, names
from apps.web.status.outside import Outside, outside
from apps.web.status.providers import Providers, providers
from apps.web.status.queues import Depth, waiting
from apps.web.status.subgraph import Subgraph, subgraph
from apps.web.status.verification import Checked, checked
from indexer.handlers import POLL
from indexer.models import ChainLog, IndexState, ParkedLog, WatchedContract
from indexer.windows import Window

_COUNTED_FOR_S = 30  # counting every log takes a second on a full index, and nobody needs it newer
_PARKED_SHOWN = 5


@dataclass(frozen=True, slots=True)
class State:
    """The index in one badge and one sentence."""

    tone: str
    icon: str
    text: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the blocks the program knows of; None where it is not known. `behind` counts blocks below the head."""

    name: str
    block: int | None
    time: datetime | None
    behind: int | None
    meaning: str


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract whose logs are read, with how many are stored."""

    name: str
    address: str
    logs: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What is slow to count, and when it was counted."""

    contracts: Sequence[Contract]
    database_bytes: int
    counted_at: datetime

    @property
    def logs(self) -> int:
        return sum(contract.logs for contract in self.contracts)

    @property
    def database_mb(self) -> int:
        """Megabytes of 10^6 bytes, rounded up: an existing database never has none."""
        return -(-self.database_bytes // 10**6)


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything on the status page."""

    state: State
    index: IndexState | None
    providers: Providers
    contracts: News
    marks: Sequence[Mark]
    covered: Sequence[Window]
    gaps: Sequence[Window]
    counts: Counts
    parked: int
    parked_last: Sequence[ParkedLog]
    run: ScoreRun | None
    queues: Sequence[Depth] | None
    checked: Checked
    outside: Outside
    subgraph: Subgraph
    names: Names


def sources(frame: Frame) -> Sources:
    """The state of all sources; works on an empty database."""
    index = IndexState.objects.first()
    covered = _covered()
    run = scoring.latest_run()
    return Sources(
        state=_state(index, frame),
        index=index,
        providers=providers(),
        contracts=contract_news(),
        marks=_marks(index, frame, run),
        covered=covered,
        gaps=[Window(low.last + 1, high.first - 1) for low, high in pairwise(covered)],
        counts=_counts(index),
        parked=ParkedLog.objects.count(),
        parked_last=list(ParkedLog.objects.order_by("-block_id", "-log_index")[:_PARKED_SHOWN]),
        run=run,
        checked=checked(),
        queues=waiting(),
        outside=outside(),
        subgraph=subgraph(),
        names=names(),
    )


def _state(index: IndexState | None, frame: Frame) -> State:
    """The words of the frame's notices, so that the page and the bar above it never differ."""
    if index is None or frame.block is None:
        return State("hatch", "clock", "Nothing read yet", "The indexer has not stored its first blocks.")
    if frame.notices:
        worst = frame.notices[0]
        text = "Stopped" if worst.tone == "danger" else "Behind"
        icon = "octagon" if worst.tone == "danger" else "triangle"
        return State(worst.tone, icon, text, f"{worst.lead} {worst.rest}")
    return State("good", "check", "Current", "The chain is read, and its numbers are current.")


def _marks(index: IndexState | None, frame: Frame, run: ScoreRun | None) -> list[Mark]:
    if index is None:
        return []
    head, indexed = index.head_block, index.projected_to

    def mark(name: str, block: int | None, meaning: str, time: datetime | None = None) -> Mark:
        behind = head - block if head is not None and block is not None else None
        return Mark(name, block, time, behind, meaning)

    return [
        mark("Head", head, "the newest block the providers know", index.head_time),
        mark("Indexed", indexed, "figures on all pages are as of this block", frame.time),
        mark("Safe", index.safe_block, "unlikely to be given up"),
        mark("Finalized", index.finalized_block, "never given up; scores rest on it"),
        mark("Scored", run.as_of_block if run else None, "block of the newest score run"),
    ]


_JOINED = """
SELECT lower(span), upper(span) FROM (SELECT unnest(range_agg(blocks)) span FROM indexer_covered_range) joined
"""


def _covered() -> list[Window]:
    """The blocks whose logs are all here, neighbouring windows joined."""
    with connection.cursor() as cursor:
        cursor.execute(_JOINED)
        return [Window(first, after - 1) for first, after in cursor.fetchall()]


def _counts(index: IndexState | None) -> Counts:
    key = f"status-counts:{bytes(index.genesis_hash).hex() if index else 'none'}"
    kept: Counts | None = cache.get(key)
    if kept is None:
        kept = Counts(_contracts(), _database_bytes(), datetime.now(UTC))
        cache.set(key, kept, timeout=_COUNTED_FOR_S)
    return kept


def _contracts() -> list[Contract]:
    logs = dict(ChainLog.objects.values_list("address").annotate(Count("log_index")))
    watched = WatchedContract.objects.order_by("name", "address").values_list("name", "address")
    found = [Contract(name, address, logs.get(address, 0)) for name, address in watched if name != POLL]
    polls = [logs.get(address, 0) for name, address in watched if name == POLL]
    return [*found, Contract(f"Polls, {len(polls)} of them", "", sum(polls))] if polls else found


def _database_bytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])
