"""Signed statements handed in: anybody may bring them, since the signature says whose they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api import bodies, queries, standpoint
from apps.api.errors import Problem
from apps.api.resource import Endpoint, meta_of
from apps.api.v1.contributionshapes import CO_SIGN_EXAMPLES, CO_SIGNED, DIGEST, AcceptedSerializer
from apps.api.v1.envelope import PROBLEM, MetaSerializer, ProblemSerializer
from apps.contributions.intake import is_digest
from apps.contributions.services import Accepted, cosignature_submit, statement_submit
from apps.delegation import chain
from apps.protocol.statements import Refusal
from apps.protocol.units import Address, AddressError

View = TypeVar("View", bound=Callable[..., Any])

SUBMIT_COST = 3  # requests of the quota: it asks a node two or three questions
_WHERE = {"claim": "contributions", "attestation": "attestations", "co_signature": "contributions"}
_LATER = {"stale": "chain_unavailable", "not_ready": "chain_unavailable"}  # nothing is wrong with the statement

DIGEST_PARAMETER = OpenApiParameter("digest", DIGEST, OpenApiParameter.PATH, description="of the statement")


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


def unknown() -> Problem:
    """The refusal of a digest that nothing is known by."""
    return Problem("unknown_statement", "Nothing is known here by this digest: 0x and 64 small hexadecimal digits.")


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
