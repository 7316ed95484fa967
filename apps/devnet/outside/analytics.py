"""What reporters say: the analytics API, fed by two gateways that see AI work only."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.devnet.cast import Gateway
from apps.devnet.outside.boards import BadRequest, Query
from apps.devnet.outside.trades import BYOC, LIVE, Service
from apps.devnet.outside.world import PPM, Member, World

DEFAULT_LIMIT, MOST = 50, 1000
MINUTES_A_SESSION = 7.4
Rows = Iterator[dict[str, Any]]


def answer(world: World, path: str, query: Query) -> dict[str, Any] | None:
    """The envelope around an endpoint's rows; None for an endpoint that is not simulated."""
    if "offset" in query or "page" in query:
        raise BadRequest("use cursor and limit")
    meta = {"generated_at": _written(world.now), "request_id": f"{world.dice(world.now).getrandbits(64):016x}"}
    if path in _HOURLY:
        rows = list(_HOURLY[path](world, *_span(world, query)))
        page, paging = _page(rows, query)
        return {"data": page, "pagination": paging, "meta": meta}
    if path in _NOW:
        return {"data": list(_NOW[path](world)), "meta": meta}
    return None


def _span(world: World, query: Query) -> tuple[datetime, datetime]:
    try:
        start = datetime.fromisoformat(query["start"]) if "start" in query else world.now - timedelta(hours=24)
        end = datetime.fromisoformat(query["end"]) if "end" in query else world.now
    except ValueError as error:
        raise BadRequest("start and end are RFC 3339 times") from error
    return start.astimezone(UTC), end.astimezone(UTC)


def _page(rows: list[dict[str, Any]], query: Query) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    try:
        limit = int(query.get("limit", DEFAULT_LIMIT))
        start = int(urlsafe_b64decode(query["cursor"])) if query.get("cursor") else 0
    except (ValueError, binascii.Error) as error:
        raise BadRequest("limit or cursor cannot be read") from error
    if not 1 <= limit <= MOST or start < 0:
        raise BadRequest(f"limit is from 1 to {MOST}")
    after = start + limit
    more = after < len(rows)
    cursor = urlsafe_b64encode(str(after).encode()).decode() if more else ""
    return rows[start:after], {"next_cursor": cursor, "has_more": more, "page_size": limit}


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _given(world: World, hour: datetime) -> Iterator[tuple[Gateway, str, Member, Service, int]]:
    """What each reporter gave each node in an hour: how many sessions or jobs of which service."""
    for gateway, org in world.reporters:
        for member, weight in world.clients(gateway):
            for service in member.trade.services:
                count = world.asked(gateway, member, service, weight, hour)
                if count:
                    yield gateway, org, member, service, count


# ---- by the hour


def _sla(world: World, start: datetime, end: datetime) -> Rows:
    """One row a card, named by the key of the node and not by its account."""
    for hour in world.hours(start, end):
        for gateway, org, member, service, count in _given(world, hour):
            cards = [card_id for card_id, _ in world.cards(member)]
            for at, card in enumerate(cards if service.pipeline is LIVE else ()):
                sessions = count // len(cards) + (at < count % len(cards))
                if sessions:
                    yield _sla_row(world, hour, org, member, service, card, sessions, gateway.name)


