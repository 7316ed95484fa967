"""What testers say: the leaderboards of transcoding and of AI work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from apps.devnet.outside.trades import AI_REGIONS, BYOC, LIVE, MUSIC, REGIONS, Pipeline, distance
from apps.devnet.outside.world import PPM, Member, World

UNTESTED = (LIVE, BYOC, MUSIC)  # the AI tester has no test for these
_LOSS_PPM = (20_000, 140_000, 420_000)  # of the round-trip score, by distance

Query = Mapping[str, str]


class BadRequest(ValueError):
    """A question the documented server refuses."""


def regions(world: World, *, ai: bool) -> dict[str, Any]:
    """`/api/regions`: each board lists the places of both."""
    rows = [{"id": "GLOBAL", "name": "Global", "type": kind} for kind in ("transcoding", "ai")]
    rows += [{"id": code, "name": name, "type": "transcoding"} for code, name in REGIONS.items()]
    rows += [{"id": code, "name": REGIONS[code], "type": "ai"} for code in AI_REGIONS]
    return {"regions": rows}


def pipelines(world: World, *, ai: bool) -> dict[str, Any]:
    """`/api/pipelines`: those tested, with their models."""
    held: dict[str, set[str]] = {}
    for _, pipeline, model in _tested(world) if ai else ():
        held.setdefault(pipeline.display, set()).add(model)
    rows = [
        {"id": name, "models": sorted(models), "regions": list(AI_REGIONS)} for name, models in sorted(held.items())
    ]
    return {"pipelines": rows}


def aggregated(world: World, query: Query, *, ai: bool) -> dict[str, Any]:
    """`/api/aggregated_stats`: scores by orchestrator and region."""
    if ("pipeline" in query) != ("model" in query):
        raise BadRequest("pipeline and model have to be given together")
    found: dict[str, Any] = {}
    for member in _asked(world, query, ai=ai):
        places = AI_REGIONS if ai else tuple(REGIONS)
        scores = {code: _score(world, member, code, query.get("model", ""), ai=ai) for code in places}
        found[member.address] = {code: scores[code] for code in places if query.get("region", code) == code}
    return found


def _asked(world: World, query: Query, *, ai: bool) -> Iterator[Member]:
    wanted = query.get("orchestrator", "").lower()
    for member in world.members:
        if wanted and member.address != wanted:
            continue
        if ai and any(each is member and _fits(p, m, query) for each, p, m in _tested(world)):
            yield member
        if not ai and member.trade.tested and member.trade.pixel_wei is not None:
            yield member


def _fits(pipeline: Pipeline, model: str, query: Query) -> bool:
    return query.get("pipeline", pipeline.display) == pipeline.display and query.get("model", model) == model


def _tested(world: World) -> Iterator[tuple[Member, Pipeline, str]]:
    for member in world.members:
        for service in member.trade.services:
            if member.trade.tested and service.pipeline not in UNTESTED:
                yield member, service.pipeline, service.model


def _score(world: World, member: Member, region: str, model: str, *, ai: bool) -> dict[str, float]:
    hour = world.now.strftime("%Y-%m-%dT%H")
    success = world.near(member.trade.quality_ppm, member.node.name, region, model, hour)
    loss = _LOSS_PPM[distance(member.trade.near, region)]
    trip = world.near(PPM - loss, member.node.name, region, model, hour, "trip", spread_ppm=25_000)
    score = (65 * success + 35 * trip) // 100 if ai else success * trip // PPM
    return {"success_rate": success / PPM, "round_trip_score": trip / PPM, "score": score / PPM}


def raw(world: World, query: Query, *, ai: bool) -> dict[str, Any]:
    """`/api/raw_stats`: single tests of one orchestrator, one an hour and region."""
    if "orchestrator" not in query:
        raise BadRequest("orchestrator is a required parameter")
    found: dict[str, list[dict[str, Any]]] = {}
    for address, places in aggregated(world, query, ai=ai).items():
        for code, scores in places.items():
            found.setdefault(code, []).append(_test(world, address, code, scores))
    return found


def _test(world: World, address: str, region: str, scores: Mapping[str, float]) -> dict[str, Any]:
    return {
        "region": region,
        "orchestrator": address,
        "timestamp": int(world.now.replace(minute=0, second=0, microsecond=0).timestamp()),
        "success_rate": scores["success_rate"],
        "round_trip_time": round(2.0 / max(scores["round_trip_score"], 0.1), 3),
        "seg_duration": 2.0,
        "segments_sent": 30,
        "segments_received": int(30 * scores["success_rate"]),
        "errors": [],
    }


def top(world: World, query: Query, *, ai: bool) -> dict[str, Any]:
    """`/api/top_ai_score`: the best AI score of one orchestrator, or nothing."""
    if "orchestrator" not in query:
        raise BadRequest("orchestrator is a required parameter")
    wanted = query["orchestrator"].lower()
    best: dict[str, Any] = {}
    for member, pipeline, model in _tested(world):
        for code in AI_REGIONS if member.address == wanted else ():
            value = _score(world, member, code, model, ai=True)["score"]
            if not best or value > best["value"]:
                about = {"pipeline": pipeline.display, "model": model}
                best = {"orchestrator": wanted, "region": code, "value": value, **about}
    return best
