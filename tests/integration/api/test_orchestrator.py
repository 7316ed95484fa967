"""`/api/v1/orchestrators/{address}` and its rounds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.protocol.formats import checksummed
from apps.scoring import services
from apps.scoring.models import Score
from tests.factories import CutChangeFactory, GatewayFundingFactory, TransactionSenderFactory, address, hash_of
from tests.integration.api.conftest import Get
from tests.integration.scoring.history import FIRST, GATEWAY, OPEN, OTHER_GATEWAY, WORKER, block_of, twelve_rounds
from tests.scenery import Character

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_detail__of_a_scored_node__gives_every_part_with_its_reason(get: Get) -> None:
    twelve_rounds()
    services.network_score()

    data = get(f"orchestrators/{WORKER}").json()["data"]

    parts = {part["name"]: part for part in data["score"]["parts"]}
    assert parts["work"]["reason"].startswith("Earned 1.200\u00a0ETH in twelve rounds")
    assert parts["work"]["sources"]["fees_long_eth_wei"] == "1200000000000000000"
    assert parts["jobs"]["value"] is None
    assert parts["jobs"]["reason"].startswith("Unknown: no source tells what the network pays for now.")
    kept = Score.objects.get(orchestrator=WORKER)
    assert (data["score"]["rank"], data["score"]["value"], data["score"]["severity"]) == (1, kept.value, "good")


def test_detail__of_a_node__has_its_terms_payers_and_rounds(get: Get) -> None:
    twelve_rounds()
    CutChangeFactory(orchestrator=WORKER, round=OPEN, old_reward_cut_ppm=0, old_fee_share_ppm=500_000)

    data = get(f"orchestrators/{WORKER}").json()["data"]

    assert [(each["round"], each["old_reward_cut_ppm"]) for each in data["cut_history"]] == [(99, None), (112, 0)][::-1]
    assert [(each["gateway"], each["amount_eth_wei"], each["tickets"]) for each in data["payers"]] == [
        (GATEWAY, "800000000000000000", 8),
        (OTHER_GATEWAY, "400000000000000000", 4),
    ]
    assert [(each["funded_by"], each["funding_known"]) for each in data["payers"]] == [([], False)] * 2
    assert [each["round"] for each in data["rounds"]] == list(range(112, 99, -1))
    assert (data["rounds"][0]["reward_called"], data["rounds"][1]["fees_eth_wei"]) == (False, "100000000000000000")
    assert data["score"] is None


def test_detail__when_a_node_funds_its_gateway__then_the_payer_says_who_paid_in(get: Get) -> None:
    twelve_rounds()
    for number, sender in ((1, WORKER), (2, WORKER), (3, None)):
        tx_hash, block = hash_of(number), block_of(FIRST, number)
        GatewayFundingFactory(gateway=GATEWAY, tx_hash=tx_hash, round=FIRST, amount_eth_wei=number, block=block)
        TransactionSenderFactory(tx_hash=tx_hash, sender=sender, block=block)

    payer = get(f"orchestrators/{WORKER}").json()["data"]["payers"][0]

    assert payer["funding_known"] is False
    (funder,) = payer["funded_by"]
    assert (funder["address"], funder["amount_eth_wei"]) == (WORKER, "3")
    assert (funder["round"], funder["tx_hash"]) == (FIRST, "0x" + hash_of(2).hex())


@pytest.mark.parametrize("write", [str, checksummed, lambda text: "0x" + text[2:].upper()])
def test_detail__by_any_right_spelling__is_found(get: Get, cast: list[Character], write: Callable[[str], str]) -> None:
    response = get(f"orchestrators/{write(cast[0].address)}")

    assert response.json()["data"]["address"] == cast[0].address


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (address(77), 404, "unknown_orchestrator"),
        (f"{address(77)}/rounds", 404, "unknown_orchestrator"),
        ("0x12", 400, "bad_address"),
        ("%00", 400, "bad_address"),
        ("x" * 3000, 400, "bad_address"),
        ("0x6bA914A9759a568eBF8a3B173c82e0D7E55Df1dd", 400, "bad_address"),
        (f"{address(77)}?limit=3", 400, "bad_parameter"),
        (f"{address(77)}/rounds?round_gte=-1", 400, "bad_parameter"),
        (f"{address(77)}/", 404, "not_found"),
        (f"{address(77)}/friends", 404, "not_found"),
    ],
)
def test_detail__of_what_is_not_there__is_a_problem(get: Get, db: None, path: str, status: int, code: str) -> None:
    response = get(f"orchestrators/{path}")

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["Content-Type"] == "application/problem+json"


def test_rounds__followed_to_the_end__give_each_round_once_newest_first(get: Get, cast: list[Character]) -> None:
    path, found = "?limit=15&round_gte=3", []
    for _ in range(3):
        page = get(f"orchestrators/{cast[0].address}/rounds{path}").json()
        found += [row["round"] for row in page["data"]]
        path = f"?limit=15&cursor={page['paging']['next_cursor']}"

    assert found == list(range(40, 2, -1))
    assert page["paging"] == {"next_cursor": None, "limit": 15, "sort": "-round", "total": None}


def test_detail__of_any_node__takes_as_many_queries(
    get: Get, cast: list[Character], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(28 + 2):  # and the savepoint around them in a test
        get(f"orchestrators/{cast[0].address}")
