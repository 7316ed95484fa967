"""Off-chain sources read over real HTTP from the simulated network's stand-ins, into real tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from apps.chain.http import Fetcher
from apps.devnet.cast import make_cast
from apps.devnet.outside import gateways
from apps.devnet.outside.server import make_server
from apps.network import models as facts
from apps.network.models import (
    DemandHour,
    GatewayEvent,
    GpuCount,
    JobHour,
    NodeAddress,
    Offer,
    ParkedRecord,
    SourceSnapshot,
    SourceState,
)
from indexer.outside import catalog, service, turns
from indexer.outside.catalog import Source
from indexer.outside.turns import Outcome
from indexer.sources import naap
from indexer.tasks import read_source
from tests.factories import OrchestratorFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

CAST = make_cast(1)
NOW = datetime(2026, 4, 20, 13, 40, tzinfo=UTC)
KEPT = (Offer, GpuCount, facts.TestScore, JobHour, DemandHour, NodeAddress)


class Clock:
    """The stand-ins' time, which a test may move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def origin(clock: Clock, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The stand-ins, and settings that name each of them; three hours are enough to read back."""
    monkeypatch.setattr(naap, "FIRST_H", 3)
    server = make_server(CAST, port=0, clock=clock)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    base = origin_of(server)
    settings.OUTSIDE_ORIGIN = base
    settings.CAPABILITIES_URLS = [f"{name}={base}/gateways/{name}" for name in ("studio-gateway", "ai-gateway")]
    settings.NAAP_URL = f"{base}/naap"
    settings.GATEWAY_EVENTS_URL = f"ai-gateway={base}/gateways/ai-gateway/events"
    settings.LEADERBOARD_URL, settings.AI_LEADERBOARD_URL = f"{base}/leaderboard", f"{base}/ai-leaderboard"
    settings.PRICE_LIST_URL = f"studio-gateway={base}/orchestratorStats"
    yield base
    server.shutdown()
    server.server_close()
    thread.join()


