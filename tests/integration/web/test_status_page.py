"""Sources and heads, for people."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from apps.web.status.providers import host_of
from tests.factories import (
    BlockFactory,
    ChainLogFactory,
    CoveredRangeFactory,
    IndexStateFactory,
    ParkedLogFactory,
    ScoreRunFactory,
    WatchedContractFactory,
    address,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

URL = "/status/"
BONDING = address(90)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def index() -> None:
    block = BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000, head_block=1003, safe_block=980, finalized_block=936, reorgs=2)
    WatchedContractFactory(name="BondingManager", address=BONDING)
    WatchedContractFactory(name="TicketBroker", address=address(91))
    for at in range(3):
        ChainLogFactory(block=block, log_index=at, address=BONDING)
    CoveredRangeFactory(blocks=(1, 501))
    CoveredRangeFactory(blocks=(501, 1001))
    ScoreRunFactory(version="0.1", as_of_block=930, as_of_round=198)


def text_of(client: Client) -> str:
    body = client.get(URL).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ")


def test_status__when_current__then_heads_with_their_lag(client: Client, index: None) -> None:
    text = text_of(client)
    assert "Current The chain is read, and its numbers are current." in text
    for words in ("Head 1,003 0", "Indexed 1,000 3", "Safe 980 23", "Finalized 936 67", "Scored 930 73"):
        assert words in text


def test_status__when_current__then_what_is_stored(client: Client, index: None) -> None:
    text = text_of(client)
    assert re.search(r"BondingManager 0x\w{40} 0x\w{4}…\w{4} 3", text)
    assert re.search(r"TicketBroker 0x\w{40} 0x\w{4}…\w{4} 0", text)
    assert "1 1,000 1,000 No gaps" in text
    assert "Reorgs healed 2" in text
    assert "method 0.1, up to round 198" in text
    assert "Every log so far could be read." in text


def test_status__when_blocks_are_missing__then_the_gap_is_named(client: Client, index: None) -> None:
    CoveredRangeFactory(blocks=(1010, 1020))
    assert "Gaps 1,001 to 1,009." in text_of(client)


def test_status__when_logs_are_parked__then_counted_with_the_newest_errors(client: Client, index: None) -> None:
    ParkedLogFactory(block__number=990, log_index=4, error="Too <short>.")
    body = client.get(URL).content.decode()
    assert "1 log could not be read. The line moved on without it" in body
    assert "log 4: Too &lt;short&gt;." in body


def test_status__when_the_index_stands_still__then_stopped_and_why(client: Client) -> None:
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000, trouble="Two providers disagree about block 1,001.")
    assert "Stopped The index stands still. Two providers disagree about block 1,001." in text_of(client)


def test_status__when_nothing_is_indexed__then_unknown_and_not_zero(client: Client) -> None:
    response = client.get(URL)
    body = response.content.decode()
    assert response.status_code == 200
    assert "Nothing read yet" in body
    assert "No contract is watched yet" in body
    assert body.count('title="Unknown: no chain has been read yet"') == 5


def test_status__when_providers_are_set__then_hosts_without_their_keys(
    client: Client, index: None, settings: Settings
) -> None:
    settings.CHAIN_RPC_URLS = ["https://user:word@arb.example:8443/v2/SECRETKEY?k=SECRETKEY", "https://two.example"]
    body = client.get(URL).content.decode()
    assert "arb.example:8443" in body
    assert "two.example" in body
    assert "SECRETKEY" not in body
    assert "word@" not in body


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:8545", "127.0.0.1:8545"),
        ("https://a.example/key", "a.example"),
        ("http://[half", "unreadable address"),
    ],
)
def test_host_of__when_an_address_is_given__then_nothing_but_its_host(url: str, host: str) -> None:
    assert host_of(url) == host


def test_status__when_asked_again__then_slow_counts_are_kept(client: Client, index: None) -> None:
    slow = re.compile(r'pg_database_size|COUNT\("indexer_chain_log"')
    found = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get(URL)
        found.append(sum(bool(slow.search(query["sql"])) for query in asked.captured_queries))
    assert found == [2, 0]


def test_status__when_asked_again__then_a_number_of_queries_that_no_history_moves(client: Client, index: None) -> None:
    client.get(URL)
    counts = []
    for more in range(2):
        for at in range(3 * more):
            ChainLogFactory(block__number=1000, log_index=10 + at, address=BONDING)
            ParkedLogFactory(block__number=900 + at, log_index=at)
        with CaptureQueriesContext(connection) as asked:
            client.get(URL)
        counts.append(len(asked.captured_queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 30  # one or two a section


def test_status__when_polled__then_only_what_changes(client: Client, index: None) -> None:
    assert "<html" not in client.get(URL, headers={"HX-Request": "true"}).content.decode()


def test_status__when_posted_to__then_refused(client: Client) -> None:
    assert client.post(URL).status_code == 405
