"""Providers, heads and contracts in `/api/v1/status`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apps.chain.readers.controller import contract_id
from apps.network.selectors.contracts import pending_changes
from apps.network.services import contracts_acknowledge
from indexer.models import ProviderState
from tests.factories import (
    ContractBaselineFactory,
    ContractChangeFactory,
    HeadWatchFactory,
    ProviderStateFactory,
    address,
    hash_of,
)
from tests.integration.api.conftest import Get

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def status(get: Get) -> dict[str, object]:
    data: dict[str, object] = get("status").json()["data"]
    return data


def test_providers__of_any_health__are_told_without_their_urls(get: Get) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    ProviderStateFactory(
        host="a.example", head=120, finalized=60, latency_ms=8, errors=3, last_error="Slow.", range_ceiling=10_000,
        ceiling_since=now, seen_at=now,
    )  # fmt: skip
    ProviderStateFactory(host="b.example", head=99)
    ProviderStateFactory(host="c.example", failures=2, errors=2, last_error="Gone.")
    ProviderStateFactory(host="d.example", written_at=now)
    ProviderStateFactory(host="e.example", websocket=True, head=120)

    found = status(get)["providers"]

    assert isinstance(found, list)
    assert [(row["host"], row["state"]) for row in found] == [
        ("a.example", "well"),
        ("b.example", "behind"),
        ("c.example", "failing"),
        ("d.example", "unseen"),
        ("e.example", "well"),
    ]
    assert found[0] == {
        "host": "a.example",
        "websocket": False,
        "state": "well",
        "head": 120,
        "finalized": 60,
        "latency_ms": 8,
        "failures": 0,
        "errors_total": 3,
        "last_error": "Slow.",
        "range_ceiling_blocks": 10_000,
        "ceiling_since": "2026-01-01T00:00:00Z",
        "rests_until": None,
        "seen_at": "2026-01-01T00:00:00Z",
    }


def test_heads__by_subscription__name_who_tells_them(get: Get) -> None:
    row = HeadWatchFactory(host="ws.example")

    assert status(get)["heads"] == {
        "by_subscription": True,
        "host": "ws.example",
        "since": row.subscribed_since.isoformat().replace("+00:00", "Z"),
        "error": "",
        "poll_interval_s": 1,
    }


def test_contracts__changed__are_not_acknowledged_until_they_are(get: Get) -> None:
    ContractBaselineFactory(block=10)
    assert status(get)["contracts_acknowledged"] is True
    ContractChangeFactory(
        block__number=20, contract_id=contract_id("BondingManagerTarget"), address=address(2), tx_hash=hash_of("up")
    )
    found = status(get)
    assert found["contracts_acknowledged"] is False
    assert found["contract_changes"] == [
        {
            "name": "BondingManagerTarget",
            "address": address(2),
            "old_address": None,
            "git_commit": "00" * 20,
            "block": 20,
            "time": "2026-01-01T00:00:20Z",
            "tx_hash": f"0x{hash_of('up').hex()}",
            "log_index": 0,
            "is_pending": True,
            "acknowledged_at": None,
        }
    ]
    before = get("status").headers["ETag"]
    contracts_acknowledge(pending_changes())

    assert get("status").headers["ETag"] != before
    assert status(get)["contracts_acknowledged"] is True


def test_tag__when_a_provider_fails_while_the_chain_stands_still__changes(get: Get) -> None:
    row = ProviderStateFactory()
    before = get("status").headers["ETag"]
    ProviderState.objects.filter(pk=row.pk).update(written_at=row.written_at + timedelta(seconds=1))

    assert get("status").headers["ETag"] != before
