"""What `/api/v1/plans` refuses before the chain is asked: bodies, identities, methods, and more than the quota."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, override_settings

from tests.factories import PreparedPlanFactory
from tests.integration.api.conftest import post, true_to_schema
from tests.unit.delegation.fixture import T2, D

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOBODY = "0x" + "9" * 40


@pytest.mark.parametrize("what", ["", "/recheck", "/acknowledge", "/submissions", "/export/raw"])
def test_identity__when_nobody_was_given_it__then_it_is_404_whatever_is_asked(client: Client, what: str) -> None:
    PreparedPlanFactory()
    bodies = {"/acknowledge": {"codes": ["x"]}, "/submissions": {"step": 0, "tx_hash": "0x" + "ab" * 32}}
    for identity in ("plan-00000000000000000x", "x" * 33, "%00", "..%2f"):
        path = f"plans/{identity}{what}"
        is_read = what in ("", "/export/raw")
        answer = client.get(f"/api/v1/{path}") if is_read else post(client, path, bodies.get(what, {}))
        assert answer.status_code == 404, path
        assert answer.json()["code"] in ("unknown_plan", "not_found")


def test_plans__when_they_are_listed__then_there_is_no_list(client: Client) -> None:
    PreparedPlanFactory()

    listed = client.get("/api/v1/plans")

    assert (listed.status_code, listed.headers["Allow"]) == (405, "POST, OPTIONS")


GOOD = {"kind": "add", "owner": D, "amount": "1"}


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({**GOOD, "colour": "red"}, "colour"),
        ({**GOOD, "amount": 1}, "amount"),
        ({**GOOD, "amount": "1.5"}, "amount"),
        ({**GOOD, "amount": "1e18"}, "amount"),
        ({**GOOD, "amount": "-1"}, "amount"),
        ({**GOOD, "amount": str(2**256)}, "amount"),
        ({**GOOD, "owner": "me"}, "owner"),
        ({**GOOD, "owner": {"a": 1}}, "owner"),
        ({**GOOD, "owner": "0x27AE6a9fD2f48E4bb2f4A0dB6b4F3f4bDd4E9b2e"}, "owner"),
        ({"owner": D, "amount": "1"}, "kind"),
        ({**GOOD, "kind": ["add"]}, "kind"),
        ({**GOOD, "kind": "unbond_and_bond"}, "kind"),
        ({"kind": "add", "owner": D}, "amount"),
        ({**GOOD, "mine": [NOBODY] * 21}, "mine"),
        ({**GOOD, "mine": ["nobody"]}, "mine"),
        ({**GOOD, "mine": NOBODY}, "mine"),
        ({**GOOD, "acknowledged": "everything"}, "acknowledged"),
        ({**GOOD, "acknowledged": ["a\u0000b"]}, "acknowledged"),
    ],
)
def test_body__when_a_field_cannot_be_read__then_it_is_named(
    client: Client, body: dict[str, Any], parameter: str
) -> None:
    refused = post(client, "plans", body)

    assert (refused.status_code, refused.json()["code"]) == (400, "bad_body")
    assert refused.json()["parameter"] == parameter
    true_to_schema(refused, "post", "/api/v1/plans")


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "null",
        "{",
        '{"kind": NaN}',
        '{"kind": "add", "kind": "add"}',
        "[" * 15_000,
        '{"kind": "\\ud800"}',
        "é",
    ],
)
def test_body__when_it_is_no_object__then_it_is_400(client: Client, body: str) -> None:
    refused = client.post("/api/v1/plans", body.encode("latin-1"), content_type="application/json")

    assert (refused.status_code, refused.json()["code"]) == (400, "bad_body")


def test_body__when_it_is_too_large_or_no_json__then_it_is_413_or_415(client: Client) -> None:
    large = post(client, "plans", {**GOOD, "mine": ["x" * 20_000]})
    form = client.post("/api/v1/plans", {"kind": "add"})

    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    assert (form.status_code, form.json()["code"]) == (415, "unsupported_media_type")


def test_submission__when_there_is_no_such_step__then_it_is_409(client: Client) -> None:
    kept = PreparedPlanFactory()

    refused = post(client, f"plans/{kept.pk}/submissions", {"step": 9, "tx_hash": "0x" + "ab" * 32})

    assert (refused.status_code, refused.json()["reason"]) == (409, "no_such_step")
    for body in ({"step": "0", "tx_hash": "0x" + "ab" * 32}, {"step": 0, "tx_hash": "0xab"}, {"step": 0}):
        assert post(client, f"plans/{kept.pk}/submissions", body).status_code == 400


def test_preflight__when_a_browser_asks_before_it_posts__then_it_may_send_json(client: Client) -> None:
    allowed = client.options(
        "/api/v1/plans", headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    )

    assert (allowed.status_code, allowed.content) == (204, b"")
    assert allowed.headers["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert "Content-Type" in allowed.headers["Access-Control-Allow-Headers"]
    assert allowed.headers["Access-Control-Allow-Origin"] == "*"


def test_quota__when_plans_are_asked_for__then_each_costs_ten_requests(client: Client) -> None:
    with override_settings(API_REQUESTS_PER_MINUTE=25):
        answers = [post(client, "plans", {"kind": "add", "owner": T2}) for _ in range(3)]

    assert [each.status_code for each in answers] == [400, 400, 429]
    assert answers[0].headers["RateLimit"].startswith('"default";r=15;')
