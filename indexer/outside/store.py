"""What a source said, into rows. Every row has an identity and an hour, so that storing twice changes nothing."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Any, TypeVar

import orjson
from django.db.models import Model

from apps.network.models import (
    DemandHour,
    GatewayEvent,
    GpuCount,
    JobHour,
    NodeAddress,
    Offer,
    ParkedRecord,
    SourceSnapshot,
    TestRegion,
    TestScore,
)
from apps.network.selectors.orchestrators import host_of
from indexer.outside import events
from indexer.outside.known import Known
from indexer.sources.reading import Parked
from indexer.sources.records import (
    DemandSeen,
    Document,
    Found,
    GpusSeen,
    Job,
    NodeSeen,
    OfferSeen,
    ScoreSeen,
    WorkSeen,
)

SNAPSHOTS_KEPT, SNAPSHOT_DAYS = 2000, 30  # of each source, whichever is less
PARKED_DAYS = 30
EVENT_DAYS = 7  # as long as the gateways' own message bus
_BATCH = 500

Row = TypeVar("Row", bound=Model)
Pairs = Sequence[tuple[Document, Found]]


def identity(*parts: str) -> bytes:
    """One hash for the texts that make two observations the same."""
    return sha256("\0".join(parts).encode()).digest()


@dataclass(frozen=True, slots=True)
class Lists:
    """Which of a source's lists a reading holds whole: what is not in them is no longer so."""

    offers: bool
    scores: bool


def store(source: str, observer: str, pairs: Pairs, *, at: datetime, lists: Lists) -> None:
    """Stores what one reading found, with the answers it was found in. Inside the caller's transaction."""
    where = _Where(source, observer, at)
    _snapshots(where, [document for document, _ in pairs])
    _nodes(where, [node for _, found in pairs for node in found.nodes])
    _regions([region for _, found in pairs for region in found.regions])
    _offers(where, [offer for _, found in pairs for offer in found.offers], whole=lists.offers)
    _scores(where, [score for _, found in pairs for score in found.scores], whole=lists.scores)
    _demand(where, [demand for _, found in pairs for demand in found.demand])
    seen = events.kept(observer, [event for _, found in pairs for event in found.events])
    known = Known.now()
    _gpus(where, [gpus for _, found in pairs for gpus in found.gpus], known)
    _work(where, [work for _, found in pairs for work in found.work], known)
    _work(where, list(events.summed(observer, seen)), known, whole=seen)
    _parked(where, [parked for _, found in pairs for parked in found.parked])
    _forget(where)


class _Where:
    """The source of rows and the moment they were read at."""

    def __init__(self, source: str, observer: str, at: datetime) -> None:
        self.source, self.observer, self.at = source, observer, at
        self.hour = at.replace(minute=0, second=0, microsecond=0)

    def seen(self, *parts: str, hour: datetime | None = None) -> dict[str, Any]:
        """The columns that every observation has."""
        return {
            "identity": identity(self.source, self.observer, *parts),
            "source": self.source,
            "observer": self.observer,
            "hour": hour or self.hour,
            "read_at": self.at,
        }

    def seen_job(self, *parts: str, job: Job, hour: datetime | None = None) -> dict[str, Any]:
        """The columns that every observation of a job has; the job is the end of its identity."""
        named = {"raw_id": job.raw_id, "model": job.model, "job_type": job.job_type}
        return {**self.seen(*parts, job.raw_id, job.model, hour=hour), **named}


def _upsert(model: type[Row], rows: Iterable[Row], *, keys: Sequence[str], over: Sequence[str]) -> None:
    """Inserts, or writes over `over` where the keys are there; in the order of keys, and each of them once."""
    once = {tuple(getattr(row, key) for key in keys): row for row in rows}
    ordered = [once[key] for key in sorted(once)]
    model._default_manager.bulk_create(
        ordered, batch_size=_BATCH, update_conflicts=True, unique_fields=list(keys), update_fields=list(over)
    )


def _observe(model: type[Row], rows: Iterable[Row], *, over: Sequence[str]) -> None:
    _upsert(model, rows, keys=("identity", "hour"), over=("read_at", *over))


def _observe_jobs(model: type[Row], rows: Iterable[Row], *, over: Sequence[str]) -> None:
    _observe(model, rows, over=("job_type", *over))


