"""`/api/v1/orchestrators`"""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.network.models import Orchestrator
from apps.network.selectors.board import boards
from apps.protocol.formats import checksummed
from apps.protocol.units import WEI
from tests.integration.api.conftest import Get
from tests.scenery import Character

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def addresses(response: Any) -> list[str]:
    return [row["address"] for row in response.json()["data"]]


def test_list__on_a_fresh_index__is_empty_and_says_that_nothing_is_known(get: Get) -> None:
    answer = get("orchestrators").json()

    assert answer["data"] == []
    assert answer["paging"] == {"next_cursor": None, "limit": 50, "sort": "-score", "total": 0}
    assert answer["meta"] == {
        "as_of": {"block": None, "block_hash": None, "round": None, "time": None},
        "finality": "unknown",
        "lag_blocks": None,
        "source": "chain",
        "version": "1.0.0",
        "score": None,
        "weights": {"work": 5, "terms": 3, "jobs": 1, "community": 1, "own": False, "preset": None},
        "beaten_hidden": 0,
    }


def test_list__of_a_network__stands_at_its_block_and_names_its_score_run(get: Get, cast: list[Character]) -> None:
    meta = get("orchestrators").json()["meta"]

    assert (meta["as_of"]["block"], meta["as_of"]["round"]) == (40 * 30 + 18, 40)
    assert meta["as_of"]["time"].endswith("Z")
    assert (meta["finality"], meta["lag_blocks"]) == ("head", 0)
    assert (meta["score"]["method"], meta["score"]["as_of_round"]) == ("1.1", 38)


def test_row__of_the_list__has_amounts_as_text_with_their_unit(get: Get, cast: list[Character]) -> None:
    first = cast[0]
    row = next(row for row in get("orchestrators").json()["data"] if row["address"] == first.address)

    assert row["address_checksummed"] == checksummed(first.address)
    assert row["stake_lpt_wei"] == str(first.stake_lpt_wei)
    assert row["stake_lpt_formatted"] == "40,637.98 LPT"
    assert (row["reward_cut_ppm"], row["fee_share_ppm"]) == (first.reward_cut_ppm, first.fee_share_ppm)
    assert row["status"] == "active"
    assert [part["name"] for part in row["score"]["parts"]] == ["work", "terms", "jobs", "community"]
    assert row["score"]["parts"][2]["value"] is None


@pytest.mark.parametrize("sort", ["-score", "stake", "-stake", "name", "-fees", "reward_cut", "-jobs", "calls"])
def test_pages__followed_to_the_end__give_every_row_once_in_order(get: Get, cast: list[Character], sort: str) -> None:
    whole = addresses(get(f"orchestrators?sort={sort}"))
    found, path = [], f"orchestrators?sort={sort}&limit=3"
    for _ in range(3):
        page = get(path)
        found += addresses(page)
        path = f"orchestrators?limit=3&cursor={page.json()['paging']['next_cursor']}"

    assert found == whole
    assert len(whole) == 7
    assert path.endswith("cursor=None")
    assert page.json()["paging"]["sort"] == sort


def test_link__of_a_page__leads_to_the_next(get: Get, cast: list[Character]) -> None:
    page = get("orchestrators?limit=5&sort=name")
    target = page.headers["Link"].removeprefix("</api/v1/").removesuffix('>; rel="next"')

    assert addresses(get(target)) == sorted(one.address for one in cast)[5:]


def test_cursor__of_a_row_that_no_longer_passes__goes_on_at_its_place(get: Get, cast: list[Character]) -> None:
    whole = addresses(get("orchestrators?sort=name"))
    page = get("orchestrators?sort=name&limit=2")
    Orchestrator.objects.filter(address=whole[1]).delete()
    boards.forget()  # no log ever takes a row away

    cursor = page.json()["paging"]["next_cursor"]

    assert addresses(get(f"orchestrators?cursor={cursor}")) == whole[3:]


