"""`/api/v1/scores` and one orchestrator's scores over time."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.protocol.formats import checksummed
from apps.scoring.models import Score, ScoreRun
from tests.factories import BlockFactory, IndexStateFactory, ScoreFactory, ScorePartFactory, ScoreRunFactory, address
from tests.integration.api.conftest import Get
from tests.scenery import Character

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

TOO_NEW = [{"code": "too_new", "sentence": "Too new."}]
ONE, TWO, NEW = address(1), address(2), address(3)


def score(run: ScoreRun, node: str, *, work: float, terms: float, rank: int | None, **fields: Any) -> Score:
    row = ScoreFactory(
        run=run, orchestrator=node, rank=rank, value=round((5 * work + 3 * terms) / 8, 4), advice="Well.", **fields
    )
    for part, value, weight in (("work", work, 5), ("terms", terms, 3)):
        ScorePartFactory(score=row, part=part, value=value, low=value, high=value, weight=weight, raises=["Do more."])
    for part in ("jobs", "community"):
        ScorePartFactory(score=row, part=part, value=None, low=None, high=None, weight=1, coverage=0)
    return row


@pytest.fixture
def run(db: None) -> ScoreRun:
    """A worker, a generous node, and one that is too new for a rank."""
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000)
    run = ScoreRunFactory(version="1.1", as_of_block=900, as_of_round=90)
    score(run, ONE, work=90, terms=40, rank=1)
    score(run, TWO, work=30, terms=95, rank=2)
    score(run, NEW, work=60, terms=60, rank=None, gates=TOO_NEW)
    return run


def addresses(response: Any) -> list[str]:
    return [row["address"] for row in response.json()["data"]]


def test_scores__of_the_newest_run__are_by_rank_with_every_reason(get: Get, run: ScoreRun) -> None:
    answer = get("scores").json()
    first = answer["data"][0]

    assert [row["address"] for row in answer["data"]] == [ONE, TWO, NEW]
    assert (first["run"], first["value"], first["rank"], first["method_rank"]) == (run.pk, 71.25, 1, 1)
    assert first["address_checksummed"] == checksummed(ONE)
    assert first["parts"][0]["reason"] == "Earned more than its stake would suggest."
    assert first["parts"][0]["raises"] == ["Do more."]
    assert (first["parts"][2]["name"], first["parts"][2]["value"]) == ("jobs", None)
    assert answer["data"][2]["gates"] == TOO_NEW
    assert answer["paging"] == {"next_cursor": None, "limit": 50, "sort": "rank", "total": 3}


def test_scores__with_weights_of_ones_own__are_ranked_by_them(get: Get, run: ScoreRun) -> None:
    answer = get("scores?w_work=1&w_terms=9").json()
    first = answer["data"][0]

    assert [row["address"] for row in answer["data"]] == [TWO, ONE, NEW]
    assert (first["value"], first["rank"], first["method_value"], first["method_rank"]) == (88.5, 1, 54.375, 2)
    assert answer["data"][2]["rank"] is None
    assert answer["meta"]["weights"]["own"] is True


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ranked=1", [ONE, TWO]),
        ("ranked=0", [NEW]),
        ("gate=too_new", [NEW]),
        ("gate=not_active", []),
        (f"orchestrator={TWO}", [TWO]),
        (f"orchestrator={address(9)}", []),
        ("ranked=1&gate=too_new", []),
    ],
)
def test_scores__by_filter__are_those_that_pass(get: Get, run: ScoreRun, query: str, expected: list[str]) -> None:
    assert addresses(get(f"scores?{query}")) == expected


def test_scores__of_an_older_run__are_its_own(get: Get, run: ScoreRun) -> None:
    older = ScoreRunFactory(version="1.1", as_of_block=800, as_of_round=80)
    score(older, ONE, work=10, terms=10, rank=1)

    assert [(row["run"], row["value"]) for row in get(f"scores?run={older.pk}").json()["data"]] == [(older.pk, 10.0)]
    assert addresses(get("scores")) == [ONE, TWO, NEW]


def test_scores__by_pages__give_each_once(get: Get, run: ScoreRun) -> None:
    page = get("scores?limit=2&w_terms=9")
    rest = get(f"scores?limit=2&cursor={page.json()['paging']['next_cursor']}")

    assert [*addresses(page), *addresses(rest)] == addresses(get("scores?w_terms=9"))
    assert rest.json()["paging"]["next_cursor"] is None


def test_scores__as_csv__are_the_same_rows(get: Get, run: ScoreRun) -> None:
    suffixed, asked = get("scores.csv?ranked=1"), get("scores?ranked=1", accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(suffixed.content.decode())))

    assert suffixed.content == asked.content
    assert [(row["address"], row["rank"], row["work"], row["jobs"]) for row in rows] == [
        (ONE, "1", "90.0", ""),
        (TWO, "2", "30.0", ""),
    ]
    assert rows[0]["terms_reason"] == "Earned more than its stake would suggest."
    assert csv.DictReader(io.StringIO(get("scores.csv").content.decode())).fieldnames == list(rows[0])


def test_scores__on_a_fresh_index__are_empty(get: Get, db: None) -> None:
    assert get("scores").json()["data"] == []
    assert len(get("scores.csv").content.decode().splitlines()) == 1


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("run=x", "run"),
        ("run=0", "run"),
        ("ranked=yes", "ranked"),
        ("gate=closed", "gate"),
        ("w_work=11", "w_work"),
        ("w_work=-1", "w_work"),
        ("w_work=1.5", "w_work"),
        ("w_work=0&w_terms=0&w_jobs=0&w_community=0", "w_work"),
        ("preset=greed", "preset"),
        ("sort=value", "sort"),
        ("run=1&run=2", "run"),
    ],
)
def test_scores__by_a_wrong_parameter__are_a_problem_that_names_it(
    get: Get, run: ScoreRun, query: str, parameter: str
) -> None:
    response = get(f"scores?{query}")

    assert (response.status_code, response.json()["code"]) == (400, "bad_parameter")
    assert response.json()["parameter"] == parameter


def test_scores__of_a_wrong_checksum_or_an_absent_run__are_problems(get: Get, run: ScoreRun) -> None:
    wrong = checksummed(ONE).replace("a", "A", 1) if "a" in checksummed(ONE) else checksummed(ONE).swapcase()

    assert get(f"scores?orchestrator={wrong}").json()["code"] == "bad_address"
    assert get("scores?run=999999").json()["code"] == "not_found"


def test_scores__take_as_many_queries_however_many(
    get: Get, cast: list[Character], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(7 + 2):  # and the savepoint around them in a test
        assert len(addresses(get("scores"))) == 7


def test_past_scores__of_a_node__are_newest_first_by_pages_and_as_csv(get: Get, cast: list[Character]) -> None:
    node = cast[0].address
    ScoreRun.objects.all().delete()
    for block, value in ((10, 50.0), (20, 60.0)):
        run = ScoreRunFactory(version="1.1", as_of_block=block, as_of_round=block // 10)
        score(run, node, work=value, terms=value, rank=1)

    page = get(f"orchestrators/{node}/scores?limit=1").json()
    rest = get(f"orchestrators/{node}/scores?limit=1&cursor={page['paging']['next_cursor']}").json()
    rows = list(csv.DictReader(io.StringIO(get(f"orchestrators/{node}/scores.csv").content.decode())))

    assert [(row["as_of_round"], row["value"], row["work"]) for row in [*page["data"], *rest["data"]]] == [
        (2, 60.0, 60.0),
        (1, 50.0, 50.0),
    ]
    assert page["data"][0]["jobs"] is None
    assert rest["paging"]["next_cursor"] is None
    assert [(row["as_of_round"], row["value"], row["jobs"]) for row in rows] == [("2", "60.0", ""), ("1", "50.0", "")]


def test_past_scores__of_nobody_or_by_a_wrong_parameter__are_problems(get: Get, cast: list[Character]) -> None:
    assert get(f"orchestrators/{address(77)}/scores").json()["code"] == "unknown_orchestrator"
    assert get(f"orchestrators/{cast[0].address}/scores?run=1").json()["code"] == "bad_parameter"
    assert get("orchestrators/0x12/scores").json()["code"] == "bad_address"
