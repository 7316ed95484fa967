"""What the status page and its API say of the subgraph."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from indexer.models import SubgraphState
from tests.factories import (
    BlockFactory,
    CoveredRangeFactory,
    IndexStateFactory,
    SourceDifferenceFactory,
    SubgraphStateFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def index(settings: Settings) -> None:
    cache.clear()
    settings.SUBGRAPH_URL = "https://gateway.example/api/secret/subgraphs/id/x"
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000, head_block=1000)


def text_of(client: Client) -> str:
    body = client.get("/status/").content.decode()
    assert "secret" not in body
    section = re.search(r'<h2 class="sec">Subgraph</h2>(.*?)</section>', body, re.S)
    assert section is not None
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section[1]))
    return text.replace("\u00a0", " ").replace("&#x27;", "'")


def told(client: Client) -> dict[str, object]:
    answer: dict[str, object] = client.get("/api/v1/status").json()["data"]["subgraph"]
    return answer


def test_status__without_a_subgraph__says_that_the_chain_is_enough(client: Client, settings: Settings) -> None:
    settings.SUBGRAPH_URL = None
    assert "Off None is configured; everything is read from the chain alone." in text_of(client)
    assert told(client)["state"] == "off"


def test_status__before_the_first_look__does_not_guess(client: Client) -> None:
    assert "Not read yet It is looked at within a minute." in text_of(client)
    assert (told(client)["state"], told(client)["head_block"]) == ("waiting", None)


def test_status__of_a_compared_subgraph__names_head_and_range(client: Client) -> None:
    SubgraphStateFactory(compared_from=1, compared_to=936, compared_events=4_321, compared_at=datetime.now(UTC))
    text = text_of(client)
    for words in ("Current", "QmMade", "990", "10 blocks behind", "4,321 events blocks 1 to 936", "Open differences 0"):
        assert words in text
    data = told(client)
    assert (data["state"], data["lag_blocks"], data["compared_to"]) == ("current", 10, 936)
    assert (data["host"], data["deployment"]) == ("https://gateway.example", "QmMade")


def test_status__of_differences__shows_both_sides_and_escapes_them(client: Client) -> None:
    SubgraphStateFactory(compared_from=1, compared_to=936, compared_at=datetime.now(UTC))
    SourceDifferenceFactory(
        kind="differs", entity="ServiceURIUpdateEvent", field="serviceURI", told="<script>alert(1)</script>", chain="x"
    )
    SourceDifferenceFactory(kind="not_told", block=400)
    SourceDifferenceFactory(kind="not_on_chain", resolved_at=datetime.now(UTC))
    body = client.get("/status/").content.decode()
    assert "<script>alert(1)" not in body
    text = text_of(client)
    assert (
        "ServiceURIUpdateEvent serviceURI differs : &lt;script&gt;alert(1)&lt;/script&gt; there, x on the chain"
        in text.replace("differs:", "differs :")
    )
    assert "RewardEvent is on the chain and not there" in text
    assert "The newest of 2." in text
    assert told(client)["differences"] == 2


def test_status__of_a_head_far_behind__is_stale_with_its_age(client: Client) -> None:
    since = datetime.now(UTC) - timedelta(hours=2)
    SubgraphStateFactory(lag_blocks=5_000, stale_since=since)
    text = text_of(client)
    assert "Stale Its head is more than 3,600 blocks behind the chain's; the chain is read on without it." in text
    assert "Stale since 2" in text
    assert told(client)["state"] == "stale"


def test_status__of_a_failing_subgraph__shows_its_sentence(client: Client) -> None:
    SubgraphStateFactory(error="The subgraph at https://gateway.example refuses us (HTTP 401); check SUBGRAPH_API_KEY.")
    text = text_of(client)
    assert "Failing The chain is read on without it. The subgraph at https://gateway.example refuses us" in text
    assert told(client)["error"] == SubgraphState.objects.get().error


def test_status__of_blocks_on_its_word__names_them_and_what_may_be_missing(client: Client, settings: Settings) -> None:
    settings.SUBGRAPH_URL = None  # they stay what they are
    SubgraphStateFactory(unseen="Alone in their transaction, these events are not named by it: TicketBroker Unlock.")
    CoveredRangeFactory(source="subgraph", blocks=(1, 901))
    CoveredRangeFactory(blocks=(901, 1001))
    text = text_of(client)
    assert "Covered on its word 1 to 900 ." in text.replace("900.", "900 .")
    assert "TicketBroker Unlock" in text
    assert "verify_ranges" in text
    assert told(client)["covered_on_word"] == [{"first": 1, "last": 900}]
    assert client.get("/api/v1/status").json()["data"]["covered"] == [{"first": 1, "last": 1000}]


def test_status_api__when_the_subgraph_was_looked_at_again__then_its_answer_is_new(client: Client) -> None:
    row = SubgraphStateFactory()
    before = client.get("/api/v1/status")["ETag"]
    row.looked_at = datetime.now(UTC) + timedelta(seconds=5)
    row.save()
    assert client.get("/api/v1/status")["ETag"] != before
