"""`/api/v1/network/overlap` and what changed it."""

from __future__ import annotations

import csv
import io

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.protocol.formats import checksummed
from apps.protocol.units import WEI
from tests.factories import BlockFactory, IndexStateFactory, OrchestratorRoundFactory, RoundFactory, address
from tests.integration.api.conftest import Get
from tests.scenery import Character

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

WORKER, WHALE = address(1), address(2)


@pytest.fixture
def three_rounds() -> None:
    """Rounds 10 to 12 over, 13 running: the worker's stake grows from a tenth to a half, and its fees stay."""
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000)
    for number, held in ((10, 10), (11, 30), (12, 50), (13, 90)):
        RoundFactory(number=number, block__number=900 + number)
        OrchestratorRoundFactory(orchestrator=WORKER, round=number, stake_lpt_wei=held * WEI, fees_eth_wei=9 * WEI)
        OrchestratorRoundFactory(
            orchestrator=WHALE, round=number, stake_lpt_wei=(100 - held) * WEI, fees_eth_wei=1 * WEI
        )


def test_overlap__of_whole_rounds__is_exact_and_newest_first(get: Get, three_rounds: None) -> None:
    rows = get("network/overlap").json()["data"]

    assert [(row["round"], row["matched_90_ppb"]) for row in rows] == [
        (12, 600_000_000),
        (11, 400_000_000),
        (10, 200_000_000),
    ]
    assert rows[0]["matched_90_numerator"] == str(18 * WEI * 100 * WEI)
    assert rows[0]["matched_90_denominator"] == str(30 * WEI * 100 * WEI)
    assert (rows[0]["active_stake_lpt_wei"], rows[0]["fees_30_eth_wei"]) == (str(100 * WEI), str(30 * WEI))


def test_overlap__by_pages_and_bounds__gives_each_round_once(get: Get, three_rounds: None) -> None:
    page = get("network/overlap?limit=2&round_gte=10").json()
    rest = get(f"network/overlap?limit=2&cursor={page['paging']['next_cursor']}").json()

    assert [row["round"] for row in [*page["data"], *rest["data"]]] == [12, 11, 10]
    assert rest["paging"]["next_cursor"] is None


def test_overlap__as_csv__is_all_of_it(get: Get, cast: list[Character]) -> None:
    rows = list(csv.DictReader(io.StringIO(get("network/overlap.csv").content.decode())))
    filtered = list(csv.DictReader(io.StringIO(get("network/overlap.csv?round_gte=30").content.decode())))

    assert [row["round"] for row in rows] == [str(number) for number in range(39, 0, -1)]
    assert filtered == rows[:10]
    assert rows[0]["matched_90_numerator"] == get("network/overlap?limit=1").json()["data"][0]["matched_90_numerator"]
    assert rows[0]["as_of_round"] == "40"


def test_overlap__on_a_fresh_index__is_empty(get: Get, db: None) -> None:
    assert get("network/overlap").json()["data"] == []
    assert len(get("network/overlap.csv").content.decode().splitlines()) == 1


def test_overlap__asked_again__reads_no_round_again(
    get: Get, cast: list[Character], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    get("network/overlap")
    with django_assert_num_queries(5 + 2):  # and the savepoint around them in a test
        assert len(get("network/overlap?limit=500").json()["data"]) == 39


def test_change__of_stake_toward_work__says_so_by_node(get: Get, three_rounds: None) -> None:
    data = get("network/overlap/change?rounds=2").json()["data"]

    assert (data["before"]["round"], data["after"]["round"], data["window_rounds"]) == (10, 12, 90)
    assert (data["change_ppb"], data["by_stake_ppb"], data["by_fees_ppb"]) == (400_000_000, 400_000_000, 0)
    assert data["nodes"][0] == {
        "address": WORKER,
        "address_checksummed": checksummed(WORKER),
        "stake_before_lpt_wei": str(10 * WEI),
        "stake_after_lpt_wei": str(50 * WEI),
        "fees_before_eth_wei": str(9 * WEI),
        "fees_after_eth_wei": str(27 * WEI),
        "matched_before_ppb": 100_000_000,
        "matched_after_ppb": 500_000_000,
        "change_ppb": 400_000_000,
        "by_stake_ppb": 400_000_000,
        "by_fees_ppb": 0,
        "moved": "stake",
    }
    assert data["nodes"][1]["moved"] == "neither"


def test_change__without_parameters__compares_as_many_rounds_as_there_are(get: Get, three_rounds: None) -> None:
    assert get("network/overlap/change").json()["data"]["before"]["round"] == 10


def test_change__as_csv__is_its_nodes(get: Get, three_rounds: None) -> None:
    rows = list(csv.DictReader(io.StringIO(get("network/overlap/change.csv?to_round=11").content.decode())))

    assert [(row["address"], row["change_ppb"], row["moved"]) for row in rows] == [
        (WORKER, "200000000", "stake"),
        (WHALE, "0", "neither"),
    ]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("window=60", "window"),
        ("rounds=0", "rounds"),
        ("rounds=1.5", "rounds"),
        ("rounds=%D9%A1", "rounds"),
        ("to_round=x", "to_round"),
        ("from_round=1", "from_round"),
        ("rounds=", "rounds"),
    ],
)
def test_change__by_a_wrong_parameter__is_a_problem_that_names_it(
    get: Get, three_rounds: None, query: str, parameter: str
) -> None:
    response = get(f"network/overlap/change?{query}")

    assert (response.status_code, response.json()["code"]) == (400, "bad_parameter")
    assert response.json()["parameter"] == parameter


@pytest.mark.parametrize("query", ["to_round=13", "to_round=10", "rounds=3", "to_round=12&rounds=1000000"])
def test_change__of_rounds_that_are_not_there__is_404_and_says_which_are(
    get: Get, three_rounds: None, query: str
) -> None:
    response = get(f"network/overlap/change?{query}")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert "Rounds 10 to 12 are over and known" in response.json()["detail"]


def test_change__while_nobody_was_paid__is_404(get: Get, db: None) -> None:
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000)
    for number in (1, 2, 3):
        RoundFactory(number=number, block__number=900 + number)
        OrchestratorRoundFactory(orchestrator=WORKER, round=number)

    assert "nobody was paid in the 90 rounds" in get("network/overlap/change").json()["detail"]
