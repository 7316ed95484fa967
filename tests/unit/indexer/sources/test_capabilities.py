"""Records of network capabilities: the documented shapes, and what becomes of odd ones."""

from __future__ import annotations

from typing import Any

import pytest

from indexer.sources import capabilities
from indexer.sources.records import GpusSeen, Job, NodeSeen, OfferSeen
from tests.unit.indexer.sources.answers import KEY, MODEL, NODE, OTHER, document, sample

pytestmark = pytest.mark.unit


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
