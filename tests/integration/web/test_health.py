"""Probes and metrics: true, cheap, and open to nobody's keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from apps.web.health import queues
from tests.factories import (
    BlockFactory,
    CoveredRangeFactory,
    IndexStateFactory,
    ParkedLogFactory,
    ScoreRunFactory,
    SourceStateFactory,
    SubgraphStateFactory,
    VerificationFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def current() -> None:
    now = datetime.now(UTC)
    BlockFactory(number=1000, time=now - timedelta(seconds=4))
    IndexStateFactory(
        projected_to=1000, head_block=1003, finalized_block=936, head_time=now - timedelta(seconds=1), looked_at=now,
        reorgs=2, window_blocks=7,
    )  # fmt: skip


def read(client: Client) -> dict[str, float]:
    """Every sample by its name and labels."""
    text = client.get("/metrics").content.decode()
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values() if sample.name != "millrace_build_info"):
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }  # fmt: skip


def without_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: BaseDatabaseWrapper) -> None:
        raise OperationalError("password=hidden host=hidden")

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", refuse)
    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", refuse)


def test_live__when_the_database_is_away__then_the_process_lives(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_database(monkeypatch)
    response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "live"})


def test_ready__when_the_index_is_current__then_200(client: Client, current: None) -> None:
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ready", "failed": {}})
    assert response["Cache-Control"] == "no-store"


def test_ready__when_the_database_is_away__then_503_without_its_address(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_database(monkeypatch)
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["failed"] == {"database": "OperationalError: the database cannot be asked."}


def test_ready__when_a_migration_is_missing__then_503_and_its_name(client: Client, current: None) -> None:
    MigrationRecorder.Migration.objects.filter(app="indexer", name="0001_initial").delete()
    response = client.get("/health/ready")
    assert response.status_code == 503
    reason = "1 missing, first indexer.0001_initial; run `manage.py migrate`."
    assert response.json()["failed"] == {"migrations": reason}


def test_ready__when_nothing_is_read__then_503_and_no_error_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert caplog.records == []
    assert response.json()["failed"] == {"index": "empty: No block of the chain has been read yet."}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"trouble": "Two providers disagree."}, "stopped: Two providers disagree."),
        ({"unseen_s": 61}, "stale: The chain was last looked at 61 s ago."),
        ({"head_later_s": 61}, "behind: The index is 3 blocks, 61 s of chain, behind."),
    ],
)
def test_ready__when_the_index_is_in_trouble__then_503_and_why(
    client: Client, settings: Settings, fields: dict[str, object], reason: str
) -> None:
    settings.HEAD_STALE_S = 60
    now = datetime.now(UTC)
    head_time = now + timedelta(seconds=int(str(fields.get("head_later_s", 0))))
    BlockFactory(number=1000, time=now)
    IndexStateFactory(
        projected_to=1000, head_block=1003, head_time=head_time, trouble=fields.get("trouble", ""),
        looked_at=now - timedelta(seconds=int(str(fields.get("unseen_s", 0)))),
    )  # fmt: skip
    response = client.get("/health/ready")
    assert (response.status_code, response.json()["failed"]) == (503, {"index": reason})


def test_metrics__when_the_index_runs__then_its_figures(client: Client, current: None) -> None:
    CoveredRangeFactory(blocks=(1, 501))
    CoveredRangeFactory(blocks=(511, 1001))
    ParkedLogFactory(block__number=990)
    ScoreRunFactory(as_of_block=930)
    found = read(client)
    expected = {
        "database_up": 1, "missing_migrations": 0, "broker_up": 1, "head_block": 1003, "head_lag_blocks": 3,
        "head_lag_seconds": 3, "indexed_block": 1000, "finalized_block": 936, "window_blocks": 7, "reorgs_total": 2,
        "index_state current": 1, "index_state stopped": 0, "covered_blocks": 990, "gaps": 1, "gap_blocks": 10,
        "parked_logs": 1, "score_run_block": 930, "queue_tasks indexer": 0, "queue_tasks checks": 0,
    }  # fmt: skip
    assert {name: found.get(f"millrace_{name}") for name in expected} == expected
    assert 0 <= found["millrace_head_unseen_seconds"] < 5
    assert 1 <= found["millrace_head_age_seconds"] < 6


def test_metrics__when_nothing_is_read__then_unknown_figures_are_absent(client: Client) -> None:
    found = read(client)
    assert found["millrace_index_state empty"] == 1
    assert found["millrace_covered_blocks"] == 0
    absent = ("head_block", "head_lag_blocks", "head_unseen_seconds", "score_run_age_seconds", "window_blocks")
    assert not {f"millrace_{name}" for name in absent} & set(found)


def test_metrics__when_figures_were_compared__then_what_differs(client: Client, current: None) -> None:
    VerificationFactory(figures=40, differ=3, unexplained=1, made_at=datetime.now(UTC) - timedelta(seconds=90))
    found = read(client)
    names = ("block", "figures", "differ", "unexplained")
    assert [found[f"millrace_verification_{name}"] for name in names] == [1000, 40, 3, 1]
    assert 90 <= found["millrace_verification_age_seconds"] < 95


def test_metrics__when_sources_are_read__then_how_fresh_and_those_that_are_off_are_absent(
    client: Client, current: None, settings: Settings
) -> None:
    settings.NAAP_URL = settings.SUBGRAPH_URL = "https://hidden:hidden@outside.example/hidden"
    settings.LEADERBOARD_URL = None
    SourceStateFactory(
        source="naap", stale_after_s=60, parked=2, succeeded_at=datetime.now(UTC) - timedelta(seconds=90)
    )
    SourceStateFactory(source="leaderboard")
    SubgraphStateFactory(lag_blocks=10)
    text = client.get("/metrics").content.decode()
    assert 'millrace_source_stale{observer="",source="naap"} 1.0' in text
    assert 'millrace_source_parked_records{observer="",source="naap"} 2.0' in text
    found = read(client)
    assert 90 <= found["millrace_source_age_seconds  naap"] < 95
    assert (found["millrace_subgraph_state current"], found["millrace_subgraph_lag_blocks"]) == (1, 10)
    assert "leaderboard" not in text
    assert "hidden" not in text


def test_metrics__when_database_and_broker_are_away__then_told_and_the_rest_absent(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    without_database(monkeypatch)
    settings.CELERY_BROKER_URL = "redis://:hidden@127.0.0.1:1/0"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}
    response = client.get("/metrics")
    assert response.status_code == 200
    assert "hidden" not in response.content.decode()
    cache.clear()
    found = read(client)
    assert (found["millrace_database_up"], found["millrace_broker_up"]) == (0, 0)
    assert {name for name in found if name.startswith("millrace_") and "_up" not in name} == {"millrace_build_info"}


def test_metrics__when_scraped__then_a_handful_of_queries(
    client: Client, current: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/metrics")
    with django_assert_max_num_queries(30):
        client.get("/metrics")


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_probes__when_asked_by_address_over_plain_http__then_answered(
    client: Client, settings: Settings, current: None, path: str
) -> None:
    settings.ALLOWED_HOSTS = ["millrace.example"]
    settings.SECURE_SSL_REDIRECT = True
    response = client.get(path, headers={"Host": "10.0.0.7:8000"})
    assert response.status_code == 200
    assert "Set-Cookie" not in response
    assert client.post(path).status_code == 405


def test_depths__when_tasks_wait__then_counted_by_queue(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "_waiting", lambda broker, name: {"indexer": 3}.get(name, 0))
    assert queues.depths() == {"indexer": 3, "scoring": 0, "sources": 0, "checks": 0, "default": 0}


def test_status__when_the_broker_answers__then_the_queues_are_on_the_page(client: Client, current: None) -> None:
    body = client.get("/status/").content.decode()
    assert "Work that waits" in body
    assert '<th scope="row">indexer</th><td class="n">0</td><td class="g">the chain into rows</td>' in body


def test_status__when_the_broker_is_away__then_unknown_and_not_zero(
    client: Client, current: None, settings: Settings
) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}
    assert "The broker does not answer." in client.get("/status/").content.decode()