def test_filters__combine_with_and(get: Get, cast: list[Character]) -> None:
    expected = sorted(
        one.address
        for one in cast
        if one.reward_cut_ppm <= 100_000 and one.fee_share_ppm >= 300_000 and one.stake_lpt_wei >= 10**23
    )

    found = get("orchestrators?reward_cut_ppm_lte=100000&fee_share_ppm_gte=300000&stake_lpt_wei_gte=1" + "0" * 23)

    assert sorted(addresses(found)) == expected


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("colour=red", "colour"),
        ("format=json", "format"),
        ("status=", "status"),
        ("status=sleeping", "status"),
        ("sort=beauty", "sort"),
        ("sort=--stake", "sort"),
        ("q=%00", "q"),
        ("q=a&q=b", "q"),
        ("reward_cut_ppm_lte=5%25", "reward_cut_ppm_lte"),
        ("reward_cut_ppm_lte=1000001", "reward_cut_ppm_lte"),
        ("fee_share_ppm_gte=-1", "fee_share_ppm_gte"),
        ("fee_share_ppm_gte=%D9%A1", "fee_share_ppm_gte"),
        ("stake_lpt_wei_gte=1e18", "stake_lpt_wei_gte"),
        ("stake_lpt_wei_gte=" + "9" * 79, "stake_lpt_wei_gte"),
        ("stake_lpt_wei_gte=" + "9" * 5000, "stake_lpt_wei_gte"),
        ("score_gte=101", "score_gte"),
        ("score_gte=nan", "score_gte"),
        ("has_fees=true", "has_fees"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=%D9%A1", "limit"),
        ("limit=" + "9" * 5000, "limit"),
    ],
)
def test_parameter__unknown_or_unreadable__is_a_problem_that_names_it(
    get: Get, cast: list[Character], query: str, parameter: str
) -> None:
    response = get(f"orchestrators?{query}")
    problem = response.json()

    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert (problem["code"], problem["parameter"], problem["status"]) == ("bad_parameter", parameter, 400)
    assert set(problem) >= {"type", "title", "detail", "instance"}


@pytest.mark.parametrize("cursor", ["x", "%00", "W10", "AAAA", "%F0%9F%98%80", "W1tdLCIxIiwxXQ&q=a", "A" * 3000])
def test_cursor__that_was_not_given_out__is_a_problem(get: Get, cast: list[Character], cursor: str) -> None:
    response = get(f"orchestrators?cursor={cursor}")

    assert (response.status_code, response.json()["code"]) == (400, "bad_cursor")


def test_csv__by_suffix_or_by_header__is_the_same_rows(get: Get, cast: list[Character]) -> None:
    whole = get("orchestrators").json()
    suffixed, asked = get("orchestrators.csv"), get("orchestrators", accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(suffixed.content.decode())))

    assert suffixed.content == asked.content
    assert suffixed.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert [row["address"] for row in rows] == [row["address"] for row in whole["data"]]
    assert rows[0]["stake_lpt_wei"] == whole["data"][0]["stake_lpt_wei"]
    assert rows[0]["score_value"] == str(whole["data"][0]["score"]["value"])
    assert {row["jobs"] for row in rows} == {""}
    assert {(row["as_of_block"], row["as_of_round"]) for row in rows} == {("1218", "40")}


def test_csv__of_an_empty_list__has_its_head(get: Get) -> None:
    lines = get("orchestrators.csv").content.decode().splitlines()

    assert (len(lines), lines[0][:40]) == (1, "address,address_checksummed,name,name_so")


def test_csv__refused__is_a_problem_all_the_same(get: Get) -> None:
    response = get("orchestrators.csv?x=1")

    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")


