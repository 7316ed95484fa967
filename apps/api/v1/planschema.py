"""How the schema speaks of the addresses of plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import serializers

from apps.api.v1.envelope import PROBLEM, MetaSerializer, ProblemSerializer

View = TypeVar("View", bound=Callable[..., Any])


def described(
    name: str,
    data: serializers.BaseSerializer[Any] | None,
    *,
    summary: str,
    description: str,
    status: int = 200,
    body: Mapping[str, Any] | None = None,
    examples: Sequence[OpenApiExample] = (),
    refusals: Sequence[int] = (),
    parameters: Sequence[OpenApiParameter] = (),
) -> Callable[[View], View]:
    """The schema of one address of plans."""
    answers: dict[Any, Any] = {}
    if data is not None:
        fields: dict[str, Any] = {"data": data, "meta": MetaSerializer()}
        camel = name.title().replace("_", "")
        answers[(status, "application/json")] = inline_serializer(name=f"{camel}Answer", fields=fields)
    else:
        answers[(status, "application/json")] = {"type": ["object", "array"]}
        answers[(status, "text/plain")] = OpenApiTypes.STR
    for code in sorted({400, 406, 429, 503, *refusals}):
        answers[(code, PROBLEM)] = ProblemSerializer
    if 304 in refusals:
        answers.pop((304, PROBLEM))
        answers[304] = OpenApiResponse(description="The copy named in If-None-Match still holds.")
    request = {"application/json": dict(body)} if body is not None else None
    decorated: Callable[[View], View] = extend_schema(
        operation_id=name, summary=summary, description=description, request=request, responses=answers,
        examples=list(examples), parameters=list(parameters), tags=["v1"],
    )  # fmt: skip
    return decorated


ID = OpenApiParameter(
    "id", {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,32}$"}, OpenApiParameter.PATH, description="of the plan"
)


def act_described(
    name: str,
    data: serializers.BaseSerializer[Any],
    *,
    summary: str,
    description: str,
    body: Mapping[str, Any],
    examples: Sequence[OpenApiExample],
    status: int = 200,
) -> Callable[[View], View]:
    """The schema of something that is done with a plan that is there."""
    own: Callable[[Any], Any] = described(
        name, data, summary=summary, description=description, status=status, body=body, examples=examples,
        refusals=(404, 409, 413, 415), parameters=[ID],
    )  # fmt: skip
    decorated: Callable[[View], View] = extend_schema_view(post=own)
    return decorated
