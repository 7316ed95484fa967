"""The NaaP analytics API: hourly work and quality by orchestrator, demand by gateway, cards, posted prices.

Two organisations report, and neither sees transcoding: every count is a lower bound, every share a share of what
these see. Hours are read whole, from the last full reading on, so that reading one twice changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from apps.chain.http import Fetcher
from indexer.sources.documents import all_pages, document_of, rows_of
from indexer.sources.reading import MOST_URI, Fields, Odd, every, numbered
from indexer.sources.records import DemandSeen, Document, Found, GpusSeen, Job, NodeSeen, OfferSeen, WorkSeen

LATE_H = 2  # the server takes events up to ten minutes late; whole hours before that stand
FIRST_H = 24  # read back when it was never read
MOST_H = 168  # a week: the longest window its message bus could fill
PAGED = (
    "/v1/streaming/sla",
    "/v1/streaming/demand",
    "/v1/streaming/gpu-metrics",
    "/v1/requests/ai-batch/jobs",
    "/v1/requests/byoc/jobs",
)
PLAIN = ("/v1/dashboard/pricing", "/v1/streaming/orchestrators", "/v1/requests/orchestrators")


def window(now: datetime, *, since: datetime | None) -> tuple[datetime, datetime]:
    """The whole hours to read: from before the last reading, at most a week, a day when there was none."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    first = hour - timedelta(hours=FIRST_H) if since is None else since - timedelta(hours=LATE_H)
    earliest = hour - timedelta(hours=MOST_H)
    return max(first.replace(minute=0, second=0, microsecond=0), earliest), hour + timedelta(hours=1)


def fetchers(fetcher: Fetcher, base: str, *, start: datetime, end: datetime) -> Iterator[Callable[[], Document]]:
    """One call for each document, so that one that fails costs no other."""
    params = {"start": _written(start), "end": _written(end)}
    for endpoint in PAGED:
        yield lambda endpoint=endpoint: all_pages(fetcher, base, endpoint, params=params)  # type: ignore[misc]
    for endpoint in PLAIN:
        yield lambda endpoint=endpoint: document_of(fetcher, base, endpoint)  # type: ignore[misc]


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(document: Document) -> Found:
    """Records of one endpoint. Raises BadAnswer for a document of another shape."""
    return _PARSERS[document.endpoint](rows_of(document))


# ---- hourly work and quality of live video


def _sla(rows: list[Any]) -> Found:
    """Rows are by card: sessions add up, and rates are weighted by the sessions they were measured on."""
    read, parked = every(numbered("row", rows), _sla_row)
    grouped: dict[tuple[datetime, str, str, Job], list[WorkSeen]] = defaultdict(list)
    for each in read:
        grouped[each.hour, each.org, each.node, each.job].append(each)
    return Found(work=tuple(_joined(group) for group in grouped.values()), parked=tuple(parked))


def _sla_row(row: Any) -> Iterator[WorkSeen]:
    each = Fields.of(row)
    yield WorkSeen(
        hour=_hour(each),
        org=each.text("org", most=80, default=""),
        gateway="",
        node=each.address("orchestrator_address"),
        job=_job(each, "pipeline_id", "model_id"),
        sessions=each.count("requested_sessions"),
        sessions_ok=each.count("startup_success_sessions", default=0),
        effective_ppm=each.ratio_ppm("effective_success_rate"),
        no_swap_ppm=each.ratio_ppm("no_swap_rate"),
        sla_ppm=each.ratio_ppm("sla_score", whole=100),
    )


def _joined(rows: list[WorkSeen]) -> WorkSeen:
    first = rows[0]
    return WorkSeen(
        first.hour,
        first.org,
        first.gateway,
        first.node,
        first.job,
        sessions=sum(row.sessions or 0 for row in rows),
        sessions_ok=sum(row.sessions_ok or 0 for row in rows),
        effective_ppm=_weighted((row.effective_ppm, row.sessions) for row in rows),
        no_swap_ppm=_weighted((row.no_swap_ppm, row.sessions) for row in rows),
        sla_ppm=_weighted((row.sla_ppm, row.sessions) for row in rows),
    )


def _weighted(pairs: Iterable[tuple[int | None, int | None]]) -> int | None:
    """The mean of the known rates by their sessions; None where none is known or nothing was measured."""
    known = [(rate, weight or 0) for rate, weight in pairs if rate is not None]
    whole = sum(weight for _, weight in known)
    return (sum(rate * weight for rate, weight in known) * 2 + whole) // (2 * whole) if whole else None


def _hour(each: Fields) -> datetime:
    found = each.moment("window_start")
    if found != found.replace(minute=0, second=0, microsecond=0):
        raise Odd("window_start is no whole hour")
    return found


def _job(each: Fields, pipeline: str, model: str) -> Job:
    return Job(each.text(pipeline, most=80), each.text(model, default=""))


# ---- demand and cards


def _demand(rows: list[Any]) -> Found:
    made, parked = every(numbered("row", rows), _demand_row)
    return Found(demand=tuple(made), parked=tuple(parked))


