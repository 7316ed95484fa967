"""`/api/v1/rounds`"""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.integration.api.conftest import Get
from tests.integration.scoring.history import FIRST, OPEN, block_of, twelve_rounds
from tests.scenery import Character

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_rounds__with_totals__are_newest_first(get: Get) -> None:
    twelve_rounds()

    rows = get("rounds").json()["data"]

    assert [row["round"] for row in rows] == list(range(OPEN, FIRST - 1, -1))
    row = rows[1]
    assert (row["reward_calls"], row["rewards_lpt_wei"], row["rewards_lpt_formatted"]) == (
        3,
        "3" + "0" * 18,
        "3.00 LPT",
    )
    assert (row["fees_eth_wei"], row["tickets"]) == ("100000000000000000", 1)
    assert (row["block"], row["block_hash"]) == (1110, f"0x{bytes(block_of(111).hash).hex()}")
    assert (row["mintable_lpt_wei"], row["inflation_ppb"]) == (None, None)


def test_rounds__within_bounds__include_both_ends(get: Get, cast: list[Character]) -> None:
    rows = get("rounds?round_gte=7&round_lte=9").json()["data"]

    assert [row["round"] for row in rows] == [9, 8, 7]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("round_gte=x", "bad_parameter"),
        ("round_gte=2147483648", "bad_parameter"),
        ("round_lte=-1", "bad_parameter"),
        ("sort=round", "bad_parameter"),
        ("cursor=W1tbInEiLCJhIl1dLCIweCIsMV0", "bad_cursor"),  # one of the list of orchestrators
    ],
)
def test_rounds__by_a_wrong_parameter__are_refused(get: Get, db: None, query: str, code: str) -> None:
    response = get(f"rounds?{query}")

    assert (response.status_code, response.json()["code"]) == (400, code)


def test_rounds__take_six_queries(
    get: Get, cast: list[Character], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(6 + 2):  # and the savepoint around them in a test
        assert len(get("rounds?limit=500").json()["data"]) == 40
