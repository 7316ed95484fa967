"""Job mix: what a node offers, what it did lately, how it did in tests, and on which cards, as far as sources tell.

Nothing here is on the chain. Every figure keeps its source and the time it was read at, and what no source tells is
None. Counts of telemetry are lower bounds: only some gateways report, and none of them reports transcoding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection

from apps.network import jobtypes, sources
from apps.network.models import GpuCount, TestRegion

WORK_HOURS = 24


@dataclass(frozen=True, slots=True, order=True)
class JobKey:
    """A kind of work: the slug of its type, or the raw id where our list has no such type."""

    job_type: str
    raw_id: str
    model: str = ""

    @property
    def key(self) -> str:
        """What filters call it."""
        return self.job_type or self.raw_id

    @property
    def name(self) -> str:
        return jobtypes.name_of(self.job_type, self.raw_id)

    @property
    def is_listed(self) -> bool:
        return bool(self.job_type)


@dataclass(frozen=True, slots=True)
class Price:
    """A price as one observer was shown it: wei for `units` units of the job type."""

    source: str
    observer: str
    wei: int
    units: int
    read_at: datetime


@dataclass(frozen=True, slots=True)
class OfferNow:
    """One kind of work and model that a node offers. Slots are None where nobody tells."""

    job: JobKey
    warm: bool | None
    idle: int | None
    in_use: int | None
    prices: tuple[Price, ...]
    source: str
    observer: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class WorkLately:
    """What one source reported of a node's last 24 hours in one kind of work; None where it does not tell."""

    job: JobKey
    source: str
    orgs: tuple[str, ...]
    sessions: int | None
    jobs: int | None
    succeeded: int | None
    work_ms: int | None
    tickets: int | None
    expected_eth_wei: int | None
    effective_ppm: int | None
    read_at: datetime

    @property
    def success_ppm(self) -> int | None:
        """Sessions or jobs that worked: by the reporter's rule where it gives one, else those that succeeded."""
        if self.effective_ppm is not None:
            return self.effective_ppm
        count = self.jobs if self.jobs is not None else self.sessions
        return self.succeeded * 1_000_000 // count if count and self.succeeded is not None else None


@dataclass(frozen=True, slots=True)
class TestResult:
    """What a tester in one region found over its last day."""

    job: JobKey
    source: str
    region: str
    region_name: str
    success_ppm: int
    round_trip_ppm: int
    score_ppm: int
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Gpus:
    """Cards of one make: the most that were seen at once in the last day."""

    name: str
    memory_bytes: int | None
    count: int
    source: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class NodeJobs:
    """Everything off-chain sources tell of one node."""

    offers: Sequence[OfferNow]
    work: Sequence[WorkLately]
    tests: Sequence[TestResult]
    gpus: Sequence[Gpus]

    @property
    def is_empty(self) -> bool:
        return not (self.offers or self.work or self.tests or self.gpus)


@dataclass(frozen=True, slots=True)
class Slots:
    """One kind of work in the list: free and busy slots over all its models, None where nobody tells."""

    key: str
    name: str
    idle: int | None
    in_use: int | None


# What is in the newest list of its source; an offer no longer in it is gone.
_OFFERS = """
SELECT o.job_type, o.raw_id, o.model, o.source, o.observer, o.warm, o.idle, o.in_use, o.price_wei, o.pixels_per_unit,
       o.read_at
FROM network_offer o WHERE o.orchestrator = %(address)s AND o.is_current
"""
_SLOTS = """
SELECT DISTINCT ON (1, 2) orchestrator, key, idle, in_use FROM (
    SELECT o.orchestrator, coalesce(nullif(o.job_type, ''), o.raw_id) AS key,
           sum(o.idle) AS idle, sum(o.in_use) AS in_use
    FROM network_offer o WHERE o.is_current GROUP BY 1, 2, o.source, o.observer
) AS told ORDER BY 1, 2, coalesce(idle, -1) DESC, coalesce(in_use, -1) DESC
"""
_REGIONS = """
SELECT t.orchestrator, array_agg(DISTINCT t.region)
FROM network_test_score t WHERE t.is_current AND t.success_ppm > 0 GROUP BY 1
"""
_TESTS = """
SELECT t.job_type, t.raw_id, t.model, t.source, t.region, t.success_ppm, t.round_trip_ppm, t.score_ppm, t.read_at
FROM network_test_score t WHERE t.orchestrator = %(address)s AND t.is_current
"""
_WORK = """
SELECT job_type, CASE job_type WHEN '' THEN raw_id ELSE '' END, model, source, array_agg(DISTINCT org ORDER BY org),
       sum(sessions), sum(jobs), sum(coalesce(sessions_ok, jobs_ok)),
       sum(work_ms), sum(tickets), sum(expected_eth_wei),
       sum(effective_ppm::bigint * sessions) FILTER (WHERE effective_ppm IS NOT NULL),
       sum(sessions) FILTER (WHERE effective_ppm IS NOT NULL), max(read_at)
FROM network_job_hour WHERE orchestrator = %(address)s AND hour > %(since)s
GROUP BY 1, 2, 3, 4
"""


