"""`/api/v1/compare` and `/api/v1/orchestrators/{address}/yield`."""

from __future__ import annotations

import csv
import io

import pytest

from apps.protocol.formats import checksummed
from apps.protocol.perc import ONE, precise_perc_of
from apps.protocol.units import WEI
from tests.factories import address
from tests.integration.api.conftest import Get
from tests.integration.web.sides import GENEROUS, UNKNOWN, WORKER, three_nodes

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

BOTH = f"o={GENEROUS}&o={WORKER}"


@pytest.fixture
def three(db: None) -> None:
    three_nodes()


def test_yield__of_new_stake__is_a_range_with_every_round(get: Get, three: None) -> None:
    data = get(f"orchestrators/{WORKER}/yield?rounds=2&amount_lpt_wei={1000 * WEI}").json()["data"]

    assert (data["rounds"], data["rounds_asked"], data["stretches"], data["counted_as"]) == (2, 2, 4, "new")
    assert (data["newest"]["first_round"], data["newest"]["last_round"]) == (198, 199)
    # the factors grew from 1.015 to 1.02 to 1.025; new stake gets 4/5 of each part
    factor = ONE * 1015 // 1000
    for before in (1015, 1020):
        factor += (ONE // 200) * factor * 4 // (5 * (ONE * before // 1000))
    grown = precise_perc_of(1000 * WEI, factor, ONE * 1015 // 1000) - 1000 * WEI
    assert abs(int(data["newest"]["rewards_lpt_wei"]) - grown) <= 2
    assert data["newest"]["fees_eth_wei"] == str(WEI // 2)
    assert (data["newest"]["reward_calls_made"], data["newest"]["reward_calls_missed"]) == (2, 0)
    assert [each["round"] for each in data["by_round"]] == [199, 198]
    assert data["rewards_range"]["best"]["first_round"] == 195
    assert data["fees_range"]["worst"]["fees_eth_wei"] == "0"


def test_yield__of_stake_that_was_there__is_the_growth_of_the_factor(get: Get, three: None) -> None:
    data = get(f"orchestrators/{GENEROUS}/yield?rounds=5&counted_as=there").json()["data"]

    assert data["newest"]["rewards_lpt_wei"] == str(50 * WEI)


def test_yield__with_a_factor_missing__is_null(get: Get, three: None) -> None:
    data = get(f"orchestrators/{UNKNOWN}/yield").json()["data"]

    assert (data["newest"]["rewards_lpt_wei"], data["rewards_range"], data["fees_range"]) == (None, None, None)
    assert (data["rounds"], data["rounds_asked"]) == (5, 30)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"orchestrators/{WORKER}/yield?amount_lpt_wei=1.5", 400, "bad_parameter"),
        (f"orchestrators/{WORKER}/yield?amount_lpt_wei=1e18", 400, "bad_parameter"),
        (f"orchestrators/{WORKER}/yield?amount_lpt_wei=-1", 400, "bad_parameter"),
        (f"orchestrators/{WORKER}/yield?amount_lpt_wei=0", 400, "bad_parameter"),
        (f"orchestrators/{WORKER}/yield?rounds=366", 400, "bad_parameter"),
        (f"orchestrators/{WORKER}/yield?rounds=", 400, "bad_parameter"),
        (f"orchestrators/{WORKER}/yield?counted_as=mine", 400, "bad_parameter"),
        (f"orchestrators/{WORKER}/yield?amount=5", 400, "bad_parameter"),
        (f"orchestrators/{address(77)}/yield", 404, "unknown_orchestrator"),
        ("orchestrators/0x12/yield", 400, "bad_address"),
        ("compare", 400, "bad_parameter"),
        (f"compare?o={WORKER}", 400, "bad_parameter"),
        ("compare?" + "&".join(f"o={address(number)}" for number in range(6)), 400, "bad_parameter"),
        (f"compare?o={WORKER}&o={WORKER}", 400, "bad_parameter"),
        (f"compare?o={WORKER}&o={address(77)}", 400, "bad_parameter"),
        (f"compare?o={WORKER}&o=0x{checksummed(GENEROUS)[2:].swapcase()}", 400, "bad_parameter"),
        (f"compare?{BOTH}&from={UNKNOWN}", 400, "bad_parameter"),
        (f"compare?{BOTH}&rounds=1&rounds=2", 400, "bad_parameter"),
        (f"compare?{BOTH}&limit=1", 400, "bad_parameter"),
    ],
)
def test_what_cannot_be_read__is_a_problem(get: Get, three: None, path: str, status: int, code: str) -> None:
    response = get(path)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["Content-Type"] == "application/problem+json"


def test_yield__before_the_first_whole_round__is_a_problem_that_says_so(get: Get, db: None) -> None:
    assert get(f"orchestrators/{address(1)}/yield").json()["code"] == "unknown_orchestrator"


def test_compare__of_two__gives_both_in_the_order_asked_for(get: Get, three: None) -> None:
    data = get(f"compare?o={WORKER}&o={checksummed(GENEROUS)}&rounds=5").json()["data"]

    assert [each["address"] for each in data] == [WORKER, GENEROUS]
    assert data[1]["realised"]["newest"]["fees_eth_wei"] == "0"
    assert [each["round"] for each in data[0]["cut_history"]] == [198]
    assert (data[0]["score"], data[0]["move"]) == (None, None)


def test_compare__with_a_present_node__gives_the_move_to_each_other(get: Get, three: None) -> None:
    data = get(f"compare?{BOTH}&rounds=5&from={WORKER}").json()["data"]

    assert data[1]["move"] is None
    move = data[0]["move"]
    assert (move["from_address"], move["reward_now"], move["forfeited_lpt_wei"]) == (WORKER, "due", str(25 * WEI))
    assert (move["lpt"]["gain_wei"], move["lpt"]["after_rounds"]) == (str(25 * WEI), 5)
    assert move["eth"]["gain_wei"].startswith("-1015")
    assert (move["eth"]["side"], move["verdict"], move["after_rounds"]) == ("never", "trade", None)


@pytest.mark.parametrize("path", ["compare.csv?", "compare?"])
def test_compare__as_csv__is_a_line_a_node(get: Get, three: None, path: str) -> None:
    response = get(f"{path}{BOTH}&o={UNKNOWN}&from={WORKER}", accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert [each["address"] for each in rows] == [GENEROUS, WORKER, UNKNOWN]
    assert (rows[0]["move_verdict"], rows[1]["move_verdict"], rows[2]["rewards_lpt_wei"]) == ("trade", "", "")
    assert rows[1]["as_of_block"] == "1000"
