"""What holds for every address of the API."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.db import OperationalError
from django.test import Client, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.api import standpoint
from apps.network.selectors.listquery import API_PARAMETERS
from indexer.models import IndexState
from tests.factories import BlockFactory
from tests.integration.api.conftest import Get
from tests.scenery import Character

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

EVERY = [
    "orchestrators",
    "orchestrators.csv",
    "network/overlap",
    "network/overlap.csv",
    "rounds",
    "status",
    "schema",
    "schema.json",
    "schema.yaml",
]


@pytest.mark.parametrize("path", EVERY)
def test_answer__asked_for_with_its_tag__is_304_without_a_body(get: Get, cast: list[Character], path: str) -> None:
    first = get(path)
    again = get(path, if_none_match=f'"other", W/{first.headers["ETag"]}')

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert first.headers["Vary"] == "Accept"


def test_tag__at_another_block_or_of_another_address__differs(get: Get, cast: list[Character]) -> None:
    one, other = get("rounds").headers["ETag"], get("rounds?limit=3").headers["ETag"]
    BlockFactory(number=5000)
    IndexState.objects.update(projected_to=5000)

    assert len({one, other, get("rounds").headers["ETag"]}) == 3


@pytest.mark.parametrize("path", [*EVERY, "nothing"])
def test_answer__to_any_site__may_be_read(get: Get, db: None, path: str) -> None:
    response = get(path, origin="https://elsewhere.example")

    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "RateLimit" in response.headers["Access-Control-Expose-Headers"]
    assert response.headers["RateLimit-Policy"] == '"default";q=600;w=60'
    assert response.headers["RateLimit"].startswith('"default";r=599;t=')


@pytest.mark.parametrize("path", EVERY)
def test_preflight__is_answered_without_a_body(client: Client, path: str) -> None:
    response = client.options(f"/api/v1/{path}")

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", EVERY)
def test_head__has_the_headers_of_get_and_no_body(client: Client, db: None, path: str) -> None:
    response = client.head(f"/api/v1/{path}")

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["ETag"] == client.get(f"/api/v1/{path}").headers["ETag"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_other_methods__are_405_and_say_what_is_allowed(client: Client, method: str) -> None:
    for path in EVERY:
        _refuses(client, method, path)


def _refuses(client: Client, method: str, path: str) -> None:
    response = client.generic(method, f"/api/v1/{path}", "{nonsense", content_type="application/json")

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/api/v1", "/api/v1/", "/api/v2/rounds", "/api/v1/rounds/", "/api/v1/%00", "/api/v1/a%0Ab", "/api/é/..%2f"]
)
def test_unknown_address__is_a_problem_and_not_a_page(client: Client, method: str, path: str) -> None:
    response = client.generic(method, path)

    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["code"] == "not_found"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("rounds", "application/xml", 406),
        ("rounds", "text/csv", 406),
        ("rounds", "nonsense", 406),
        ("rounds", "*/*;q=0.1", 200),
        ("rounds", "text/html,application/xhtml+xml,*/*;q=0.8", 200),
        ("orchestrators", "text/csv", 200),
        ("orchestrators.csv", "application/json", 406),
        ("orchestrators.csv", "text/html,*/*;q=0.8", 200),
        ("schema", "application/vnd.oai.openapi", 200),
    ],
)
def test_accept__of_a_form_that_there_is_not__is_406(get: Get, db: None, path: str, accept: str, status: int) -> None:
    response = get(path, accept=accept)

    assert response.status_code == status
    if status == 406:
        assert response.json()["code"] == "not_acceptable"


def test_too_many_requests__are_429_and_say_when_to_come_back(get: Get, db: None) -> None:
    with override_settings(API_REQUESTS_PER_MINUTE=2):
        answers = [get("rounds") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    problem = answers[2].json()
    assert (problem["code"], problem["status"]) == ("throttled", 429)
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 61
    assert answers[2].headers["RateLimit"].startswith('"default";r=0;t=')


def test_database_that_is_down__is_503_with_retry_after(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(standpoint, "read", down)

    response = get("rounds")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.json()["code"] == "unavailable"


def test_unforeseen_error__is_500_as_a_problem_and_recorded(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(standpoint, "read", broken)
    client.raise_request_exception = False

    response = client.get("/api/v1/rounds")

    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert "ZeroDivisionError" in caplog.text


@given(
    st.sampled_from(
        [
            "orchestrators",
            "orchestrators.csv",
            "rounds",
            "status",
            "orchestrators/{}",
            "orchestrators/{}/rounds",
            "network/overlap",
            "network/overlap/change",
        ]
    ),
    st.text(max_size=50),
    st.dictionaries(
        st.sampled_from([*API_PARAMETERS, "limit", "cursor", "round_gte", "to_round", "rounds", "x"]),
        st.text(max_size=90),
    ),
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text__in_any_place__never_breaks_the_server(
    client: Client, cast: list[Character], path: str, name: str, query: dict[str, str]
) -> None:
    with override_settings(API_REQUESTS_PER_MINUTE=10**6):
        response = client.get(f"/api/v1/{path.format(quote(name, safe=''))}", query)

    assert response.status_code in (200, 400, 404)


def test_query_of_a_thousand_parameters__is_refused(get: Get, db: None) -> None:
    response = get("rounds?" + "&".join(f"a{number}=1" for number in range(1100)))

    assert (response.status_code, response.json()["code"]) == (400, "bad_request")
