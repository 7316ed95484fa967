"""Events of gateways, kept one by one and summed by hours: the same event told twice counts once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from apps.network.models import GatewayEvent
from indexer.sources.records import EventSeen, Job, WorkSeen

_HOUR = timedelta(hours=1)


def kept(observer: str, events: Iterable[EventSeen]) -> list[datetime]:
    """Keeps what is new; gives the hours that any of them fall into, which are to be summed anew."""
    once = {each.event_id: each for each in events}
    known = set(GatewayEvent.objects.filter(event_id__in=list(once)).values_list("event_id", flat=True))
    fresh = [each for name, each in sorted(once.items()) if name not in known]
    GatewayEvent.objects.bulk_create([_row(observer, each) for each in fresh], batch_size=500, ignore_conflicts=True)
    return sorted({_hour(each.time) for each in once.values()})


def _row(observer: str, each: EventSeen) -> GatewayEvent:
    return GatewayEvent(
        event_id=each.event_id,
        observer=observer,
        kind=each.kind,
        time=each.time,
        stream=each.stream,
        session=each.session,
        gateway=each.gateway,
        node=each.node,
        raw_id=each.job.raw_id,
        model=each.job.model,
        tickets=each.tickets,
        face_value_eth_wei=each.face_value_eth_wei,
        expected_eth_wei=each.expected_eth_wei,
    )


def summed(observer: str, hours: Sequence[datetime]) -> Iterator[WorkSeen]:
    """These hours anew from their events: tickets and their expected value, and how long each node streamed."""
    if not hours:
        return
    rows = GatewayEvent.objects.filter(observer=observer, time__gte=hours[0], time__lt=hours[-1] + _HOUR)
    events = [row for row in rows.order_by("time") if _hour(row.time) in set(hours)]
    yield from _payments(observer, events)
    yield from _streams(observer, events)


def _payments(observer: str, events: Sequence[GatewayEvent]) -> Iterator[WorkSeen]:
    jobs = _jobs_of_sessions(events)
    grouped: dict[tuple[datetime, str, str, Job], list[GatewayEvent]] = defaultdict(list)
    for each in events:
        if each.kind == "payment":
            job = Job(each.raw_id, each.model) if each.raw_id else jobs.get(each.session, Job(""))
            grouped[_hour(each.time), each.gateway, each.node, job].append(each)
    for (hour, gateway, node, job), group in grouped.items():
        yield WorkSeen(
            hour,
            observer,
            gateway,
            node,
            job,
            tickets=sum(each.tickets for each in group),
            expected_eth_wei=sum(each.expected_eth_wei for each in group),
        )


def _jobs_of_sessions(events: Sequence[GatewayEvent]) -> dict[str, Job]:
    """The kind of work each session's first payment named, also where that came in an earlier hour."""
    sessions = {each.session for each in events if each.session}
    named = GatewayEvent.objects.filter(session__in=sessions).exclude(raw_id="")
    return {session: Job(raw, model) for session, raw, model in named.values_list("session", "raw_id", "model")}


def _streams(observer: str, events: Sequence[GatewayEvent]) -> Iterator[WorkSeen]:
    """A stream worked from its first report of the hour to its last: the gaps at both ends are not known."""
    spans: dict[tuple[datetime, str, Job, str], list[datetime]] = defaultdict(list)
    for each in events:
        if each.kind == "status" and each.node:
            spans[_hour(each.time), each.node, Job(each.raw_id, each.model), each.stream].append(each.time)
    grouped: dict[tuple[datetime, str, Job], list[timedelta]] = defaultdict(list)
    for (hour, node, job, _), times in spans.items():
        grouped[hour, node, job].append(max(times) - min(times))
    for (hour, node, job), lasted in grouped.items():
        worked = int(sum(lasted, timedelta()).total_seconds() * 1000)
        yield WorkSeen(hour, observer, "", node, job, sessions=len(lasted), work_ms=worked)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