def _sla_row(
    world: World, hour: datetime, org: str, member: Member, service: Service, card: str, sessions: int, by: str
) -> dict[str, Any]:
    good = world.near(member.trade.quality_ppm, member.node.name, card, hour.isoformat(), by)
    return {
        "window_start": _written(hour),
        "org": org,
        "orchestrator_address": member.key,
        "pipeline_id": service.pipeline.slug,
        "model_id": service.model,
        "gpu_id": card,
        "requested_sessions": sessions,
        "startup_success_sessions": (sessions * good + PPM // 2) // PPM,
        "effective_success_rate": good / PPM,
        "no_swap_rate": min(PPM, good + 10_000) / PPM,
        "avg_output_fps": 23.6,
        "sla_score": round(good / PPM * 100, 1),
    }


def _demand(world: World, start: datetime, end: datetime) -> Rows:
    for hour in world.hours(start, end):
        asked: dict[tuple[str, str, Service], int] = {}
        for gateway, org, _, service, count in _given(world, hour):
            if service.pipeline is LIVE:
                key = (gateway.name, org, Service(LIVE, service.model, 0))
                asked[key] = asked.get(key, 0) + count
        for (name, org, service), count in asked.items():
            unserved = world.dice(name, service.model, hour.isoformat()).randrange(count // 6 + 2)
            yield {
                "window_start": _written(hour),
                "org": org,
                "gateway": name,
                "pipeline_id": service.pipeline.slug,
                "model_id": service.model,
                "requested_sessions": count + unserved,
                "startup_success_sessions": count,
                "effective_success_rate": round(count / (count + unserved), 4),
                "total_minutes": round(count * MINUTES_A_SESSION, 1),
                "no_orch_sessions": unserved,
            }


def _gpu_metrics(world: World, start: datetime, end: datetime) -> Rows:
    for hour in world.hours(start, end):
        seen = {
            member.node.name: member for _, _, member, service, _ in _given(world, hour) if service.pipeline is LIVE
        }
        for member in seen.values():
            for card_id, card in world.cards(member):
                yield {
                    "window_start": _written(hour),
                    "orchestrator_address": member.key,
                    "pipeline_id": LIVE.slug,
                    "model_id": "",
                    "gpu_id": card_id,
                    "gpu_model_name": card.name,
                    "known_sessions_count": 1,
                    "avg_output_fps": 23.6,
                }


def _jobs(world: World, start: datetime, end: datetime, *, byoc: bool) -> Rows:
    for hour in world.hours(start, end):
        for gateway, org, member, service, count in _given(world, hour):
            if service.pipeline is not LIVE and (service.pipeline is BYOC) is byoc:
                for at in range(count):
                    yield _job(world, hour, gateway, org, member, service, at, byoc=byoc)


def _job(
    world: World, hour: datetime, gateway: Gateway, org: str, member: Member, service: Service, at: int, *, byoc: bool
) -> dict[str, Any]:
    dice = world.dice(gateway.name, member.node.name, service.model, hour.isoformat(), at)
    job = {
        "request_id": f"{dice.getrandbits(64):016x}",
        "org": org,
        "gateway": gateway.name,
        "completed_at": _written(hour + timedelta(seconds=at * 9 % 3600)),
        "success": dice.randrange(PPM) < member.trade.quality_ppm,
        "duration_ms": dice.randint(900, 9_000),
        "orch_url": member.node.uri,
    }
    if byoc:
        return {**job, "capability": service.model, "model": "", "http_status": 200, "orch_address": member.address}
    return {**job, "pipeline": service.pipeline.display, "model_id": service.model, "tries": 1}


def _batch_jobs(world: World, start: datetime, end: datetime) -> Rows:
    return _jobs(world, start, end, byoc=False)


def _byoc_jobs(world: World, start: datetime, end: datetime) -> Rows:
    return _jobs(world, start, end, byoc=True)


# ---- now


def _pricing(world: World) -> Rows:
    for member in _seen(world):
        for service in member.trade.services:
            yield {
                "orchAddress": member.address,
                "orchName": "",
                "pipeline": service.pipeline.slug,
                "model": service.model,
                "priceWeiPerUnit": service.price_wei,
                "pixelsPerUnit": 1,
                "isWarm": service.warm,
            }


def _streaming(world: World) -> Rows:
    return _addresses(world, streams=True)


def _requests(world: World) -> Rows:
    return _addresses(world, streams=False)


def _addresses(world: World, *, streams: bool) -> Rows:
    for member in _seen(world):
        served = [each for each in member.trade.services if each.pipeline.streams is streams]
        if served:
            names = [f"{each.pipeline.slug}:{each.model}" for each in served]
            cards = sum(count for _, count in member.trade.cards)
            seen = {"gpu_count": cards, "last_seen": _written(world.now)}
            yield {"address": member.address, "uri": member.node.uri, "capabilities": names, **seen}


def _seen(world: World) -> Iterator[Member]:
    """The nodes that one of the reporters gives work."""
    names = {member.node.name for gateway, _ in world.reporters for member, _ in world.clients(gateway)}
    return (member for member in world.members if member.node.name in names)


_HOURLY: Mapping[str, Callable[[World, datetime, datetime], Rows]] = {
    "/v1/streaming/sla": _sla,
    "/v1/streaming/demand": _demand,
    "/v1/streaming/gpu-metrics": _gpu_metrics,
    "/v1/requests/ai-batch/jobs": _batch_jobs,
    "/v1/requests/byoc/jobs": _byoc_jobs,
}
_NOW: Mapping[str, Callable[[World], Rows]] = {
    "/v1/dashboard/pricing": _pricing,
    "/v1/streaming/orchestrators": _streaming,
    "/v1/requests/orchestrators": _requests,
}
