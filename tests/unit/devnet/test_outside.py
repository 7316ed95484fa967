"""The simulated network's off-chain sources: documented shapes, steady answers, and gaps where nobody reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.devnet.cast import make_cast
from apps.devnet.outside.server import answer
from apps.devnet.outside.world import World
from indexer.sources import capabilities, gateway_events, leaderboard, naap, prices
from indexer.sources.records import Document, Found

pytestmark = pytest.mark.unit

CAST = make_cast(1)
NOW = datetime(2026, 4, 20, 13, 40, tzinfo=UTC)
DAY = {"start": "2026-04-19T13:00:00Z", "end": "2026-04-20T14:00:00Z", "limit": "1000"}


def ask(path: str, query: dict[str, str] | None = None, *, now: datetime = NOW) -> Any:
    status, body = answer(World(CAST, now), path, query or {})
    assert status == 200, body
    return body


def document(path: str, endpoint: str, **query: str) -> Document:
    return Document(endpoint, "127.0.0.1", NOW, ask(path + endpoint, query), "ai-gateway")


def address(name: str) -> str:
    return CAST.orchestrator(name).account.address


def all_of(endpoint: str) -> Found:
    return naap.parse(document("/naap", endpoint, **DAY))


def test_outside__when_every_endpoint_is_read__then_nothing_is_parked() -> None:
    found = [
        capabilities.parse(document("/gateways/ai-gateway", "/getNetworkCapabilities")),
        gateway_events.parse(document("/gateways/ai-gateway/events", "")),
        prices.parse(document("", "/orchestratorStats")),
        leaderboard.parse(document("/leaderboard", "/api/regions")),
        leaderboard.parse(document("/ai-leaderboard", "/api/pipelines")),
        *(all_of(endpoint) for endpoint in (*naap.PAGED, *naap.PLAIN)),
    ]
    assert [each.parked for each in found] == [()] * len(found)
    assert all(each.records for each in found if each is not found[4])


def test_capabilities__when_asked_by_two_gateways__then_each_is_shown_its_own_price() -> None:
    def live(gateway: str) -> set[int | None]:
        found = capabilities.parse(document(f"/gateways/{gateway}", "/getNetworkCapabilities"))
        offers = [o for o in found.offers if o.orchestrator == address("ai-specialist")]
        return {o.price_wei for o in offers if o.job.model == "streamdiffusion-sdxl"}

    assert (live("studio-gateway"), live("ai-gateway")) == ({2287}, {2218})


def test_capabilities__when_nobody_knows_a_node__then_it_is_absent() -> None:
    found = capabilities.parse(document("/gateways/ai-gateway", "/getNetworkCapabilities"))
    seen = {node.orchestrator for node in found.nodes}
    for name in ("no-address", "edge-of-pool", "waiting-outside", "cut-spiker", "leaver"):
        assert address(name) not in seen
    cards = {each.name: each.count for each in found.gpus if each.node == address("ai-specialist")}
    assert cards == {"NVIDIA GeForce RTX 5090": 8, "NVIDIA GeForce RTX 4090": 2}
    assert {o.job.raw_id for o in found.offers if not o.job.job_type} == {"41"}


def test_analytics__when_a_node_signs_with_its_own_key__then_rows_carry_that_key() -> None:
    nodes = {each.node for each in all_of("/v1/streaming/sla").work}
    keys = {n.orchestrator: n.node_key for n in _nodes().nodes}
    assert keys[address("ai-specialist")] in nodes
    assert address("ai-specialist") not in nodes


def _nodes() -> Found:
    return capabilities.parse(document("/gateways/ai-gateway", "/getNetworkCapabilities"))


def test_analytics__when_an_hour_is_over__then_it_never_changes_again() -> None:
    past, path = {**DAY, "end": "2026-04-20T13:00:00Z"}, "/naap/v1/streaming/sla"
    assert ask(path, past)["data"] == ask(path, past, now=NOW + timedelta(minutes=9))["data"]


def test_analytics__when_rows_are_many__then_pages_by_cursor_hold_each_once() -> None:
    whole = ask("/naap/v1/requests/ai-batch/jobs", DAY)["data"]
    rows, cursor = [], ""
    while True:
        page = ask("/naap/v1/requests/ai-batch/jobs", {**DAY, "limit": "100", "cursor": cursor})
        rows += page["data"]
        cursor = page["pagination"]["next_cursor"]
        if not page["pagination"]["has_more"]:
            break
    assert rows[: len(whole)] == whole
    assert len({row["request_id"] for row in rows}) == len(rows)


def test_events__when_asked_again_later__then_the_same_events_have_the_same_ids() -> None:
    def ids(now: datetime) -> set[str]:
        return {
            each["id"] for each in ask("/gateways/ai-gateway/events", now=now) if each["type"] == "create_new_payment"
        }

    first, second = ids(NOW), ids(NOW + timedelta(seconds=60))
    assert len(first & second) == len(first) - 6  # two half minutes of three tickets each have gone by
    assert len(first) == 57


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/nothing", {}, 404),
        ("/naap/v1/nothing", {}, 404),
        ("/gateways/nobody/events", {}, 404),
        ("/naap/v1/streaming/sla", {"page": "2"}, 400),
        ("/naap/v1/streaming/sla", {"start": "yesterday"}, 400),
        ("/ai-leaderboard/api/aggregated_stats", {"pipeline": "Llm"}, 400),
        ("/leaderboard/api/raw_stats", {}, 400),
    ],
)
def test_outside__when_asked_wrongly__then_refused_as_documented(path: str, query: dict[str, str], status: int) -> None:
    assert answer(World(CAST, NOW), path, query)[0] == status


def test_boards__when_one_orchestrator_is_asked_for__then_only_it() -> None:
    one = address("steady-worker")
    assert set(ask("/leaderboard/api/aggregated_stats", {"orchestrator": one, "region": "FRA"})) == {one}
    tests = ask("/leaderboard/api/raw_stats", {"orchestrator": one})
    assert {row["orchestrator"] for rows in tests.values() for row in rows} == {one}
    assert ask("/ai-leaderboard/api/top_ai_score", {"orchestrator": one}) == {}
    best = ask("/ai-leaderboard/api/top_ai_score", {"orchestrator": address("open-hand")})
    assert best["pipeline"] in ("Llm", "Text to image")