def origin_of(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


@pytest.fixture
def nodes() -> None:
    for node in CAST.orchestrators:
        OrchestratorFactory(address=node.account.address, service_uri=node.uri)


def address(name: str) -> str:
    return CAST.orchestrator(name).account.address


def read_all(now: datetime = NOW) -> dict[str, int]:
    return {
        f"{each.kind} {each.observer}".strip(): service.source_read(each.kind, each.observer, now=now)
        for each in catalog.configured()
    }


def rows() -> dict[str, list[dict[str, object]]]:
    """Every observation without its row number and the time it was read at."""
    found: dict[str, list[dict[str, object]]] = {}
    for model in KEPT:
        held = model._default_manager.order_by("identity", *(["hour"] if model is not NodeAddress else []))
        found[model.__name__] = [_plain(dict(row)) for row in held.values()]
    return found


def _plain(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in ("id", "read_at", "last_seen")}


def test_sources__when_all_are_read__then_every_kind_of_observation_is_there(origin: str, nodes: None) -> None:
    read = read_all()
    assert list(read) == [
        "capabilities studio-gateway",
        "capabilities ai-gateway",
        "naap",
        "gateway_events ai-gateway",
        "leaderboard",
        "ai_leaderboard",
        "price_list studio-gateway",
    ]
    assert all(read.values())
    assert {state.error for state in SourceState.objects.all()} == {""}
    assert all(model._default_manager.exists() for model in (*KEPT, GatewayEvent, facts.TestRegion, SourceSnapshot))
    assert not ParkedRecord.objects.exists()
    # the node's key in telemetry leads to the account
    assert JobHour.objects.filter(orchestrator=address("ai-specialist"), source="naap", sessions__gt=0).exists()
    live = Offer.objects.get(
        observer="ai-gateway",
        source="capabilities",
        orchestrator=address("ai-specialist"),
        model="streamdiffusion-sdxl",
    )
    assert (live.job_type, live.price_wei, (live.idle or 0) + (live.in_use or 0)) == ("live-video-to-video", 2218, 6)


def test_sources__when_read_twice__then_the_same_rows(origin: str, nodes: None) -> None:
    read_all()
    others = SourceSnapshot.objects.exclude(source="naap")  # which is asked for fewer hours the second time
    first, snapshots = rows(), others.count()
    read_all(NOW + timedelta(seconds=40))
    assert rows() == first
    assert others.count() == snapshots  # the same answer is kept once


def test_sources__when_rows_are_made_anew_from_snapshots__then_the_same_rows(
    origin: str, nodes: None, clock: Clock
) -> None:
    read_all()
    clock.now = NOW + timedelta(seconds=90)
    read_all(clock.now)
    first = rows()
    for model in KEPT:
        model._default_manager.all().delete()
    call_command("sources", "--again")
    again = rows()
    for name in first:
        held = [{k: v for k, v in row.items() if k != "first_seen"} for row in first[name]]
        assert [{k: v for k, v in row.items() if k != "first_seen"} for row in again[name]] == held, name


def test_task__when_delivered_twice__then_one_reads_and_the_other_finds_it_taken(origin: str, nodes: None) -> None:
    assert read_source("leaderboard") > 0
    assert read_source("leaderboard") == 0
    assert SourceState.objects.get().failures == 0


def test_task__when_the_source_is_no_longer_set__then_nothing_happens(origin: str, settings: Settings) -> None:
    settings.NAAP_URL = None
    assert read_source("naap") == 0
    assert not SourceState.objects.exists()


def test_source__when_one_fails__then_the_others_are_read_and_it_says_why(
    origin: str, nodes: None, settings: Settings
) -> None:
    settings.NAAP_URL = f"{origin}/elsewhere"
    read = read_all()
    assert read.pop("naap") == 0
    assert all(read.values())
    state = SourceState.objects.get(source="naap")
    assert state.error == "127.0.0.1 answered 404; check the address."
    assert (state.failures, state.succeeded_at, state.claimed_until) == (1, None, None)
    assert state.due_at >= datetime.now(UTC) + timedelta(seconds=20)


def test_source__when_a_part_fails__then_what_came_is_kept_and_it_counts_as_failed(
    origin: str, nodes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.sources.naap.PLAIN", ("/v1/dashboard/pricing", "/v1/gone"))
    assert service.source_read("naap", now=NOW) > 0
    state = SourceState.objects.get()
    assert (state.succeeded_at, state.failures) == (None, 1)
    assert JobHour.objects.exists()


def test_source__when_nobody_is_there__then_it_is_asked_once_and_not_for_every_page(
    origin: str, settings: Settings
) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        raise OSError("no such host")

    settings.NAAP_URL = "https://gone.example"
    assert service.source_read("naap", fetcher=Fetcher(resolve=resolve), now=NOW) == 0
    assert asked == ["gone.example"]
    assert SourceState.objects.get().error == "gone.example has no address that can be found."


def test_source__when_its_address_is_private__then_refused_though_the_stand_ins_are_not(
    origin: str, settings: Settings
) -> None:
    settings.NAAP_URL = "http://127.0.0.1:9/naap"
    assert service.source_read("naap", now=NOW) == 0
    assert SourceState.objects.get().error == "127.0.0.1 leads to a private address, which is never asked."


def test_fetcher__when_the_chain_is_real__then_not_even_stand_ins_are_asked(origin: str, settings: Settings) -> None:
    settings.LOCAL_NETWORK = False
    assert catalog.fetcher() == Fetcher()


def test_source__when_a_record_is_odd__then_parked_with_its_reason_and_the_rest_is_read(
    origin: str, nodes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: Callable[..., Any] = gateways.capabilities

    def spoilt(*args: Any) -> Any:
        answer = whole(*args)
        answer["orchestrators"][0]["address"] = "0x12"
        return answer

    monkeypatch.setattr(gateways, "capabilities", spoilt)
    for at in (0, 60):
        service.source_read("capabilities", "ai-gateway", now=NOW + timedelta(seconds=at))
    parked = ParkedRecord.objects.get()
    assert (parked.what, parked.error, parked.times) == ("orchestrator 0x12", "address is no address", 2)
    state = SourceState.objects.get()
    assert (state.error, state.parked) == ("", 1)
    assert NodeAddress.objects.count() == 16


def test_offers__when_a_gateway_forgets_a_node__then_its_offers_are_history(
    origin: str, nodes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.source_read("capabilities", "ai-gateway", now=NOW)
    whole: Callable[..., Any] = gateways.capabilities
    before = Offer.objects.filter(is_current=True).count()

    def shorter(*args: Any) -> Any:
        answer = whole(*args)
        answer["orchestrators"] = answer["orchestrators"][1:]
        return answer

    monkeypatch.setattr(gateways, "capabilities", shorter)
    service.source_read("capabilities", "ai-gateway", now=NOW + timedelta(hours=1))
    gone = Offer.objects.filter(orchestrator=address("steady-worker"))
    assert [(each.hour.hour, each.is_current) for each in gone] == [(13, False)]
    assert Offer.objects.filter(is_current=True).count() == before - 1
    assert Offer.objects.count() == 2 * before - 1


def test_events__when_told_again__then_counted_once_and_worth_the_same(origin: str, nodes: None, clock: Clock) -> None:
    service.source_read("gateway_events", "ai-gateway", now=NOW)
    first = sum(row.tickets or 0 for row in JobHour.objects.exclude(tickets=None))
    clock.now += timedelta(seconds=60)
    service.source_read("gateway_events", "ai-gateway", now=clock.now)
    paid = list(JobHour.objects.exclude(tickets=None))
    assert (first, sum(row.tickets or 0 for row in paid)) == (57, 63)
    events = GatewayEvent.objects.filter(kind="payment")
    assert sum(row.expected_eth_wei or 0 for row in paid) == sum(event.expected_eth_wei for event in events)
    assert {row.job_type for row in paid} == {"live-video-to-video", "text-to-image"}


def test_events__when_a_payment_finds_its_name_later__then_it_is_counted_under_it_only(
    origin: str, nodes: None, clock: Clock
) -> None:
    service.source_read("gateway_events", "ai-gateway", now=NOW)
    session = GatewayEvent.objects.filter(kind="payment").exclude(raw_id="").first()
    assert session is not None
    GatewayEvent.objects.filter(session=session.session).update(raw_id="", model="")
    again = NOW + timedelta(seconds=60)
    service.source_read("gateway_events", "ai-gateway", now=again)
    unnamed = JobHour.objects.get(raw_id="", tickets__gt=0)
    GatewayEvent.objects.filter(session=session.session).update(raw_id=session.raw_id, model=session.model)
    service.source_read("gateway_events", "ai-gateway", now=again + timedelta(seconds=60))
    assert not JobHour.objects.filter(raw_id="").exists()
    assert sum(row.tickets or 0 for row in JobHour.objects.exclude(tickets=None)) == 57
    assert unnamed.job_type == ""


def test_turn__when_a_reader_died__then_another_takes_over_and_the_late_word_of_the_first_is_not_heard() -> None:
    source = Source("naap", "", "https://naap.example", 900)
    dead = turns.claim(source, now=NOW)
    assert dead is not None
    assert turns.claim(source, now=NOW + timedelta(seconds=turns.TURN_S - 1)) is None
    heir = turns.claim(source, now=NOW + timedelta(seconds=turns.TURN_S))
    assert heir is not None
    assert turns.finish(dead, Outcome(1, 0), now=NOW) is False
    assert turns.finish(heir, Outcome(5, 0), now=NOW + timedelta(seconds=300)) is True
    assert SourceState.objects.get().records == 5


@pytest.mark.parametrize(
    ("failures", "asked", "wait_s"), [(0, None, 900), (1, None, 1800), (9, None, 21600), (0, 5000.0, 5000)]
)
def test_turn__when_it_failed__then_the_next_waits_longer(failures: int, asked: float | None, wait_s: int) -> None:
    turn = turns.claim(Source("naap", "", "https://naap.example", 900), now=NOW)
    assert turn is not None
    SourceState.objects.update(failures=failures)
    again = turns.Turn(turn.source, turn.began, turn.until, None, failures)
    turns.finish(again, Outcome(0, 0, "Away.", retry_after_s=asked), now=NOW)
    state = SourceState.objects.get()
    assert (state.due_at - NOW).total_seconds() == wait_s
    assert state.failures == failures + 1


def test_snapshots__when_they_are_many__then_the_oldest_go(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.outside.store.SNAPSHOTS_KEPT", 2)
    service.source_read("leaderboard", now=NOW)
    SourceSnapshot.objects.update(sha256=b"\0" * 32)
    service.source_read("leaderboard", now=NOW + timedelta(seconds=60))
    assert {row.fetched_at for row in SourceSnapshot.objects.all()} == {NOW + timedelta(seconds=60)}


def test_sources_command__when_asked__then_a_line_each_and_what_is_parked(
    origin: str, nodes: None, capsys: pytest.CaptureFixture[str]
) -> None:
    read_all()
    ParkedRecord.objects.create(
        source="naap", identity=b"\1" * 32, what="row 3", error="org is no text", first_seen=NOW, last_seen=NOW
    )
    call_command("sources")
    said = capsys.readouterr().out
    assert "AI leaderboard" in said
    assert "row 3: org is no text" in said