def _observe_current(
    model: type[Offer] | type[TestScore], where: _Where, rows: Sequence[Any], *, whole: bool, over: Sequence[str]
) -> None:
    """What was current before is so no longer: all of it where the new list is whole, else what the new rows tell."""
    before = model._default_manager.filter(source=where.source, observer=where.observer, is_current=True)
    (before if whole else before.filter(identity__in=[row.identity for row in rows])).update(is_current=False)
    _observe_jobs(model, rows, over=("is_current", *over))


# ---- answers


def _snapshots(where: _Where, documents: Iterable[Document]) -> None:
    """Each answer unless the newest kept one of its endpoint is the same."""
    newest = SourceSnapshot.objects.filter(source=where.source, observer=where.observer)
    newest = newest.order_by("endpoint", "about", "-fetched_at").distinct("endpoint", "about")
    known = {(endpoint, about): digest for endpoint, about, digest in newest.values_list("endpoint", "about", "sha256")}
    rows = []
    for document in documents:
        body = orjson.dumps(document.body)
        digest, about = sha256(body).digest(), _about(where, document)
        if known.get((document.endpoint, about)) != digest:
            rows.append(_snapshot(where, document, about, digest, body))
    SourceSnapshot.objects.bulk_create(rows, batch_size=50)


def _about(where: _Where, document: Document) -> str:
    return "" if document.observer == where.observer else document.observer


def _snapshot(where: _Where, document: Document, about: str, digest: bytes, body: bytes) -> SourceSnapshot:
    return SourceSnapshot(
        source=where.source,
        observer=where.observer,
        endpoint=document.endpoint,
        about=about,
        host=document.host,
        fetched_at=where.at,
        sha256=digest,
        body=zlib.compress(body),
    )


def kept(source: str, observer: str) -> Iterator[tuple[datetime, list[Document]]]:
    """The kept answers by reading, oldest first."""
    rows = SourceSnapshot.objects.filter(source=source, observer=observer).order_by("fetched_at", "pk")
    for at, group in groupby(rows.iterator(chunk_size=20), key=lambda row: row.fetched_at):
        yield at, [_document(row) for row in group]


def _document(row: SourceSnapshot) -> Document:
    body = orjson.loads(zlib.decompress(bytes(row.body)))
    return Document(row.endpoint, row.host, row.fetched_at, body, row.about or row.observer)


# ---- observations


def _nodes(where: _Where, nodes: Iterable[NodeSeen]) -> None:
    rows = [
        NodeAddress(
            identity=identity(where.source, node.orchestrator, node.node_key, node.uri),
            source=where.source,
            orchestrator=node.orchestrator,
            node_key=node.node_key,
            uri=node.uri,
            host=host_of(node.uri),
            version=node.version,
            first_seen=where.at,
            last_seen=where.at,
        )
        for node in nodes
    ]
    _upsert(NodeAddress, rows, keys=("identity",), over=("last_seen", "version"))


def _regions(regions: Iterable[Any]) -> None:
    rows = [TestRegion(code=each.code, kind=each.kind, name=each.name) for each in regions]
    _upsert(TestRegion, rows, keys=("code", "kind"), over=("name",))


def _offers(where: _Where, offers: Iterable[OfferSeen], *, whole: bool) -> None:
    rows = [
        Offer(
            **where.seen_job(each.orchestrator, each.node_key, each.uri, job=each.job),
            orchestrator=each.orchestrator,
            node_key=each.node_key,
            uri=each.uri,
            warm=each.warm,
            idle=each.idle,
            in_use=each.in_use,
            price_wei=each.price_wei,
            pixels_per_unit=each.pixels_per_unit,
            is_current=True,
        )
        for each in offers
    ]
    over = ("warm", "idle", "in_use", "price_wei", "pixels_per_unit")
    _observe_current(Offer, where, rows, whole=whole, over=over)


def _scores(where: _Where, scores: Iterable[ScoreSeen], *, whole: bool) -> None:
    rows = [
        TestScore(
            **where.seen_job(each.orchestrator, each.region, job=each.job),
            orchestrator=each.orchestrator,
            region=each.region,
            success_ppm=each.success_ppm,
            round_trip_ppm=each.round_trip_ppm,
            score_ppm=each.score_ppm,
            is_current=True,
        )
        for each in scores
    ]
    _observe_current(TestScore, where, rows, whole=whole, over=("success_ppm", "round_trip_ppm", "score_ppm"))


