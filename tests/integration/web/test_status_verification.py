"""What the status page and its twin for programs say about the last comparison with the contracts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories import BlockFactory, IndexStateFactory, VerificationFactory, address

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

WHO = address(3)


@pytest.fixture(autouse=True)
def index() -> None:
    cache.clear()
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000)


def section(client: Client) -> str:
    body = client.get("/status/").content.decode()
    start = body.index("Verified against the contracts")
    text = re.sub(r"<[^>]+>", " ", body[start : body.index("</section>", start)])
    return re.sub(r"\s+", " ", text).replace("\u00a0", " ")


def told(client: Client) -> dict[str, Any] | None:
    found: dict[str, Any] | None = client.get("/api/v1/status").json()["data"]["verification"]
    return found


def differing(**more: object) -> dict[str, object]:
    drift = {"subject": WHO, "figure": "bonded, LPT wei", "ours": "5", "theirs": "6", "reason": ""}
    return {"differ": 1, "unexplained": 1, "drift": [{**drift, **more}]}


def test_status__nothing_was_verified__says_not_yet_and_null(client: Client) -> None:
    assert "Not yet No figure has been compared with the contracts yet" in section(client)
    assert told(client) is None


def test_status__all_figures_agree__says_what_was_compared_where_and_when(client: Client) -> None:
    ago = datetime.now(UTC) - timedelta(seconds=40)
    compared = {"accounts": 220, "orchestrators": 20, "figures": 3214}
    VerificationFactory(kind="sample", block=990, round=12, made_at=ago, **compared)
    text = section(client)
    assert "Equal 3,214 figures of 220 accounts and 20 orchestrators, a sample, were asked from the contracts" in text
    assert "at block 990, round 12, 40 s ago : none differs, to the wei." in text
    assert "Everything at once has not been compared yet" in text
    found = told(client)
    assert found is not None
    assert (found["block"], found["figures"], found["differ"], found["drift"]) == (990, 3214, 0, [])


def test_status__a_figure_differs__shows_it_with_both_values(client: Client) -> None:
    VerificationFactory(kind="full", block=980, made_at=datetime.now(UTC) - timedelta(hours=1))
    VerificationFactory(kind="sample", **differing())
    text = section(client)
    assert "Differs " in text
    assert "1 differ, 1 of them without a known reason." in text
    assert f"{WHO} bonded, LPT wei 5 6 no reason is known" in text
    assert "Everything was last compared 60 min ago , at block 980." in text
    found = told(client)
    assert found is not None
    assert found["drift"] == [{"subject": WHO, "figure": "bonded, LPT wei", "ours": "5", "theirs": "6", "reason": ""}]


def test_status__a_difference_is_known__names_its_reason_and_escapes_it(client: Client) -> None:
    VerificationFactory(**{**differing(reason="log 4 is <parked>"), "unexplained": 0, "differ": 30})
    body = client.get("/status/").content.decode()
    assert "log 4 is &lt;parked&gt;" in body
    text = section(client)
    assert "Differs as known" in text
    assert "30 differ, 0 of them without a known reason." in text
    assert "And 29 more;" in text


def test_tag__of_both__changes_with_the_newest_verification(client: Client) -> None:
    before = [client.get(url)["ETag"] for url in ("/status/", "/api/v1/status")]
    VerificationFactory()
    after = [client.get(url)["ETag"] for url in ("/status/", "/api/v1/status")]
    assert all(one != other for one, other in zip(before, after, strict=True))