def _asked(query: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def of_node(address: str, *, now: datetime | None = None) -> NodeJobs:
    """What is known of one node's jobs. Five queries."""
    since = (now or datetime.now(UTC)) - timedelta(hours=WORK_HOURS)
    return NodeJobs(
        offers=_offers(address),
        work=_work(address, since),
        tests=_tests(address),
        gpus=_gpus(address, since),
    )


def _offers(address: str) -> list[OfferNow]:
    grouped: dict[JobKey, list[tuple[Any, ...]]] = defaultdict(list)
    for job_type, raw_id, model, *rest in _asked(_OFFERS, address=address):
        grouped[JobKey(job_type, "" if job_type else raw_id, model)].append(tuple(rest))
    return [_offer(job, rows) for job, rows in sorted(grouped.items(), key=lambda each: _order(each[0]))]


def _order(job: JobKey) -> tuple[bool, str, str]:
    """By name and model; what our list does not know comes last."""
    return (not job.is_listed, job.name, job.model)


def _offer(job: JobKey, rows: Sequence[tuple[Any, ...]]) -> OfferNow:
    """Slots as the newest list with slots tells them; each observer's price beside it, as prices differ by gateway."""
    told = [row for row in rows if row[3] is not None or row[4] is not None] or list(rows)
    newest = max(told, key=lambda row: (row[7], row[1]))
    same = [row for row in told if row[:2] == newest[:2]]  # a node at two addresses is in one list twice
    prices = {
        (source, observer, int(wei), units): Price(source, observer, int(wei), units, read_at)
        for source, observer, _, _, _, wei, units, read_at in rows
        if wei is not None and units
    }
    return OfferNow(
        job=job,
        warm=_any(row[2] for row in same),
        idle=_sum(row[3] for row in same),
        in_use=_sum(row[4] for row in same),
        prices=tuple(sorted(prices.values(), key=lambda price: (price.source, price.observer, price.wei))),
        source=newest[0],
        observer=newest[1],
        read_at=newest[7],
    )


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _any(values: Iterable[bool | None]) -> bool | None:
    known = [value for value in values if value is not None]
    return any(known) if known else None


def _work(address: str, since: datetime) -> list[WorkLately]:
    found = [_lately(*row) for row in _asked(_WORK, address=address, since=since)]
    return sorted(found, key=lambda each: (*_order(each.job), each.source))


def _lately(job_type: str, raw_id: str, model: str, source: str, orgs: Sequence[str], *sums: Any) -> WorkLately:
    sessions, jobs, succeeded, work_ms, tickets, expected, rated, rated_on, read_at = sums
    return WorkLately(
        job=JobKey(job_type, raw_id, model),
        source=source,
        orgs=tuple(org for org in orgs if org),
        sessions=_whole(sessions),
        jobs=_whole(jobs),
        succeeded=_whole(succeeded),
        work_ms=_whole(work_ms),
        tickets=_whole(tickets),
        expected_eth_wei=_whole(expected),
        effective_ppm=int(rated // rated_on) if rated_on else None,
        read_at=read_at,
    )


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _tests(address: str) -> list[TestResult]:
    rows = _asked(_TESTS, address=address)
    if not rows:
        return []
    names = region_names()
    made = []
    for job_type, raw_id, model, source, region, success, trip, score, read_at in rows:
        job = JobKey(job_type, raw_id if not job_type else "", model)
        made.append(TestResult(job, source, region, names.get(region, region), success, trip, score, read_at))
    return sorted(made, key=lambda each: (each.source != sources.LEADERBOARD, *_order(each.job), each.region_name))


def region_names() -> Mapping[str, str]:
    """What each region's code stands for; the same place for both kinds of test."""
    return dict(TestRegion.objects.order_by("-kind").values_list("code", "name"))


def _gpus(address: str, since: datetime) -> list[Gpus]:
    """The most of each make in the newest hour of a snapshot, and in any hour of telemetry, never added up."""
    rows = GpuCount.objects.filter(orchestrator=address, hour__gt=since - timedelta(hours=1))
    most: dict[str, GpuCount] = {}
    memory: dict[str, int] = {}
    for row in rows.order_by("read_at"):
        if row.memory_bytes is not None:
            memory[row.name] = row.memory_bytes
        held = most.get(row.name)
        if held is None or _replaces(row, held):
            most[row.name] = row
    made = [Gpus(name, memory.get(name), row.count, row.source, row.read_at) for name, row in most.items()]
    return sorted(made, key=lambda each: (-each.count, each.name))


def _replaces(row: GpuCount, held: GpuCount) -> bool:
    """Rows come oldest first: a snapshot's newest count stands, telemetry's largest."""
    newer_snapshot = row.source == held.source != sources.NAAP and row.observer == held.observer
    return newer_snapshot or row.count > held.count


# ---- the list


def slots_of_all() -> dict[str, tuple[Slots, ...]]:
    """What every node offers, by name of the work. One query.

    Of several tellings the one with more free slots stands; what is told goes before what is not.
    """
    held: dict[str, list[Slots]] = defaultdict(list)
    for address, key, idle, in_use in _asked(_SLOTS):
        held[address].append(_slots(key, _whole(idle), _whole(in_use)))
    listed = jobtypes.by_slug()

    def order(each: Slots) -> tuple[bool, bool, str]:
        return (each.key not in listed, each.key == jobtypes.TRANSCODING, each.name)

    return {address: tuple(sorted(found, key=order)) for address, found in held.items()}


@lru_cache(maxsize=16384)
def _slots(key: str, idle: int | None, in_use: int | None) -> Slots:
    """Many nodes offer the same work with the same few slots, so they share these."""
    listed = jobtypes.by_slug()
    return Slots(key, listed[key].short if key in listed else key, idle, in_use)


def regions_of_all() -> dict[str, frozenset[str]]:
    """From which regions each node passed a test lately. One query."""
    return {address: _regions(tuple(regions)) for address, regions in _asked(_REGIONS)}


@lru_cache(maxsize=4096)
def _regions(codes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(codes)
