"""`/api/v1/sources`, and what off-chain sources tell of one orchestrator."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from apps.protocol.units import WEI
from tests.factories import (
    GpuCountFactory,
    JobHourFactory,
    OfferFactory,
    SourceStateFactory,
    TestScoreFactory,
)
from tests.integration.api.conftest import Get
from tests.scenery import Character

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_sources__of_any_kind__are_listed_with_their_state(get: Get, settings: Settings) -> None:
    settings.NAAP_URL = "https://naap.example"
    SourceStateFactory(source="naap", records=91, parked=2)

    data = get("sources").json()["data"]

    states = {each["source"]: each["state"] for each in data}
    assert states == {
        "capabilities": "off",
        "naap": "current",
        "gateway_events": "off",
        "leaderboard": "off",
        "ai_leaderboard": "off",
        "price_list": "off",
    }
    naap = data[1]
    assert (naap["mark"], naap["records"], naap["parked_records"], naap["every_s"]) == ("telemetry", 91, 2, 60)
    assert (data[0]["succeeded_at"], data[0]["every_s"]) == (None, None)


def test_sources__read_again__have_another_tag(get: Get) -> None:
    state = SourceStateFactory(source="naap")
    tag = get("sources").headers["ETag"]
    assert get("sources", **{"If-None-Match": tag}).status_code == 304

    state.attempted_at = datetime.now(UTC)
    state.save()

    assert get("sources", **{"If-None-Match": tag}).status_code == 200


def test_detail__of_a_node_that_sources_know__has_its_jobs(get: Get, cast: list[Character]) -> None:
    who = cast[0].address
    for source in ("capabilities", "leaderboard"):
        SourceStateFactory(source=source)
    OfferFactory(orchestrator=who)
    OfferFactory(orchestrator=who, raw_id="41", job_type="", model="", idle=None, in_use=None, price_wei=None)
    TestScoreFactory(orchestrator=who)
    JobHourFactory(orchestrator=who, tickets=3, expected_eth_wei=WEI)
    GpuCountFactory(orchestrator=who)

    data = get(f"orchestrators/{who}").json()["data"]

    jobs = data["jobs"]
    live, unlisted = jobs["offers"]
    assert live["job"] == {"job_type": "live-video-to-video", "raw_id": None, "name": "Live video", "model": "styles"}
    assert (live["idle_slots"], live["slots_in_use"], live["warm"]) == (1, 2, True)
    assert (live["prices"][0]["price_eth_wei"], live["prices"][0]["units"]) == ("2287", 1)
    assert (unlisted["job"]["job_type"], unlisted["job"]["raw_id"], unlisted["prices"]) == (None, "41", [])
    assert (unlisted["idle_slots"], unlisted["slots_in_use"]) == (None, None)
    assert (jobs["work"][0]["sessions"], jobs["work"][0]["jobs"], jobs["work"][0]["expected_eth_wei"]) == (
        10,
        None,
        str(WEI),
    )
    assert (jobs["tests"][0]["region"], jobs["tests"][0]["score_ppm"]) == ("FRA", 591_700)
    assert (jobs["gpus"][0]["count"], jobs["gpus"][0]["memory_bytes"]) == (2, 25_757_220_864)
    assert data["jobs_offered"] == [
        {"job": "live-video-to-video", "idle_slots": 1, "slots_in_use": 2},
        {"job": "41", "idle_slots": None, "slots_in_use": None},
    ]
    assert data["tested_regions"] == ["FRA"]


def test_detail__of_a_node_that_nobody_tells_of__has_empty_lists(get: Get, cast: list[Character]) -> None:
    data = get(f"orchestrators/{cast[1].address}").json()["data"]
    assert data["jobs"] == {"offers": [], "work": [], "tests": [], "gpus": []}
    assert (data["jobs_offered"], data["tested_regions"]) == ([], [])


def test_list__filtered_by_work__gives_those_that_offer_it(get: Get, cast: list[Character]) -> None:
    SourceStateFactory()
    OfferFactory(orchestrator=cast[2].address)

    found = get("orchestrators?job=live-video-to-video&has_capacity=1&status=all").json()

    assert [each["address"] for each in found["data"]] == [cast[2].address]
    assert get("orchestrators?region=FRA").json()["data"] == []