def test_list__of_any_length__takes_few_queries_and_fewer_when_it_was_made_before(
    get: Get, cast: list[Character], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(18 + 2):  # and the savepoint around them in a test
        tag = get("orchestrators").headers["ETag"]
    with django_assert_num_queries(10 + 2):
        get("orchestrators?sort=-stake")
    with django_assert_num_queries(5 + 2):
        assert get("orchestrators", if_none_match=tag).status_code == 304


def test_weights__of_the_readers_own__make_scores_and_ranks_anew(get: Get, cast: list[Character]) -> None:
    plain, own = get("orchestrators").json(), get("orchestrators?w_work=0&w_terms=10").json()

    assert plain["meta"]["weights"] == {
        "work": 5, "terms": 3, "jobs": 1, "community": 1, "own": False, "preset": None,
    }  # fmt: skip
    assert own["meta"]["weights"] == {
        "work": 0, "terms": 10, "jobs": 1, "community": 1, "own": True, "preset": None,
    }  # fmt: skip
    before = {row["address"]: row["score"] for row in plain["data"]}
    terms = []
    for row in own["data"]:
        score, parts = row["score"], {part["name"]: part for part in row["score"]["parts"]}
        assert (score["method_value"], score["method_rank"]) == (
            before[row["address"]]["value"], before[row["address"]]["rank"],
        )  # fmt: skip
        assert score["value"] == pytest.approx(parts["terms"]["value"], abs=0.0001)  # the only known part that counts
        assert (parts["terms"]["weight"], parts["work"]["weight"]) == (10, 0)
        terms += [score["value"]] if score["rank"] else []
    assert terms == sorted(terms, reverse=True)
    assert [row["score"]["rank"] for row in own["data"] if row["score"]["rank"]] == list(range(1, len(terms) + 1))


def test_preset__by_name__is_told_and_limits_the_list(get: Get, cast: list[Character]) -> None:
    answer = get("orchestrators?preset=small").json()

    assert answer["meta"]["weights"]["preset"] == "small"
    few = [one.address for one in cast if one.stake_lpt_wei <= 100_000 * WEI]
    assert sorted(row["address"] for row in answer["data"]) == sorted(few)


def test_pareto__hides_or_names_the_beaten_and_counts_them(get: Get, cast: list[Character]) -> None:
    marked, hidden = get("orchestrators?pareto=0").json(), get("orchestrators?pareto=1").json()

    beaten = {row["address"]: row["beaten_by"] for row in marked["data"] if row["beaten_by"]}
    left = {row["address"] for row in hidden["data"]}
    assert hidden["meta"]["beaten_hidden"] == len(beaten)
    assert left == {row["address"] for row in marked["data"]} - set(beaten)
    assert set(beaten.values()) <= left


def test_csv__by_own_weights__says_them_in_every_line(get: Get, cast: list[Character]) -> None:
    rows = list(csv.DictReader(io.StringIO(get("orchestrators.csv?w_work=9&w_jobs=0").content.decode())))

    assert {(row["w_work"], row["w_terms"], row["w_jobs"], row["w_community"]) for row in rows} == {
        ("9", "3", "0", "1")
    }
    assert len(rows) == 7


def test_cursor__of_own_weights__keeps_them(get: Get, cast: list[Character]) -> None:
    whole = addresses(get("orchestrators?w_work=0&w_terms=9"))
    cursor = get("orchestrators?w_work=0&w_terms=9&limit=3").json()["paging"]["next_cursor"]

    assert addresses(get(f"orchestrators?cursor={cursor}")) == whole[3:]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("w_work=-1", "w_work"),
        ("w_terms=11", "w_terms"),
        ("w_jobs=x", "w_jobs"),
        ("w_community=", "w_community"),
        ("w_work=0&w_terms=0&w_jobs=0&w_community=0", "w_work"),
        ("w_work=1&w_work=1", "w_work"),
        ("preset=luck", "preset"),
        ("pareto=2", "pareto"),
        ("misses_lte=31", "misses_lte"),
        ("payers_gte=1.5", "payers_gte"),
        ("stake_lpt_wei_lte=1e18", "stake_lpt_wei_lte"),
    ],
)
def test_preference__that_cannot_be_read__is_a_problem_that_names_it(
    get: Get, cast: list[Character], query: str, parameter: str
) -> None:
    response = get(f"orchestrators?{query}")

    assert (response.status_code, response.json()["code"]) == (400, "bad_parameter")
    assert response.json()["parameter"] == parameter
