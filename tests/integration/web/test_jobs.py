"""Job mix on pages: a node's section, the list's column and filters, and the sources on the status page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from apps.protocol.units import WEI
from tests.factories import (
    BlockFactory,
    GpuCountFactory,
    IndexStateFactory,
    JobHourFactory,
    OfferFactory,
    OrchestratorFactory,
    ParkedRecordFactory,
    RoundFactory,
    SourceStateFactory,
    TestRegionFactory,
    TestScoreFactory,
    address,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, BUSY, DARK = address(1), address(2), address(3)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def network() -> None:
    """Three nodes: one with free slots and tests, one that is busy, one that nobody tells anything of."""
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000)
    RoundFactory(number=200, block__number=1000)
    for who in (NODE, BUSY, DARK):
        OrchestratorFactory(address=who)
    SourceStateFactory(observer="east")
    SourceStateFactory(source="leaderboard")
    TestRegionFactory()
    OfferFactory(orchestrator=NODE, observer="east")
    OfferFactory(orchestrator=BUSY, observer="east", raw_id="33", job_type="llm", model="<b>llama", idle=0, in_use=4)
    TestScoreFactory(orchestrator=NODE)


def text_of(client: Client, path: str) -> str:
    body = client.get(path).content.decode()
    body = re.sub(r"<script.*?</script>", "", body, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body)).replace("\u00a0", " ")


def section(client: Client, who: str) -> str:
    return text_of(client, f"/orchestrators/{who}/").split("Job mixSources")[1].split("Terms over time")[0]


def shown(client: Client, query: str) -> list[str]:
    return re.findall(r'<tr role="row" id="o-(0x\w{40})"', client.get(f"/orchestrators/{query}").content.decode())


def test_node__when_sources_tell__then_offers_work_tests_and_cards(client: Client, network: None) -> None:
    JobHourFactory(orchestrator=NODE, sessions=1200, sessions_ok=1188)
    JobHourFactory(
        orchestrator=NODE, source="gateway_events", org="ai-gateway", sessions=None, sessions_ok=None, tickets=3,
        expected_eth_wei=WEI // 4, work_ms=150_000,
    )  # fmt: skip
    GpuCountFactory(orchestrator=NODE)
    text = section(client, NODE)
    for words in (
        "Offers one kind of work; 1 of 3 slots is free. In 24 hours reporters saw 1,200 sessions.",
        "Live videostyles1of 32,287 wei per nominal pixel227,632 gwei for an hour of stream; shown to east",
        "Live videostylesNaaP analytics: weir-labs1,200––99.0–NaaP analytics: weir-labs",
        "Live videostylesGateway events: ai-gateway––3–0.2503 ticketsGateway events: ai-gateway",
        "Transcoding: 59.2 of 100",
        "Frankfurt97.061.059.2",
        "NVIDIA GeForce RTX 4090226 GB each",
    ):
        assert words in text


def test_node__when_nobody_tells__then_unknown_and_not_nothing(
    client: Client, network: None, settings: Settings
) -> None:
    settings.CAPABILITIES_URLS = ["https://east.example"]
    assert "No source reports what this node offers or did. That is unknown, and not nothing." in section(client, DARK)


def test_node__when_no_source_is_set__then_it_says_so(client: Client, network: None) -> None:
    assert "No source beside the chain is configured" in section(client, DARK)


def test_node__when_a_source_is_stale__then_its_figures_stay_and_it_is_named(
    client: Client, network: None, settings: Settings
) -> None:
    settings.LEADERBOARD_URL = "https://board.example"
    SourceStateFactory._meta.model.objects.filter(source="leaderboard").update(
        succeeded_at=datetime.now(UTC) - timedelta(hours=5)
    )
    text = section(client, NODE)
    assert "Stale Transcoding leaderboard, last read 5 h ago." in text
    assert "Frankfurt97.061.059.2" in text


def test_node__when_a_model_is_markup__then_escaped(client: Client, network: None) -> None:
    body = client.get(f"/orchestrators/{BUSY}/").content.decode()
    assert "<b>llama" not in body
    assert "&lt;b&gt;llama" in body


def test_node__when_work_is_in_no_list__then_its_raw_name_and_that(client: Client, network: None) -> None:
    OfferFactory(orchestrator=DARK, observer="east", raw_id="41", job_type="", model="tune", price_wei=7)
    assert "Capability 41 not in our list tune1of 37 wei per unitshown to east" in section(client, DARK)


def test_node__when_a_source_is_read_again__then_the_kept_page_no_longer_holds(client: Client, network: None) -> None:
    url, headers = f"/orchestrators/{NODE}/", {"HX-Request": "true"}
    tag = client.get(url, headers=headers)["ETag"]
    assert client.get(url, headers={**headers, "If-None-Match": tag}).status_code == 304
    SourceStateFactory._meta.model.objects.update(attempted_at=datetime.now(UTC))
    assert client.get(url, headers={**headers, "If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [NODE, BUSY, DARK]),
        ("?job=live-video-to-video", [NODE]),
        ("?job=llm", [BUSY]),
        ("?job=nothing", []),
        ("?has_capacity=1", [NODE]),
        ("?has_capacity=0", [BUSY]),
        ("?job=llm&has_capacity=1", []),
        ("?region=FRA", [NODE]),
        ("?region=NYC", []),
    ],
)
def test_list__when_filtered_by_work__then_those_that_tell_so(
    client: Client, network: None, query: str, found: list[str]
) -> None:
    assert sorted(shown(client, query)) == sorted(found)


def test_list__when_opened__then_kinds_of_work_with_free_slots_and_unknown_hatched(
    client: Client, network: None
) -> None:
    OfferFactory(orchestrator=NODE, observer="east", raw_id="27", job_type="text-to-image", model="m", idle=0, in_use=1)
    body = client.get("/orchestrators/").content.decode()
    cell = '<td role="cell" class="jt g lo">'
    assert (
        f'{cell}<span title="live video, text to image">live video</span><span class="sub">+1 · 1 of 4 free</span>'
        in body
    )
    assert 'title="Unknown: no source reports what it offers"' in body
    assert '<option value="live-video-to-video">Live video</option>' in body
    assert '<option value="FRA">Frankfurt</option>' in body


def test_list__when_a_filter_leaves_nobody__then_it_is_named(client: Client, network: None) -> None:
    text = text_of(client, "/orchestrators/?job=llm&region=FRA")
    assert "No orchestrator passes all 2 filters." in text
    assert "Offers language model alone leaves 1 of 3 active" in text


@pytest.mark.parametrize("query", ["?has_capacity=2", "?job=" + "x" * 81, "?region=%00"])
def test_list__when_a_filter_cannot_be_read__then_400(client: Client, network: None, query: str) -> None:
    assert client.get(f"/orchestrators/{query}").status_code == 400


def test_csv__when_asked_for__then_job_types_and_slots(client: Client, network: None) -> None:
    lines = client.get("/orchestrators.csv?cols=offers").content.decode().splitlines()
    assert lines[0].split(",")[3:] == [
        "job_types",
        "idle_slots",
        "slots_in_use",
        "not_ranked_because",
        "as_of_block",
    ] or ("job_types,idle_slots,slots_in_use" in lines[0])
    row = next(line for line in lines if NODE in line)
    assert ",live-video-to-video,1,2," in row
    assert ",,,," in next(line for line in lines if DARK in line)


# ---- status


def test_status__when_sources_differ__then_each_with_its_state(
    client: Client, network: None, settings: Settings
) -> None:
    settings.CAPABILITIES_URLS = settings.LEADERBOARD_URL = ["https://a.example"]
    SourceStateFactory._meta.model.objects.filter(source="leaderboard").update(
        succeeded_at=datetime.now(UTC) - timedelta(hours=5), error="board.example answered 503: it is busy."
    )
    text = text_of(client, "/status/").split("Sources beside the chain")[1]
    assert "Network capabilitiesas east sees itoutside.example Current " in text
    assert "Transcoding leaderboardoutside.example Stale since 5 h ago" in text
    assert "board.example answered 503: it is busy.5 h ago" in text
    assert "NaaP analytics Off set NAAP_URL" in text


def test_status__when_records_are_parked__then_counted_with_their_reason_escaped(client: Client, network: None) -> None:
    ParkedRecordFactory(what="<i>row 3", times=4)
    body = client.get("/status/").content.decode()
    assert "naap: &lt;i&gt;row 3: org is no text (4 times)" in body