def _demand(where: _Where, demand: Iterable[DemandSeen]) -> None:
    rows = [
        DemandHour(
            **where.seen_job(each.org, each.gateway, job=each.job, hour=each.hour),
            org=each.org,
            gateway=each.gateway,
            sessions=each.sessions,
            sessions_ok=each.sessions_ok,
            unserved=each.unserved,
            work_ms=each.work_ms,
            effective_ppm=each.effective_ppm,
        )
        for each in demand
    ]
    _observe_jobs(DemandHour, rows, over=("sessions", "sessions_ok", "unserved", "work_ms", "effective_ppm"))


def _gpus(where: _Where, gpus: Iterable[GpusSeen], known: Known) -> None:
    """Cards of nodes whose account is known; the others' would be counted for nobody."""
    rows = []
    for each in gpus:
        orchestrator = known.account_of(each.node)
        if orchestrator is not None:
            seen = where.seen(orchestrator, each.name, str(each.memory_bytes), hour=each.hour)
            made = {"name": each.name, "memory_bytes": each.memory_bytes, "count": each.count}
            rows.append(GpuCount(**seen, orchestrator=orchestrator, **made))
    _observe(GpuCount, rows, over=("count",))


_WORK = (
    "sessions", "sessions_ok", "jobs", "jobs_ok", "work_ms", "tickets", "expected_eth_wei",
    "effective_ppm", "no_swap_ppm", "sla_ppm",
)  # fmt: skip


def _work(where: _Where, work: Iterable[WorkSeen], known: Known, *, whole: Sequence[datetime] = ()) -> None:
    """Stores work by hours. Of hours that are `whole` here, what is not among it is no longer so and goes: a payment
    counted as unnamed has found its name.
    """
    rows = [
        JobHour(
            **where.seen_job(each.org, each.gateway, each.node, job=each.job, hour=each.hour),
            org=each.org,
            gateway=each.gateway,
            node=each.node,
            orchestrator=known.account_of(each.node),
            **{name: getattr(each, name) for name in _WORK},
        )
        for each in work
    ]
    gone = JobHour.objects.filter(source=where.source, observer=where.observer, hour__in=list(whole))
    gone.exclude(identity__in=[row.identity for row in rows]).delete()
    _observe_jobs(JobHour, rows, over=("orchestrator", *_WORK))


# ---- what could not be read, and what is old


def _parked(where: _Where, parked: Iterable[Parked]) -> None:
    once = {identity(where.source, where.observer, each.what, each.error): each for each in parked}
    known = {row.identity: row for row in ParkedRecord.objects.filter(identity__in=list(once))}
    rows = []
    for key, each in once.items():
        before = known.get(key)
        rows.append(
            ParkedRecord(
                source=where.source,
                observer=where.observer,
                identity=key,
                what=each.what[:120],
                error=each.error[:300],
                times=before.times + 1 if before else 1,
                first_seen=before.first_seen if before else where.at,
                last_seen=where.at,
            )
        )
    _upsert(ParkedRecord, rows, keys=("identity",), over=("times", "last_seen"))


def forget_parked(source: str, observer: str, *, seen_at: datetime) -> None:
    """Takes back the records parked by one reading, which is about to be read again."""
    ParkedRecord.objects.filter(source=source, observer=observer, last_seen=seen_at).delete()


def _forget(where: _Where) -> None:
    own = {"source": where.source, "observer": where.observer}
    answers = SourceSnapshot.objects.filter(**own)
    answers.filter(fetched_at__lt=where.at - timedelta(days=SNAPSHOT_DAYS)).delete()
    surplus = answers.order_by("-fetched_at", "-pk").values_list("pk", flat=True)[SNAPSHOTS_KEPT:]
    SourceSnapshot.objects.filter(pk__in=list(surplus)).delete()
    ParkedRecord.objects.filter(**own, last_seen__lt=where.at - timedelta(days=PARKED_DAYS)).delete()
    GatewayEvent.objects.filter(time__lt=where.at - timedelta(days=EVENT_DAYS)).delete()
