"""Records of off-chain sources: the documented shapes, and what becomes of odd ones."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from apps.network import jobtypes
from config.env import ROOT
from indexer.sources import capabilities, gateway_events, leaderboard, naap, prices
from indexer.sources.http import BadAnswer
from indexer.sources.reading import Parked, scrubbed
from indexer.sources.records import DemandSeen, Document, GpusSeen, Job, NodeSeen, OfferSeen, RegionSeen, ScoreSeen

pytestmark = pytest.mark.unit

SAMPLES = ROOT.parent / "shared" / "data"
AT = datetime(2026, 4, 20, 13, 30, tzinfo=UTC)
HOUR = datetime(2026, 4, 20, 13, tzinfo=UTC)
NODE, KEY, OTHER = "0x" + "a1" * 20, "0x" + "b2" * 20, "0x" + "c3" * 20
MODEL = "streamdiffusion-sdxl"


def document(body: Any, endpoint: str = "", observer: str = "") -> Document:
    return Document(endpoint, "api.example", AT, body, observer)


def sample(name: str) -> Any:
    """A real answer of long ago, where the folder of samples lies beside the project."""
    path: Path = SAMPLES / name
    if not path.is_file():
        pytest.skip(f"There is no {name} beside the project; the shapes are tested without it too.")
    return list(csv.DictReader(path.open())) if path.suffix == ".csv" else json.loads(path.read_bytes())


# ---- job types


@pytest.mark.parametrize(
    ("raw", "slug"),
    [
        ("35", "live-video-to-video"),
        ("Live video to video", "live-video-to-video"),
        ("live-video-to-video/scope", "live-video-to-video"),
        ("Segment anything 2", "segment-anything-2"),
        ("0", "transcoding"),
        ("26", "transcoding"),
        ("37", "byoc"),
        ("41", ""),
        ("-2", ""),
        ("openai:chat-completions", ""),
    ],
)
def test_resolve__when_a_source_names_work__then_its_type_or_none(raw: str, slug: str) -> None:
    assert jobtypes.resolve(raw) == slug


def test_listed__when_read__then_every_capability_once_with_owner_and_date() -> None:
    held = jobtypes.listed()
    ids = [number for each in held.job_types for number in each.capability_ids]
    assert sorted(ids) == list(range(38))
    assert held.owner
    assert held.as_of == "2026-09-30"
    assert (jobtypes.name_of("", "41"), jobtypes.name_of("", "tune")) == ("Capability 41", "tune")


# ---- leaderboard


def test_leaderboard__when_transcoding_scores__then_ppm_by_region_and_odd_ones_parked() -> None:
    body = {
        NODE.upper().replace("0X", "0x"): {
            "FRA": {"success_rate": 0.97, "round_trip_score": 0.6149999, "score": 0.59},
            "NYC": {"success_rate": 1.2, "round_trip_score": 0.5, "score": 0.5},
            "LAX": {"success_rate": 1, "score": 0.5},
            "GLOBAL": {"success_rate": 1, "round_trip_score": 1, "score": 1},
        },
        "0x12": {"FRA": {"success_rate": 1, "round_trip_score": 1, "score": 1}},
        OTHER: None,
    }
    found = leaderboard.parse(document(body, "/api/aggregated_stats"))
    assert found.scores == (ScoreSeen(NODE, "FRA", Job("transcoding"), 970_000, 615_000, 590_000),)
    assert [each.error for each in found.parked] == [
        "success_rate is 1.2, not from 0 to 1",
        "round_trip_score is missing",
        "orchestrator is no address",
        "the scores is no object",
    ]


def test_leaderboard__when_asked_by_model__then_the_job_is_the_models() -> None:
    body = {NODE: {"FRA": {"success_rate": 1, "round_trip_score": 0.5, "score": 0.825}}}
    found = leaderboard.parse(document(body, "/api/aggregated_stats", "Text to image · a/b"))
    assert found.scores[0].job == Job("Text to image", "a/b")
    assert found.scores[0].job.job_type == "text-to-image"


def test_leaderboard__when_regions__then_both_kinds_of_one_code() -> None:
    body = {"regions": [{"id": "FRA", "name": "Frankfurt", "type": t} for t in ("transcoding", "ai")] + [{"id": 3}]}
    found = leaderboard.parse(document(body, "/api/regions"))
    assert found.regions == (RegionSeen("FRA", "transcoding", "Frankfurt"), RegionSeen("FRA", "ai", "Frankfurt"))
    assert found.parked == (Parked("region 3", "id is no text"),)


@pytest.mark.parametrize("endpoint", ["/api/regions", "/api/pipelines", "/api/aggregated_stats"])
def test_leaderboard__when_the_document_has_another_shape__then_it_is_no_answer(endpoint: str) -> None:
    with pytest.raises(BadAnswer):
        leaderboard.parse(document(["surprise"], endpoint))


def test_leaderboard__when_the_real_scores_are_read__then_all_of_them() -> None:
    body = sample("leaderboard_aggregated_stats_2024-12.json")
    found = leaderboard.parse(document(body, "/api/aggregated_stats"))
    assert len({each.orchestrator for each in found.scores}) == 100
    assert len(found.scores) == sum(len(regions) for regions in body.values())
    assert found.parked == ()
    regions = leaderboard.parse(document(sample("leaderboard_regions.json"), "/api/regions"))
    assert (len(regions.regions), regions.parked) == (23, ())


# ---- capabilities


def row(**changes: Any) -> dict[str, Any]:
    said = {"warm": True, "capacity": 3, "runnerVersion": "0.14.0", "capacityInUse": 1}
    card = {"id": "GPU-1", "name": "NVIDIA GeForce RTX 5090", "memory_total": 34190917632}
    return {
        "address": NODE,
        "local_address": KEY,
        "orch_uri": "https://orch.example:8935",
        "capabilities": {
            "capacities": {"0": 2, "35": 4},
            "version": "0.8.10",
            "constraints": {"PerCapability": {"35": {"models": {MODEL: said}}}},
        },
        "price_info": {"pricePerUnit": 900, "pixelsPerUnit": 1},
        "capabilities_prices": [{"pricePerUnit": 2330, "pixelsPerUnit": 1, "capability": 35, "constraint": MODEL}],
        "hardware": [
            {"pipeline": "live-video-to-video", "model_id": MODEL, "gpu_info": {"0": card}},
            {"pipeline": "llm", "model_id": "x", "gpu_info": {"0": card, "1": {**card, "id": "GPU-2"}}},
        ],
        **changes,
    }


def offered(*rows: Any) -> Any:
    return capabilities.parse(document({"capabilities_names": {}, "orchestrators": list(rows)}))


def test_capabilities__when_documented__then_node_offers_and_cards() -> None:
    found = offered(row())
    where = (NODE, KEY, "https://orch.example:8935")
    assert found.nodes == (NodeSeen(*where, "0.8.10"),)
    assert found.offers == (
        OfferSeen(*where, Job("35", MODEL), warm=True, idle=3, in_use=1, price_wei=2330, pixels_per_unit=1),
        OfferSeen(*where, Job("transcoding"), price_wei=900, pixels_per_unit=1),
    )
    assert found.gpus == (GpusSeen(NODE, "NVIDIA GeForce RTX 5090", 34190917632, 2),)
    assert found.parked == ()


def test_capabilities__when_zero_fields_are_left_out__then_they_are_zero_and_nonsense_is_unknown() -> None:
    models = {MODEL: {"warm": True, "capacityInUse": 1}, "other": {"capacity": 35968}}
    capability = {"capacities": {}, "constraints": {"PerCapability": {"35": {"models": models}}}}
    found = offered(row(capabilities=capability, capabilities_prices=None, price_info=None, hardware=None))
    assert [(o.job.model, o.warm, o.idle, o.in_use, o.price_wei) for o in found.offers] == [
        (MODEL, True, 0, 1, None),
        ("other", None, None, 0, None),
    ]


def test_capabilities__when_only_codecs_are_advertised__then_transcoding_without_a_price() -> None:
    found = offered(
        row(capabilities={"capacities": {"0": 1}}, capabilities_prices=None, price_info=None, hardware=None)
    )
    assert [(o.job, o.price_wei, o.idle) for o in found.offers] == [(Job("transcoding"), None, None)]


def test_capabilities__when_a_record_is_odd__then_it_is_parked_and_the_rest_goes_on() -> None:
    bad_price = {"pricePerUnit": -1, "pixelsPerUnit": 1, "capability": 27, "constraint": "a/b"}
    no_units = {"pricePerUnit": 1, "pixelsPerUnit": 0, "capability": 30, "constraint": "c"}
    wrong = row(capabilities_prices=[bad_price, no_units, "surprise"], hardware=[{"gpu_info": {"0": {"id": "x"}}}])
    found = offered({"address": "0x1"}, "junk", wrong, row(address=OTHER))
    assert [node.orchestrator for node in found.nodes] == [NODE, OTHER]
    assert [(o.orchestrator, o.job.raw_id) for o in found.offers] == [
        (NODE, "35"),
        (NODE, "transcoding"),
        (OTHER, "35"),
        (OTHER, "transcoding"),
    ]
    assert [each.error for each in found.parked] == [
        "address is no address",
        "the record is no object",
        "pricePerUnit is no whole number from 0 to " + str(2**256 - 1),
        "pixelsPerUnit is 0",
        "the price is no object",
        "name is missing",
    ]


def test_capabilities__when_the_real_answer_is_read__then_the_known_prices() -> None:
    found = capabilities.parse(document(sample("network_capabilities_a.json")))
    flat = [line for line in sample("capability_prices_flat.csv") if line["snapshot"] == "a" and line["capability_id"]]
    known = {
        (line["orchestrator"], line["orch_uri"], line["capability_id"], line["model_or_external_capability"])
        for line in flat
        if line["price_per_unit_wei"]
    }
    read = {(o.orchestrator, o.uri, o.job.raw_id, o.job.model) for o in found.offers if o.price_wei is not None}
    assert (len(found.nodes), len(found.parked)) == (53, 0)
    assert read == known
    live = sorted(o.price_wei for o in found.offers if o.job.job_type == "live-video-to-video" and o.price_wei)
    assert live == [1588] * 7


# ---- gateway events


def payment(event_id: str, manifest: str, **changes: str) -> dict[str, Any]:
    data = {
        "capability": "", "clientIP": "1.2.3.4", "faceValue": "2402400000000000 WEI", "manifestID": manifest,
        "numTickets": "2", "orchestrator": "https://orch.example:8935", "price": "1635.021 wei/pixel",
        "recipient": NODE, "requestID": "r1", "sender": OTHER, "sessionID": "s1", "winProb": "0.0009990010",
    }  # fmt: skip
    return {"id": event_id, "type": "create_new_payment", "timestamp": "1767908945560", "data": {**data, **changes}}


def test_events__when_payments_of_a_session__then_expected_value_and_the_sessions_job() -> None:
    found = gateway_events.parse(document([payment("e1", "35_" + MODEL), payment("e2", "d05da5dd")]))
    first, second = found.events
    assert (first.kind, first.gateway, first.node, first.tickets) == ("payment", OTHER, NODE, 2)
    assert first.expected_eth_wei == 4_800_000_004_800
    assert (first.job, second.job) == (Job("35", MODEL), Job("35", MODEL))
    assert found.nodes == (NodeSeen(NODE, "", "https://orch.example:8935"),)


def test_events__when_nobody_was_free__then_unserved_and_other_errors_are_nothing() -> None:
    def error(name: str, message: str) -> dict[str, Any]:
        data = {"type": "error", "pipeline": MODEL, "stream_id": "st", "message": message}
        return {"id": name, "type": "ai_stream_events", "timestamp": "1767966519407", "data": data}

    found = gateway_events.parse(
        document([error("a", "no orchestrators available within 2s timeout"), error("b", "whip disconnected")])
    )
    assert [(each.event_id, each.kind, each.job) for each in found.events] == [
        ("a", "unserved", Job("live-video-to-video", MODEL))
    ]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"winProb": "1.5"}, "winProb is more than 1"),
        ({"winProb": "often"}, "winProb is no decimal number"),
        ({"faceValue": "much WEI"}, "faceValue is no whole number from 0 to " + str(2**256 - 1)),
        ({"recipient": ""}, "recipient is missing"),
        ({"numTickets": "-1"}, "numTickets is no whole number from 0 to 2147483647"),
    ],
)
def test_events__when_a_payment_is_odd__then_parked_and_the_next_is_read(changes: dict[str, str], error: str) -> None:
    found = gateway_events.parse(document([payment("e1", "35_a", **changes), payment("e2", "35_a")]))
    assert [each.event_id for each in found.events] == ["e2"]
    assert Parked("event e1", error) in found.parked


def test_events__when_the_real_ones_are_read__then_their_payments_to_the_wei() -> None:
    rows = sample("gateway_events_2026-01-08.json") + sample("gateway_events_2026-01-09.json")
    found = gateway_events.parse(document(scrubbed(rows)))
    known = [int(line["expected_value_wei"]) for line in sample("observed_payments_2026-01.csv")]
    paid = [each for each in found.events if each.kind == "payment"]
    assert [each.expected_eth_wei for each in paid] == known
    assert {each.job.job_type for each in paid} == {"live-video-to-video"}
    assert [each.kind for each in found.events].count("unserved") == 2
    assert [each.kind for each in found.events].count("status") == 39
    assert found.parked == ()
    assert {(o.job.job_type, o.price_wei, o.in_use) for o in found.offers} == {("live-video-to-video", 1630, 1)}


def test_scrubbed__when_something_tells_of_a_user__then_it_is_gone() -> None:
    raw = [{"data": {"clientIP": "1.2.3.4", "params": {"prompt": "a"}, "inference": {"last_params": {}, "fps": 3}}}]
    assert scrubbed(raw) == [{"data": {"inference": {"fps": 3}}}]


# ---- NaaP


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


# ---- transcoding prices


def test_prices__when_listed__then_wei_a_pixel_and_zero_is_none() -> None:
    rows = [
        {"Address": NODE, "ServiceURI": "https://orch.example:8935", "PricePerPixel": 700.5},
        {"Address": OTHER, "ServiceURI": "", "PricePerPixel": 0},
        {"Address": KEY, "PricePerPixel": "free"},
    ]
    found = prices.parse(document(rows))
    assert [(o.orchestrator, o.price_wei, o.pixels_per_unit) for o in found.offers] == [
        (NODE, 700_500, 1000),
        (OTHER, None, None),
    ]
    assert found.parked == (Parked("row 3", "PricePerPixel is no number from 0"),)
