"""Signed statements: handed in, by anybody, since the signature says whose they are; and read as they were signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api import bodies, queries, standpoint
from apps.api.errors import Problem
from apps.api.resource import Answer, Endpoint, meta_of
from apps.api.standpoint import Standpoint
from apps.api.v1.contributiondata import eas_data, key_data, statement_data
from apps.api.v1.contributionshapes import (
    ADDRESS,
    CO_SIGN_EXAMPLES,
    CO_SIGNED,
    AcceptedSerializer,
    EasSerializer,
    KeySerializer,
    StatementSerializer,
)
from apps.api.v1.envelope import PROBLEM, MetaSerializer, ProblemSerializer, described
from apps.api.v1.told import DIGEST_PARAMETER, ByDigest, Told, unknown
from apps.contributions import selectors
from apps.contributions.intake import is_digest
from apps.contributions.services import Accepted, cosignature_submit, statement_submit
from apps.delegation import chain
from apps.network.selectors.listquery import BadQuery
from apps.protocol.statements import Refusal
from apps.protocol.units import Address, AddressError

View = TypeVar("View", bound=Callable[..., Any])

SUBMIT_COST = 3  # requests of the quota: it asks a node two or three questions
_WHERE = {"claim": "contributions", "attestation": "attestations", "co_signature": "contributions"}
_LATER = {"stale": "chain_unavailable", "not_ready": "chain_unavailable"}  # nothing is wrong with the statement


def posted(
    name: str,
    *,
    summary: str,
    description: str,
    body: Mapping[str, Any],
    examples: Sequence[OpenApiExample],
    parameters: Sequence[OpenApiParameter] = (),
) -> Callable[[View], View]:
    """The schema of an address that takes signatures."""
    fields: dict[str, Any] = {"data": AcceptedSerializer(), "meta": MetaSerializer()}
    camel = name.title().replace("_", "")
    answers: dict[Any, Any] = {(201, "application/json"): inline_serializer(name=f"{camel}Answer", fields=fields)}
    for status in (400, *([404] if parameters else []), 406, 409, 413, 415, 429, 503):
        answers[(status, PROBLEM)] = ProblemSerializer
    decorated: Callable[[View], View] = extend_schema(
        operation_id=name, summary=summary, description=description, request={"application/json": dict(body)},
        responses=answers, examples=list(examples), parameters=list(parameters), tags=["v1"],
    )  # fmt: skip
    return decorated


def submitted(request: Request, *, kinds: Sequence[str] = ()) -> HttpResponseBase:
    """Takes the statement in the body; with `kinds`, only those types are taken here."""
    queries.nothing(request.query_params)
    body = bodies.read(request, known=("statement", "signature", "signer"))
    statement = body.get("statement")
    if not isinstance(statement, dict):
        raise bodies.bad("statement", "Send the typed data that was signed, as an object.")
    if kinds and statement.get("primaryType") not in kinds:
        raise _refused(Refusal("wrong_kind", f"Here is the place for {' and '.join(kinds)} only."))
    signature, signer = _signature(body), _signer(body)
    return _answered(
        statement_submit(chain.client(), document=statement, signature=signature, signer=signer, source="api")
    )


class CoSignatureSubmit(Endpoint):
    http_method_names = ["post", "options"]
    cost = SUBMIT_COST

    @posted(
        "co_signature_submit",
        summary="Sign a claim as its co-author",
        description=(
            "A co-author whom the claim names signs the very same typed data as its author did; see `statement` of "
            "the claim. Evidence that two orchestrators point to backs both only where they signed together."
        ),
        body=CO_SIGNED,
        examples=CO_SIGN_EXAMPLES,
        parameters=[DIGEST_PARAMETER],
    )
    def post(self, request: Request, digest: str) -> HttpResponseBase:
        queries.nothing(request.query_params)
        body = bodies.read(request, known=("signature", "signer"))
        signature, signer = _signature(body), _signer(body)
        if not is_digest(digest):
            raise unknown()
        return _answered(cosignature_submit(chain.client(), claim=digest, signature=signature, signer=signer))


def _signature(body: Mapping[str, Any]) -> str:
    found = body.get("signature")
    if not isinstance(found, str):
        raise bodies.bad("signature", "Send the signature as 0x and hexadecimal digits.")
    return found


def _signer(body: Mapping[str, Any]) -> Address | None:
    found = body.get("signer")
    if found is None and "signer" not in body:
        return None
    try:
        return queries.address(found if isinstance(found, str) else "")
    except (AddressError, Problem) as error:
        raise bodies.bad("signer", error.detail if isinstance(error, Problem) else str(error)) from error


def _answered(found: Accepted | Refusal) -> HttpResponseBase:
    if isinstance(found, Refusal):
        raise _refused(found)
    where = f"/api/v1/{_WHERE.get(found.kind, 'statements')}/{found.digest}"
    data = {"digest": found.digest, "kind": found.kind, "path": where}
    body = {"data": data, "meta": meta_of(standpoint.read())}
    return Response(body, status=201, headers={"Location": where, "Cache-Control": "no-store"})


def _refused(refusal: Refusal) -> Problem:
    if refusal.code in _LATER:
        return Problem(_LATER[refusal.code], refusal.sentence, {"reason": refusal.code}, retry_after_s=30)
    if refusal.code == "unknown_claim":
        return unknown()
    return Problem("statement_refused", refusal.sentence, {"reason": refusal.code})


class KeyList(Told):
    """Keys that an orchestrator authorised."""

    def parse(self, request: Request, **kwargs: Any) -> str:
        given = dict(queries.pairs_of(request.query_params, known=("orchestrator",)))
        if "orchestrator" not in given:
            raise BadQuery("orchestrator", "Name the orchestrator whose keys are meant.")
        return queries.address(given["orchestrator"])

    def find(self, at: Standpoint, asked: str) -> Answer:
        return Answer([key_data(one) for one in selectors.delegations_of(asked)])

    @described(
        "key_delegations",
        KeySerializer(many=True),
        summary="Keys of an orchestrator",
        description="Keys that may or might sign for an orchestrator, newest first, past ones included.",
        parameters=[OpenApiParameter("orchestrator", ADDRESS, required=True)],
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


class StatementDetail(ByDigest):
    """Any statement as it was signed."""

    def told(self, digest: str) -> Any:
        found = selectors.statement_of(digest)
        return None if found is None else statement_data(found)

    @described(
        "statement",
        StatementSerializer(),
        summary="A signed statement",
        description="A claim, a word on one, a revocation or a key delegation: its typed data, signature and proof.",
        parameters=[DIGEST_PARAMETER],
        path_can_miss=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


class StatementEas(ByDigest):
    """A statement in EAS's fields."""

    def find(self, at: Standpoint, asked: str) -> Answer:
        found = selectors.statement_of(asked)
        made = eas_data(found) if found is not None and found.hidden is None else None
        if made is None:
            raise Problem("unknown_statement", "There is no claim and no word on one by this digest, or it is hidden.")
        return Answer(made)

    @described(
        "statement_eas",
        EasSerializer(),
        summary="A statement for the Ethereum Attestation Service",
        description=(
            "A claim or a word on one in the fields of EAS's `attest`, with digest and signature in its data, for "
            "whoever wants to put it on the chain. Nothing is sent from here, and nothing here reads it back."
        ),
        parameters=[DIGEST_PARAMETER],
        path_can_miss=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)