def _demand_row(row: Any) -> Iterator[DemandSeen]:
    each = Fields.of(row)
    yield DemandSeen(
        hour=_hour(each),
        org=each.text("org", most=80, default=""),
        gateway=each.text("gateway", most=120),
        job=_job(each, "pipeline_id", "model_id"),
        sessions=each.count("requested_sessions"),
        sessions_ok=each.count("startup_success_sessions", default=0),
        unserved=each.count("no_orch_sessions", default=0),
        work_ms=each.thousandths("total_minutes") * 60,
        effective_ppm=each.ratio_ppm("effective_success_rate"),
    )


def _gpus(rows: list[Any]) -> Found:
    """Different ids in one hour. An id is a container's, so over days it counts restarts and not cards."""
    read, parked = every(numbered("row", rows), _gpu_row)
    ids: dict[tuple[datetime, str, str], set[str]] = defaultdict(set)
    for hour, node, name, card in read:
        ids[hour, node, name].add(card)
    counted = (GpusSeen(node, name, None, len(cards), hour) for (hour, node, name), cards in ids.items())
    return Found(gpus=tuple(counted), parked=tuple(parked))


def _gpu_row(row: Any) -> Iterator[tuple[datetime, str, str, str]]:
    each = Fields.of(row)
    if each.has("gpu_id") and each.has("gpu_model_name"):
        node, name = each.address("orchestrator_address"), each.text("gpu_model_name", most=120)
        yield _hour(each), node, name, each.text("gpu_id")


# ---- single jobs, summed by hour


def _batch(rows: list[Any]) -> Found:
    return _summed(rows, _batch_row)


def _batch_row(row: Any) -> Iterator[WorkSeen]:
    """These rows name no account: the service address has to be joined with one that is known."""
    each = Fields.of(row)
    uri = each.text("orch_url", most=MOST_URI, default="")
    if uri:
        job = _job(each, "pipeline", "model_id")
        yield _one_job(each, uri, job, org=each.text("org", most=80, default=""))


def _byoc(rows: list[Any]) -> Found:
    return _summed(rows, _byoc_row)


def _byoc_row(row: Any) -> Iterator[WorkSeen]:
    each = Fields.of(row)
    named = each.text("orch_address", default="") or each.text("orch_url", most=MOST_URI, default="")
    if named:
        model = "/".join(word for word in (each.text("capability", most=80), each.text("model", default="")) if word)
        yield _one_job(each, named.lower(), Job("byoc", model), org=each.text("org", most=80, default=""))


def _one_job(each: Fields, node: str, job: Job, *, org: str) -> WorkSeen:
    hour = each.moment("completed_at").replace(minute=0, second=0, microsecond=0)
    success = each.flag("success")
    if success is None:
        raise Odd("success is missing")
    took = each.thousandths("duration_ms") // 1000 if each.has("duration_ms") else 0
    gateway = each.text("gateway", most=120, default="")
    return WorkSeen(hour, org, gateway, node, job, jobs=1, jobs_ok=int(success), work_ms=took)


def _summed(rows: list[Any], read: Callable[[Any], Iterator[WorkSeen]]) -> Found:
    made, parked = every(numbered("row", rows), read)
    grouped: dict[tuple[datetime, str, str, str, Job], list[WorkSeen]] = defaultdict(list)
    for each in made:
        grouped[each.hour, each.org, each.gateway, each.node, each.job].append(each)
    return Found(work=tuple(_all_jobs(group) for group in grouped.values()), parked=tuple(parked))


def _all_jobs(group: list[WorkSeen]) -> WorkSeen:
    return replace(
        group[0],
        jobs=sum(each.jobs or 0 for each in group),
        jobs_ok=sum(each.jobs_ok or 0 for each in group),
        work_ms=sum(each.work_ms or 0 for each in group),
    )


# ---- prices and addresses


def _pricing(rows: list[Any]) -> Found:
    made, parked = every(numbered("row", rows), _price_row)
    return Found(offers=tuple({(o.orchestrator, o.job): o for o in made}.values()), parked=tuple(parked))


def _price_row(row: Any) -> Iterator[OfferSeen]:
    each = Fields.of(row)
    units = each.count("pixelsPerUnit", default=1, most=2**62)
    if units == 0:
        raise Odd("pixelsPerUnit is 0")
    yield OfferSeen(
        each.address("orchAddress"),
        "",
        "",
        _job(each, "pipeline", "model"),
        warm=each.flag("isWarm"),
        price_wei=each.amount("priceWeiPerUnit"),
        pixels_per_unit=units,
    )


def _addresses(rows: list[Any]) -> Found:
    made, parked = every(numbered("row", rows), _address_row)
    return Found(nodes=tuple(made), parked=tuple(parked))


def _address_row(row: Any) -> Iterator[NodeSeen]:
    each = Fields.of(row)
    yield NodeSeen(each.address("address"), "", each.text("uri", most=MOST_URI, default=""))


_PARSERS: Mapping[str, Callable[[list[Any]], Found]] = {
    "/v1/streaming/sla": _sla,
    "/v1/streaming/demand": _demand,
    "/v1/streaming/gpu-metrics": _gpus,
    "/v1/requests/ai-batch/jobs": _batch,
    "/v1/requests/byoc/jobs": _byoc,
    "/v1/dashboard/pricing": _pricing,
    "/v1/streaming/orchestrators": _addresses,
    "/v1/requests/orchestrators": _addresses,
}
