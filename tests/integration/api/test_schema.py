"""The OpenAPI document is true: whatever it allows is answered as it says, and nothing makes the server fail."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client, override_settings
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance

from apps.api.v1.schema import document
from apps.chain.readers import accounts
from apps.chain.readers.accounts import AccountKind
from apps.chain.records import Header
from apps.contributions.models import Attestation
from apps.delegation import chain, receipts
from apps.delegation.models import PreparedPlan
from apps.protocol.units import Round
from apps.scoring.bundles import bundle_keep
from apps.scoring.facts import NetworkFacts
from apps.scoring.method import live
from apps.scoring.models import ScoreRun
from config.wsgi import application
from tests.factories import AttestationFactory, PreparedPlanFactory
from tests.scenery import Character

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

schema = schemathesis.openapi.from_dict(document())
schema.app = application


def test_document__is_openapi_3_1_and_names_every_address(client: Client) -> None:
    answer = client.get("/api/v1/schema").json()

    assert answer["openapi"] == "3.1.0"
    assert list(answer["paths"]) == [
        "/api/v1/attestations",
        "/api/v1/attestations/{digest}",
        "/api/v1/compare",
        "/api/v1/contributions",
        "/api/v1/contributions/{digest}",
        "/api/v1/contributions/{digest}/bundle",
        "/api/v1/contributions/{digest}/co-signatures",
        "/api/v1/governance/polls",
        "/api/v1/governance/proposals",
        "/api/v1/governance/votes",
        "/api/v1/key-delegations",
        "/api/v1/methods",
        "/api/v1/methods/{version}",
        "/api/v1/network/overlap",
        "/api/v1/network/overlap/change",
        "/api/v1/orchestrators",
        "/api/v1/orchestrators/{address}",
        "/api/v1/orchestrators/{address}/rounds",
        "/api/v1/orchestrators/{address}/scores",
        "/api/v1/orchestrators/{address}/yield",
        "/api/v1/plans",
        "/api/v1/plans/{id}",
        "/api/v1/plans/{id}/acknowledge",
        "/api/v1/plans/{id}/export/{form}",
        "/api/v1/plans/{id}/recheck",
        "/api/v1/plans/{id}/submissions",
        "/api/v1/positions/batch",
        "/api/v1/positions/{address}",
        "/api/v1/positions/{address}/rounds",
        "/api/v1/rounds",
        "/api/v1/score-runs",
        "/api/v1/score-runs/{id}",
        "/api/v1/score-runs/{id}/bundle",
        "/api/v1/scores",
        "/api/v1/sources",
        "/api/v1/statements/{digest}",
        "/api/v1/statements/{digest}/eas",
        "/api/v1/status",
    ]
    assert "NodeRound" in answer["components"]["schemas"]


@pytest.fixture
def scored(cast: list[Character]) -> ScoreRun:
    """The cast's run, with a bundle."""
    run = ScoreRun.objects.get()
    bundle_keep(run, method=live(), facts=NetworkFacts(Round(38), (), ()), results=())
    return run


@pytest.fixture
def plan(db: None) -> PreparedPlan:
    """One that is ready to sign."""
    kept: PreparedPlan = PreparedPlanFactory()
    return kept


@pytest.fixture
def word(db: None) -> Attestation:
    """On a claim with evidence."""
    said: Attestation = AttestationFactory()
    return said


class _Sevens:
    """A chain that answers 7 to everything, and whose accounts have no code."""

    def rpc(self, method: str, params: list[Any]) -> str:
        return "0x" if method == "eth_getCode" else "0x7"

    def batch(self, requests: list[tuple[str, list[Any]]]) -> list[str]:
        return [self.rpc(*each) for each in requests]

    def head(self) -> Header:
        return Header(7, bytes(32), bytes(32), int(time.time()))


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """Keeps the test's connection open at the end of a request, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@override_settings(API_REQUESTS_PER_MINUTE=10**6)
def test_schema__for_generated_requests__holds(
    case: Case[Any],
    cast: list[Character],
    scored: ScoreRun,
    plan: PreparedPlan,
    word: Attestation,
    kept_connection: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is no chain: plans are refused before it is asked, and what only it could say is left as it is."""
    monkeypatch.setattr(receipts, "submission_check", lambda _client, one: one)
    monkeypatch.setattr(chain, "client", lambda *_: _Sevens())
    monkeypatch.setattr(accounts, "account_kinds", lambda _client, who: [AccountKind(one, "key", 7) for one in who])
    if "address" in case.path_parameters and case.path_parameters["address"][-1] in "01234567":
        case.path_parameters["address"] = cast[0].address
    # the client in the process does not unpack what it says it takes
    case.headers["Accept-Encoding"] = "identity"
    if "id" in case.path_parameters and str(case.path_parameters["id"])[-1] in "0123456":
        case.path_parameters["id"] = plan.pk if "/plans/" in case.path else scored.pk
    if "digest" in case.path_parameters and str(case.path_parameters["digest"])[-1] in "01234567":
        case.path_parameters["digest"] = word.pk if "/attestations/" in case.path else word.claim_id
    _name_known_nodes(case.query or {}, cast)
    # a cursor is opaque: no schema can tell one that was given out from one that was not
    excluded: list[Any] = [positive_data_acceptance] if "cursor" in (case.query or {}) else []
    case.call_and_validate(excluded_checks=excluded)


_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.ASCII)


def _name_known_nodes(query: dict[str, Any], cast: list[Character]) -> None:
    """Nodes of a comparison that are right but unknown become known ones, as a reader would name them."""
    nodes = query.get("o")
    right = isinstance(nodes, list) and all(isinstance(one, str) and _ADDRESS.fullmatch(one) for one in nodes)
    if isinstance(nodes, list) and right and 2 <= len(set(nodes)) == len(nodes) <= 5:
        query["o"] = [one.address for one in cast[: len(nodes)]]
        if isinstance(query.get("from"), str) and _ADDRESS.fullmatch(query["from"]):
            query["from"] = cast[0].address
