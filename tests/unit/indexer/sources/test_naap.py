"""Records of the NaaP analytics: the documented shapes, and what becomes of odd ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from indexer.sources import naap
from indexer.sources.records import DemandSeen, Job, OfferSeen
from tests.unit.indexer.sources.answers import AT, HOUR, MODEL, NODE, document

pytestmark = pytest.mark.unit


def sla(**changes: Any) -> dict[str, Any]:
    return {
        "window_start": "2026-04-20T13:00:00Z", "org": "one", "orchestrator_address": NODE,
        "pipeline_id": "live-video-to-video", "model_id": MODEL, "gpu_id": "g1", "requested_sessions": 30,
        "startup_success_sessions": 27, "effective_success_rate": 0.9, "no_swap_rate": 1, "sla_score": 95.5, **changes,
    }  # fmt: skip


def naap_of(endpoint: str, *rows: Any) -> Any:
    return naap.parse(document({"data": list(rows), "pagination": {"has_more": False}}, endpoint))


def test_naap__when_quality_comes_by_card__then_sessions_add_and_rates_are_weighted() -> None:
    second = sla(
        gpu_id="g2", requested_sessions=10, startup_success_sessions=10, effective_success_rate=1, sla_score=None
    )
    (work,) = naap_of("/v1/streaming/sla", sla(), second).work
    assert (work.hour, work.org, work.node, work.job) == (HOUR, "one", NODE, Job("live-video-to-video", MODEL))
    assert (work.sessions, work.sessions_ok) == (40, 37)
    assert (work.effective_ppm, work.no_swap_ppm, work.sla_ppm) == (925_000, 1_000_000, 955_000)


def test_naap__when_rows_are_odd__then_parked() -> None:
    late = sla(window_start="2026-04-20T13:30:00Z")
    found = naap_of("/v1/streaming/sla", late, sla(requested_sessions=None), sla(orchestrator_address="x"), 7)
    assert [each.error for each in found.parked] == [
        "window_start is no whole hour",
        "requested_sessions is missing",
        "orchestrator_address is no address",
        "the record is no object",
    ]


def test_naap__when_demand__then_minutes_and_what_nobody_took() -> None:
    raw = {
        "window_start": "2026-04-20T13:00:00Z", "org": "one", "gateway": "gw-eu-1",
        "pipeline_id": "live-video-to-video", "model_id": MODEL, "requested_sessions": 42,
        "startup_success_sessions": 38, "effective_success_rate": 0.88,
        "total_minutes": 311.4, "no_orch_sessions": 3,
    }  # fmt: skip
    job = Job("live-video-to-video", MODEL)
    assert naap_of("/v1/streaming/demand", raw).demand == (
        DemandSeen(HOUR, "one", "gw-eu-1", job, 42, 38, 3, 18_684_000, 880_000),
    )


def test_naap__when_cards_restart__then_ids_are_counted_by_hour() -> None:
    def card(hour: int, card_id: str) -> dict[str, Any]:
        start = f"2026-04-20T{hour:02d}:00:00Z"
        return {"window_start": start, "orchestrator_address": NODE, "gpu_id": card_id, "gpu_model_name": "RTX 4090"}

    found = naap_of("/v1/streaming/gpu-metrics", card(12, "a"), card(12, "b"), card(12, "a"), card(13, "c"))
    assert [(each.hour.hour if each.hour else None, each.count) for each in found.gpus] == [(12, 2), (13, 1)]


def test_naap__when_single_jobs__then_summed_by_hour_under_their_service_address() -> None:
    def job(minute: int, *, success: bool) -> dict[str, Any]:
        at = f"2026-04-20T13:{minute:02d}:10.5Z"
        return {
            "request_id": "x", "org": "one", "gateway": "gw", "pipeline": "Text to image", "model_id": "a/b",
            "completed_at": at, "success": success, "duration_ms": 1500, "orch_url": "https://orch.example:8935",
        }  # fmt: skip

    (work,) = naap_of("/v1/requests/ai-batch/jobs", job(1, success=True), job(59, success=False)).work
    assert (work.hour, work.node, work.jobs, work.jobs_ok, work.work_ms) == (
        HOUR,
        "https://orch.example:8935",
        2,
        1,
        3000,
    )


def test_naap__when_own_containers_work__then_the_capability_is_the_model() -> None:
    raw = {
        "capability": "openai-chat-completions", "model": "m", "success": True, "duration_ms": 10,
        "completed_at": "2026-04-20T13:01:00Z", "orch_address": NODE.upper().replace("0X", "0x"),
    }  # fmt: skip
    (work,) = naap_of("/v1/requests/byoc/jobs", raw).work
    assert (work.job.job_type, work.job.model, work.node) == ("byoc", "openai-chat-completions/m", NODE)


def test_naap__when_prices__then_offers_without_a_node_key() -> None:
    raw = {
        "orchAddress": NODE, "pipeline": "live-video-to-video", "model": MODEL,
        "priceWeiPerUnit": "2330", "pixelsPerUnit": 1, "isWarm": False,
    }  # fmt: skip
    job = Job("live-video-to-video", MODEL)
    assert naap_of("/v1/dashboard/pricing", raw).offers == (
        OfferSeen(NODE, "", "", job, warm=False, price_wei=2330, pixels_per_unit=1),
    )


@pytest.mark.parametrize(
    ("since", "first"),
    [
        (None, datetime(2026, 4, 19, 13, tzinfo=UTC)),
        (datetime(2026, 4, 20, 13, 20, tzinfo=UTC), datetime(2026, 4, 20, 11, tzinfo=UTC)),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 13, 13, tzinfo=UTC)),
    ],
)
def test_naap_window__when_read_before__then_whole_hours_from_a_little_earlier(
    since: datetime | None, first: datetime
) -> None:
    assert naap.window(AT, since=since) == (first, datetime(2026, 4, 20, 14, tzinfo=UTC))
