"""Job mix as selectors give it: what holds now, what lists no longer name, and unknown kept apart from zero."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from apps.network.selectors import jobs, sources
from apps.network.selectors.jobs import JobKey, Slots
from apps.protocol.units import WEI
from tests.factories import (
    GpuCountFactory,
    JobHourFactory,
    OfferFactory,
    ParkedRecordFactory,
    SourceStateFactory,
    TestRegionFactory,
    TestScoreFactory,
    address,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, OTHER = address(1), address(2)
LIVE = JobKey("live-video-to-video", "", "styles")


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def test_offers__when_two_gateways_are_shown_two_prices__then_both_with_their_gateway() -> None:
    for gateway, wei in (("east", 2287), ("west", 2218)):
        SourceStateFactory(observer=gateway)
        OfferFactory(orchestrator=NODE, observer=gateway, price_wei=wei)
    (offer,) = jobs.of_node(NODE).offers
    assert (offer.job, offer.idle, offer.in_use, offer.warm) == (LIVE, 1, 2, True)
    assert [(price.observer, price.wei, price.units) for price in offer.prices] == [
        ("east", 2287, 1),
        ("west", 2218, 1),
    ]


def test_offers__when_the_newest_list_lacks_one__then_it_is_gone() -> None:
    SourceStateFactory()
    OfferFactory(orchestrator=NODE, is_current=False)
    assert jobs.of_node(NODE).offers == []
    assert jobs.slots_of_all() == {}


def test_offers__when_only_a_price_is_told__then_slots_are_unknown() -> None:
    SourceStateFactory(source="price_list")
    OfferFactory(
        source="price_list", orchestrator=NODE, raw_id="transcoding", job_type="transcoding", model="", idle=None,
        in_use=None, warm=None, price_wei=700_500, pixels_per_unit=1000,
    )  # fmt: skip
    (offer,) = jobs.of_node(NODE).offers
    assert (offer.idle, offer.in_use, offer.warm, offer.prices[0].units) == (None, None, None, 1000)
    assert jobs.slots_of_all() == {NODE: (Slots("transcoding", "transcoding", None, None),)}


def test_offers__when_a_node_stands_at_two_addresses__then_its_slots_add_up() -> None:
    SourceStateFactory()
    for uri in ("https://a.example", "https://b.example"):
        OfferFactory(orchestrator=NODE, uri=uri)
    (offer,) = jobs.of_node(NODE).offers
    assert (offer.idle, offer.in_use, len(offer.prices)) == (2, 4, 1)


def test_slots__when_models_and_gateways_are_many__then_models_add_up_and_gateways_do_not() -> None:
    for gateway in ("east", "west"):
        SourceStateFactory(observer=gateway)
        OfferFactory(orchestrator=NODE, observer=gateway)
        OfferFactory(orchestrator=NODE, observer=gateway, model="other", idle=3, in_use=0)
    OfferFactory(orchestrator=NODE, observer="west", raw_id="41", job_type="", model="tune", idle=None, in_use=None)
    assert jobs.slots_of_all() == {
        NODE: (Slots("live-video-to-video", "live video", 4, 2), Slots("41", "41", None, None))
    }


def test_work__when_hours_and_models_are_many__then_summed_by_kind_and_source_and_old_hours_left_out() -> None:
    JobHourFactory(orchestrator=NODE, sessions=10, sessions_ok=9, effective_ppm=900_000)
    JobHourFactory(orchestrator=NODE, sessions=30, sessions_ok=30, effective_ppm=1_000_000, hour=ago(hours=2))
    JobHourFactory(orchestrator=NODE, sessions=99, hour=ago(hours=25))
    JobHourFactory(orchestrator=OTHER, sessions=7)
    JobHourFactory(
        orchestrator=NODE, source="gateway_events", org="ai-gateway", raw_id="35", sessions=None, sessions_ok=None,
        tickets=3, expected_eth_wei=WEI,
    )  # fmt: skip
    paid, worked = jobs.of_node(NODE).work
    assert (paid.job, paid.sessions, paid.tickets, paid.expected_eth_wei, paid.success_ppm) == (
        LIVE,
        None,
        3,
        WEI,
        None,
    )
    assert (worked.sessions, worked.succeeded, worked.orgs, worked.jobs) == (40, 39, ("weir-labs",), None)
    assert worked.success_ppm == 975_000


def test_tests__when_told__then_by_region_with_its_name_and_failures_kept() -> None:
    SourceStateFactory(source="leaderboard")
    TestRegionFactory()
    TestScoreFactory(orchestrator=NODE)
    TestScoreFactory(orchestrator=NODE, region="NYC", success_ppm=0, score_ppm=0)
    results = jobs.of_node(NODE).tests
    assert [(each.region_name, each.success_ppm, each.score_ppm) for each in results] == [
        ("Frankfurt", 970_000, 591_700),
        ("NYC", 0, 0),
    ]
    assert jobs.regions_of_all() == {NODE: frozenset({"FRA"})}


def test_gpus__when_hours_differ__then_the_newest_snapshot_and_the_most_of_telemetry() -> None:
    GpuCountFactory(orchestrator=NODE, count=4, read_at=ago(hours=2))
    GpuCountFactory(orchestrator=NODE, count=3)
    GpuCountFactory(orchestrator=NODE, source="naap", name="Tesla P4", memory_bytes=None, count=5, read_at=ago(hours=3))
    GpuCountFactory(orchestrator=NODE, source="naap", name="Tesla P4", memory_bytes=None, count=2)
    assert [(each.name, each.count, each.memory_bytes) for each in jobs.of_node(NODE).gpus] == [
        ("Tesla P4", 5, None),
        ("NVIDIA GeForce RTX 4090", 3, 25_757_220_864),
    ]


def test_of_node__when_nobody_tells__then_empty_and_not_zero() -> None:
    assert jobs.of_node(NODE).is_empty


def test_jobs__when_nodes_are_many__then_one_query_each(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    SourceStateFactory()
    for number in range(20):
        OfferFactory(orchestrator=address(number))
    with django_assert_num_queries(2):
        jobs.slots_of_all()
        jobs.regions_of_all()


# ---- freshness


def test_sources__when_nothing_is_set__then_all_are_off() -> None:
    assert {each.state for each in sources.sources_now()} == {"off"}
    assert [each.source for each in sources.sources_now()][:2] == ["capabilities", "naap"]


@pytest.mark.parametrize(
    ("read_s_ago", "changes", "state"),
    [
        (0, {}, "current"),
        (400, {}, "stale"),
        (100, {"error": "Away.", "failures": 2}, "current"),
        (None, {"attempted_at": None}, "waiting"),
        (None, {"error": "Away.", "failures": 1}, "stale"),
    ],
)
def test_sources__when_it_was_read_then__then_its_state(
    read_s_ago: int | None, changes: dict[str, object], state: str, settings: Settings
) -> None:
    settings.NAAP_URL = "https://naap.example"
    read = None if read_s_ago is None else ago(seconds=read_s_ago)
    SourceStateFactory(source="naap", succeeded_at=read, stale_after_s=300, **changes)
    (found,) = [each for each in sources.sources_now() if each.source == "naap"]
    assert found.state == state


def test_version__when_something_is_read_or_grows_stale__then_it_changes() -> None:
    state = SourceStateFactory(source="naap")
    first = sources.version()
    assert sources.version() == first
    state.succeeded_at = ago(seconds=181)
    state.save()
    stale = sources.version()
    assert stale != first
    assert stale[0][-1] is True  # type: ignore[index]


def test_parked__when_some_could_not_be_read__then_counted_newest_first() -> None:
    ParkedRecordFactory(what="old", last_seen=ago(hours=1), times=3)
    ParkedRecordFactory(what="new")
    found = sources.parked_records(1)
    assert (found.different, found.times, [each.what for each in found.newest]) == (2, 4, ["new"])
