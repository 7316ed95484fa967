"""`/api/v1/score-runs` and the bundles; `/api/v1/methods`."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.scoring import services
from apps.scoring.backtests import network_backtest
from apps.scoring.models import ScoreRun
from apps.scoring.recompute import check
from indexer.models import IndexState
from tests.factories import ScoreRunFactory
from tests.integration.api.conftest import Get
from tests.integration.scoring.history import FINAL, OPEN, WORKER, terms, twelve_rounds

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def run(db: None) -> ScoreRun:
    """One real run over twelve rounds."""
    twelve_rounds()
    made = services.network_score()
    assert made is not None
    return ScoreRun.objects.get()


def ids(response: Any) -> list[int]:
    return [row["id"] for row in response.json()["data"]]


def test_run__that_was_made__has_its_digests_and_says_where_its_bundle_is(get: Get, run: ScoreRun) -> None:
    (row,) = get("score-runs").json()["data"]

    assert row == get(f"score-runs/{run.pk}").json()["data"]
    assert (row["id"], row["method"], row["status"]) == (run.pk, "1.1", "live")
    assert (row["as_of_block"], row["as_of_round"]) == (FINAL, OPEN)
    assert (row["orchestrators"], row["ranked"]) == (3, 3)
    assert (row["inputs_digest"], row["outputs_digest"]) == (run.inputs_digest, run.outputs_digest)
    assert row["bundle_path"] == f"/api/v1/score-runs/{run.pk}/bundle?digest={run.bundle_digest}"


def test_meta__of_any_answer__names_the_run_and_its_bundle(get: Get, run: ScoreRun) -> None:
    score = get("rounds").json()["meta"]["score"]

    assert (score["run"], score["bundle_digest"]) == (run.pk, run.bundle_digest)


def test_runs__of_two_methods__are_newest_first_and_filtered(get: Get, run: ScoreRun) -> None:
    old = ScoreRunFactory(version="0.1", as_of_block=FINAL - 20, as_of_round=110)
    older = ScoreRunFactory(version="0.1", as_of_block=FINAL - 30, as_of_round=109)

    assert ids(get("score-runs")) == [run.pk, old.pk, older.pk]
    assert ids(get("score-runs?method=0.1")) == [old.pk, older.pk]
    assert ids(get("score-runs?round_gte=110&round_lte=111")) == [old.pk]
    assert get("score-runs?method=0.1").json()["data"][0]["bundle_path"] is None
    assert get("score-runs?method=0.1").json()["data"][0]["status"] == "retired"


def test_runs__by_pages__give_each_once(get: Get, db: None) -> None:
    made = [ScoreRunFactory(as_of_block=number, version=version) for number in (1, 2) for version in ("a", "b")]
    page = get("score-runs?limit=3")
    rest = get(f"score-runs?limit=3&cursor={page.json()['paging']['next_cursor']}")

    assert [*ids(page), *ids(rest)] == [one.pk for one in reversed(made)]
    assert rest.json()["paging"]["next_cursor"] is None


def test_runs__take_as_many_queries_however_many(
    get: Get, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 20):
        ScoreRunFactory(as_of_block=number)
    with django_assert_num_queries(5 + 2):  # and the savepoint around them in a test
        assert len(ids(get("score-runs"))) == 19


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("score-runs?method=7", 400, "bad_parameter"),
        ("score-runs?round_gte=-1", 400, "bad_parameter"),
        ("score-runs?sort=id", 400, "bad_parameter"),
        ("score-runs?cursor=W1tbInEiLCJhIl1dLCIweCIsMV0", 400, "bad_cursor"),
        ("score-runs?cursor=W1tdLCI1IiwxXQ", 400, "bad_cursor"),
        ("score-runs/0", 404, "not_found"),
        ("score-runs/x", 404, "not_found"),
        ("score-runs/" + "9" * 30, 404, "not_found"),
        ("score-runs/1?x=1", 400, "bad_parameter"),
        ("score-runs/0/bundle", 404, "not_found"),
        ("score-runs/1/bundle?x=1", 400, "bad_parameter"),
        ("methods/7.0", 404, "not_found"),
        ("methods?x=1", 400, "bad_parameter"),
    ],
)
def test_anything_else__is_a_problem(get: Get, db: None, path: str, status: int, code: str) -> None:
    response = get(path)

    assert (response.status_code, response.json()["code"]) == (status, code)


def test_bundle__of_a_run__is_downloaded_once_and_recomputes(get: Get, run: ScoreRun) -> None:
    response = get(f"score-runs/{run.pk}/bundle")

    assert check(response.content).differences == ()
    assert json.loads(response.content)["digests"]["bundle"] == run.bundle_digest
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["ETag"] == f'"{run.bundle_digest}"'
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Disposition"] == (f'attachment; filename="millrace-score-1.1-block-{FINAL}.json"')
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    again = get(f"score-runs/{run.pk}/bundle", if_none_match=response.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_bundle__for_those_who_take_gzip__is_the_same_compressed(get: Get, run: ScoreRun) -> None:
    plain = get(f"score-runs/{run.pk}/bundle")
    packed = get(f"score-runs/{run.pk}/bundle", accept_encoding="gzip, br")

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == "Accept, Accept-Encoding"


def test_bundle__asked_for_by_another_digest__is_404_and_says_which_it_has(get: Get, run: ScoreRun) -> None:
    right, wrong = (get(f"score-runs/{run.pk}/bundle?digest={digest}") for digest in (run.bundle_digest, "0" * 64))

    assert right.status_code == 200
    assert (wrong.status_code, wrong.json()["code"]) == (404, "not_found")
    assert run.bundle_digest in wrong.json()["detail"]


def test_bundle__of_a_run_that_kept_none__is_404(get: Get, db: None) -> None:
    kept_none = ScoreRunFactory()

    assert get(f"score-runs/{kept_none.pk}/bundle").status_code == 404
    assert get(f"score-runs/{kept_none.pk}").json()["data"]["bundle_digest"] is None


def test_bundle__after_a_newer_run__is_the_same(get: Get, run: ScoreRun) -> None:
    before = get(f"score-runs/{run.pk}/bundle").content
    terms(WORKER, OPEN, 5, reward_cut=600_000, fee_share=500_000, old=(100_000, 500_000))
    IndexState.objects.update(finalized_block=FINAL + 2)
    assert services.network_score() is not None

    assert get(f"score-runs/{run.pk}/bundle").content == before


def test_methods__of_this_program__are_newest_first_with_one_live(get: Get, db: None) -> None:
    rows = get("methods").json()["data"]

    assert [(row["version"], row["status"]) for row in rows] == [("1.1", "live"), ("1.0", "past"), ("0.1", "retired")]
    assert rows[0]["weights"] == {"work": 5, "terms": 3, "jobs": 1, "community": 1}
    assert rows[2]["changelog"] == ["The first version."]


def test_method__of_a_run__has_the_digest_that_the_run_names(get: Get, run: ScoreRun) -> None:
    data = get("methods/1.1").json()["data"]

    assert data["digest"] == run.method_digest
    assert data["data"]["gates"]["enough_rounds"] == "10"
    assert data["backtest"] is None


def test_method__with_a_back_test__has_its_result(get: Get, run: ScoreRun) -> None:
    made = network_backtest()
    assert made is not None

    found = get("methods/1.1").json()["data"]["backtest"]

    assert (found["digest"], found["as_of_block"]) == (made.digest, FINAL)
    assert found["result"]["version"] == "1.1"
