"""What Prometheus reads: figures of the database and the broker, the same whichever process is asked.

Nothing is counted in a process: any number of web processes and workers tell one truth, and a restart resets nothing.
A figure that is not known is absent. Each topic costs a query or two; none counts a large table.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db import Error, connection
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from apps.network.selectors.contracts import pending_changes
from apps.scoring.selectors import latest_run
from apps.web.health.families import PREFIX, age_s, gauge, labelled
from apps.web.health.outside import sources, subgraph, verification
from apps.web.health.queues import depths
from apps.web.health.readiness import index_standing, missing_migrations
from indexer.heads import head_source
from indexer.models import IndexState, ParkedLog, ProviderState
from indexer.providers import all_states, health_of
from indexer.status import Word

_PROVIDER = ["provider", "key"]  # the key tells two URLs at one host apart
WORDS: tuple[Word, ...] = ("current", "behind", "stale", "stopped", "empty")


def build(now: datetime) -> Iterator[Metric]:
    """Which program answers."""
    family = GaugeMetricFamily(
        f"{PREFIX}_build_info", "version of the program", labels=["version", "python", "chain_id"]
    )
    family.add_metric([settings.VERSION, platform.python_version(), str(settings.CHAIN_ID)], 1)
    yield family


def index(now: datetime) -> Iterator[Metric]:
    """How far the chain is read."""
    found, row = index_standing(now), IndexState.objects.first()
    yield from labelled(
        "index_state", "state", ((word, float(word == found.word)) for word in WORDS), "1 for the state the index is in"
    )
    yield from gauge("head_lag_blocks", found.lag_blocks, "blocks of the chain's head that are not read yet")
    yield from gauge("head_lag_seconds", found.lag_s, "seconds of chain between the newest block read and the head")
    yield from gauge("head_unseen_seconds", found.unseen_s, "seconds since the chain's head was last looked at")
    if row is None:
        return
    yield from gauge("head_block", row.head_block, "newest block the providers know")
    yield from gauge("head_age_seconds", age_s(row.head_time, now), "seconds since the head block was made")
    yield from gauge("indexed_block", row.projected_to, "block that every figure stands at")
    yield from gauge("finalized_block", row.finalized_block, "newest block that is never given up")
    yield from gauge("window_blocks", row.window_blocks, "blocks stored by the newest commit")
    yield CounterMetricFamily(f"{PREFIX}_reorgs", "reorgs healed since the database was made", value=row.reorgs)


_COVERED = """
SELECT coalesce(sum(upper(span) - lower(span)), 0), coalesce(max(upper(span)) - min(lower(span)), 0), count(*)
FROM (SELECT unnest(range_agg(blocks)) span FROM indexer_covered_range) joined
"""


def covered(now: datetime) -> Iterator[Metric]:
    """Blocks whose logs are all stored, and what is missing between them."""
    with connection.cursor() as cursor:
        cursor.execute(_COVERED)
        blocks, stretch, spans = (int(value) for value in cursor.fetchone())
    yield from gauge("covered_blocks", blocks, "blocks whose logs are all stored")
    yield from gauge("gaps", max(0, spans - 1), "stretches of blocks missing between those stored")
    yield from gauge("gap_blocks", stretch - blocks, "blocks missing between those stored")


def parked(now: datetime) -> Iterator[Metric]:
    """Logs that could not be read."""
    yield from gauge("parked_logs", ParkedLog.objects.count(), "logs that could not be read, and wait for a fix")


def providers(now: datetime) -> Iterator[Metric]:
    """How each provider is, whether heads come by subscription, and contracts that wait for an operator."""
    rows = all_states()
    top = max((row.head for row in rows if row.head is not None), default=0)
    figures: tuple[tuple[str, str, Callable[[ProviderState], float | None]], ...] = (
        (
            "provider_well",
            "1 while it answers and is at the head",
            lambda row: health_of(row, top=top, now=now) == "well",
        ),
        ("provider_head_block", "its newest block when it last told it", lambda row: row.head),
        (
            "provider_latency_seconds",
            "how long it takes to answer",
            lambda row: row.latency_ms and row.latency_ms / 1000,
        ),
        ("provider_failures", "failures in a row", lambda row: row.failures),
    )
    errors = CounterMetricFamily(f"{PREFIX}_provider_errors", "errors of its whole life", labels=_PROVIDER)
    for row in rows:
        errors.add_metric([row.host, row.key], row.errors)
    for name, help_text, read in figures:
        family = GaugeMetricFamily(f"{PREFIX}_{name}", help_text, labels=_PROVIDER)
        for row in rows:
            if (value := read(row)) is not None:
                family.add_metric([row.host, row.key], float(value))
        yield family
    yield errors
    yield from gauge("heads_by_subscription", float(head_source().by_subscription), "0: heads come by polling only")
    yield from gauge("contracts_pending", len(pending_changes()), "changed contracts that nobody has acknowledged")


def scores(now: datetime) -> Iterator[Metric]:
    """The newest score run."""
    run = latest_run()
    if run is not None:
        yield from gauge(
            "score_run_age_seconds", age_s(run.made_at, now), "seconds since the newest score run was made"
        )
        yield from gauge("score_run_block", run.as_of_block, "block of the newest score run")


def tables(now: datetime) -> Iterator[Metric]:
    """Whether the database has this release's tables, and how large it is."""
    yield from gauge("missing_migrations", len(missing_migrations()), "migrations of this release not applied")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        yield from gauge("database_bytes", cursor.fetchone()[0], "size of the database")


def queues(now: datetime) -> Iterator[Metric]:
    """Tasks that wait. Of the broker, so told even while the database is away."""
    found = depths()
    yield from gauge("broker_up", float(found is not None), "1 while the broker answers")
    yield from labelled("queue_tasks", "queue", (found or {}).items(), "tasks that wait in a queue")


Topic = Callable[[datetime], Iterator[Metric]]
IN_DATABASE: tuple[Topic, ...] = (
    tables,
    index,
    covered,
    parked,
    providers,
    scores,
    verification,
    sources,
    subgraph,
)
ELSEWHERE: tuple[Topic, ...] = (build, queues)


class Figures(Collector):
    """All topics, read anew for each scrape."""

    def collect(self) -> Iterator[Metric]:
        now = datetime.now(UTC)
        for topic in ELSEWHERE:
            yield from topic(now)
        found: list[Metric] = []
        try:
            for topic in IN_DATABASE:
                found += topic(now)
            answers = True
        except Error:
            answers = False
        yield from gauge("database_up", float(answers), "1 while the database answers and has its tables")
        yield from found


registry = CollectorRegistry()
registry.register(Figures())
