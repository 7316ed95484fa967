"""Providers, heads and changed contracts on the status page."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from apps.chain.readers.controller import contract_id
from apps.network.selectors.contracts import pending_changes
from apps.network.services import contracts_acknowledge
from indexer.models import ProviderState
from indexer.providers import key_of
from tests.factories import (
    ContractBaselineFactory,
    ContractChangeFactory,
    HeadWatchFactory,
    ProviderStateFactory,
    address,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

URL = "/status/"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def text_of(client: Client) -> str:
    body = client.get(URL).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("&nbsp;", " ").replace("\u00a0", " ")


def test_providers__when_well__then_their_figures(client: Client) -> None:
    ProviderStateFactory(host="a.example", head=1_120, finalized=1_060, latency_ms=8, errors=3, last_error="Slow.")
    ProviderStateFactory(host="b.example:8443", head=1_118, range_ceiling=10_000, ceiling_since=datetime.now(UTC))
    text = text_of(client)
    assert re.search(r"a\.example Well 1,120 0 1,060 8 ms 3 any \d s ago", text)
    assert re.search(r"b\.example:8443 Well 1,118 2 – – 0 10,000 since \d s ago", text)
    assert "Slow." not in text


def test_providers__when_one_fails__then_how_often_and_why(client: Client) -> None:
    ProviderStateFactory(host="a.example", failures=4, errors=9, last_error="No <node> answers at https://a.example.")
    body = client.get(URL).content.decode()
    assert "4 in a row: No &lt;node&gt; answers at https://a.example." in body
    assert "Failing" in body


def test_providers__when_set_and_not_asked_yet__then_named_so(client: Client, settings: Settings) -> None:
    known = "https://a.example/KEY"
    ProviderStateFactory(key=key_of(known), host="a.example")
    settings.CHAIN_RPC_URLS = [known, "https://b.example/KEY"]
    body = client.get(URL).content.decode()
    assert body.count("Not asked yet") == 1
    assert body.count("a.example") == 1
    assert "KEY" not in body


def test_heads__when_subscribed__then_who_tells_them(client: Client) -> None:
    HeadWatchFactory(host="ws.example", head=1_120, head_at=datetime.now(UTC))
    text = text_of(client)
    assert "Heads by subscription ws.example has told each new head since" in text
    assert re.search(r"block 1,120 \d s ago \. The chain is looked at every 1 s besides\.", text)


def test_heads__when_the_subscription_is_lost__then_polling_and_why(client: Client) -> None:
    HeadWatchFactory(subscribed_since=None, error="ws://ws.example gives no heads; start it.")
    text = text_of(client)
    assert "Heads by polling The chain is looked at every 1 s." in text
    assert "A subscription is tried again and again: ws://ws.example gives no heads; start it." in text


def test_contracts__when_one_changed__then_a_warning_until_acknowledged(client: Client) -> None:
    ContractBaselineFactory(block=10)
    target = contract_id("BondingManagerTarget")
    ContractChangeFactory(block__number=5, contract_id=target, address=address(1))
    ContractChangeFactory(block__number=20, contract_id=target, address=address(2))
    text = text_of(client)
    assert "Not acknowledged 1 contract changed since this database began." in text
    assert "manage.py acknowledge_contracts" in text
    assert text.count("BondingManagerTarget") == 2
    contracts_acknowledge(pending_changes())
    assert "All known The contracts are those this database began with" in text_of(client)


def test_page__when_a_provider_changes_while_the_chain_stands_still__then_not_304(client: Client) -> None:
    row = ProviderStateFactory()
    tag = client.get(URL, headers={"HX-Request": "true"}).headers["ETag"]
    same = {"HX-Request": "true", "If-None-Match": tag}
    assert client.get(URL, headers=same).status_code == 304
    ProviderState.objects.filter(pk=row.pk).update(written_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert client.get(URL, headers=same).status_code == 200


def test_metrics__of_providers__then_each_by_host_and_key(client: Client) -> None:
    ProviderStateFactory(key="k1", host="a.example", head=120, latency_ms=250, errors=7)
    ProviderStateFactory(key="k2", host="a.example", head=99, failures=2, errors=2)
    HeadWatchFactory()
    ContractBaselineFactory(block=10)
    ContractChangeFactory(block__number=20, contract_id=contract_id("BondingManagerTarget"))
    lines = client.get("/metrics").content.decode().splitlines()
    for line in (
        'millrace_provider_well{key="k1",provider="a.example"} 1.0',
        'millrace_provider_well{key="k2",provider="a.example"} 0.0',
        'millrace_provider_head_block{key="k2",provider="a.example"} 99.0',
        'millrace_provider_latency_seconds{key="k1",provider="a.example"} 0.25',
        'millrace_provider_failures{key="k2",provider="a.example"} 2.0',
        'millrace_provider_errors_total{key="k1",provider="a.example"} 7.0',
        "millrace_heads_by_subscription 1.0",
        "millrace_contracts_pending 1.0",
    ):
        assert line in lines
    assert not any(line.startswith('millrace_provider_latency_seconds{key="k2"') for line in lines)
