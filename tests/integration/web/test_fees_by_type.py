"""Fees by job type on a node's page and in the API, as the newest score run split them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from apps.scoring.models import ScorePart
from tests import scenery
from tests.scenery import Character

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

GATEWAY = "0x" + "cd" * 20
ETH = 10**18
SPLIT: dict[str, Any] = {
    "rounds": 90,
    "total_eth_wei": str(11 * ETH),
    "market_eth_wei": str(10 * ETH),
    "tickets": 421,
    "by_class_eth_wei": {"transcoding": str(6 * ETH), "ai": str(2 * ETH), "mixed": "0", "unknown": str(2 * ETH)},
    "types": [
        {
            "job_type": "transcoding",
            "low_eth_wei": str(6 * ETH),
            "estimate_eth_wei": str(6 * ETH),
            "high_eth_wei": str(8 * ETH),
            "how": ["label"],
        },
        {
            "job_type": "live-video-to-video",
            "low_eth_wei": "0",
            "estimate_eth_wei": str(2 * ETH),
            "high_eth_wei": str(4 * ETH),
            "how": ["single", "telemetry"],
        },
    ],
    "unknown_eth_wei": str(2 * ETH),
    "sure_eth_wei": str(6 * ETH),
    "coverage": "0.123000",
    "taken_out": [
        {
            "code": "incentive_payout",
            "reason": "payouts of a programme",
            "gateway": GATEWAY,
            "amount_eth_wei": str(ETH),
            "tickets": 3,
            "source": "An <b>audit</b> pack.",
        }
    ],
    "checks": [GATEWAY],
}


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def node() -> Character:
    """A node whose newest run split its fees."""
    one, *_ = scenery.network(nodes=7, rounds=40)
    stored = {"fees_by_job_type": {"method": "1.0", "long": SPLIT, "recent": {**SPLIT, "rounds": 30}}}
    ScorePart.objects.filter(part="jobs", score__orchestrator=one.address).update(sources=stored)
    return one


def section(client: Client, node: Character) -> str:
    body = client.get(f"/orchestrators/{node.address}/").content.decode()
    body = body.split('id="jobs"')[1].split('id="terms"')[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ")


def test_page__shows_each_type_with_its_range__and_the_unknown_as_a_row_of_its_own(
    client: Client, node: Character
) -> None:
    text = section(client, node)

    assert "10.000 ETH of market fees in 90 rounds by 421 winning tickets, 6.000 ETH of them of a sure kind." in text
    assert "Work that was reported is worth 0.12 of what was paid. Score method" in text
    assert "Transcoding the gateway pays for nothing else 6.000 6.000 to 8.000 60.0" in text
    assert "Live video the one AI job type it offers and work that was reported 2.000 0 to 4.000 20.0" in text
    assert "Unknown ? unknown 2.000 20.0 may be any kind" in text


def test_page__lists_what_is_no_demand__and_what_cannot_be_true(client: Client, node: Character) -> None:
    text = section(client, node)

    assert "Credited, and no sign of demand: one line" in text
    assert "1.000 ETH in 3 tickets: payouts of a programme. An &lt;b&gt;audit&lt;/b&gt; pack." in text
    assert "0xCdCD…CDcD than was paid for: a price, a unit or a label is wrong" in text


def test_unknown__is_hatched__and_never_in_the_colour_of_what_is_known(client: Client, node: Character) -> None:
    body = client.get(f"/orchestrators/{node.address}/").content.decode().split('id="jobs"')[1]
    known, _, rest = body.partition('<th scope="row">Unknown')
    unknown = rest.split("</tr>")[0]

    assert known.count('class="f-jobs"') == 2
    assert '<rect fill="url(#hatch)" y="3" width="20%"' in unknown
    assert "f-jobs" not in unknown


def test_page__of_a_run_that_split_nothing__leaves_the_table_out(client: Client, node: Character) -> None:
    ScorePart.objects.filter(part="jobs", score__orchestrator=node.address).update(sources={})

    assert "What it was paid for" not in section(client, node)


def test_page__of_a_node_that_nobody_paid__says_so(client: Client, node: Character) -> None:
    empty = {**SPLIT, "total_eth_wei": "0", "market_eth_wei": "0", "types": [], "unknown_eth_wei": "0"}
    stored = {"fees_by_job_type": {"method": "1.0", "long": empty, "recent": empty}}
    ScorePart.objects.filter(part="jobs", score__orchestrator=node.address).update(sources=stored)

    assert "Nobody paid it in the 90 rounds of the score." in section(client, node)


def test_api__gives_both_windows__in_wei(client: Client, node: Character) -> None:
    found = client.get(f"/api/v1/orchestrators/{node.address}").json()["data"]["fees_by_job_type"]

    assert (found["method"], found["long"]["rounds"], found["recent"]["rounds"]) == ("1.0", 90, 30)
    assert found["long"]["types"][0] == SPLIT["types"][0]
    assert found["long"]["unknown_eth_wei"] == SPLIT["unknown_eth_wei"]
    assert found["long"]["by_class_eth_wei"] == SPLIT["by_class_eth_wei"]
    assert found["long"]["coverage"] == 0.123
    assert found["long"]["taken_out"] == SPLIT["taken_out"]
    assert found["long"]["checks"] == [GATEWAY]


def test_api__of_a_run_that_split_nothing__says_null(client: Client, node: Character) -> None:
    ScorePart.objects.filter(part="jobs", score__orchestrator=node.address).update(sources={})

    assert client.get(f"/api/v1/orchestrators/{node.address}").json()["data"]["fees_by_job_type"] is None
