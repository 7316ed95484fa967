"""What every address of the API has in common: one moment, a tag, a quota, open reading, problems for refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from drf_spectacular.openapi import AutoSchema
from rest_framework.exceptions import Throttled
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.api import errors, queries, standpoint
from apps.api.standpoint import Standpoint
from apps.network.instant import one_instant
from apps.network.limits import Quota, quota_of

API_VERSION = "1.0.0"
OPEN_TO_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, RateLimit, RateLimit-Policy, Retry-After",
}
PREFLIGHT = {
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a resource found: the data as serializers gave it, and for lists how they go on."""

    data: Any
    limit: int | None = None
    next_cursor: str | None = None
    sort: str = ""
    total: int | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)  # what the envelope says beside where the answer stands


class Endpoint(APIView):
    """An address of the API: anybody may ask, as often as the quota allows, and refusals are problems.

    `cost` is how many requests of the quota one takes: what asks the chain costs more than what reads a row.
    """

    authentication_classes = []
    permission_classes = []
    renderer_classes: Sequence[type[BaseRenderer]] = [JSONRenderer]
    schema = AutoSchema()
    cost = 1

    _quota: Quota | None = None

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        methods = ", ".join(self.allowed_methods)
        return HttpResponse(status=204, headers={"Access-Control-Allow-Methods": methods, **PREFLIGHT})

    def check_throttles(self, request: Request) -> None:
        self._quota = quota_of(request._request, cost=self.cost if request.method == "POST" else 1)
        if self._quota.refused:
            raise Throttled(wait=self._quota.reset_s)

    def get_exception_handler(self) -> Callable[..., Any]:
        return errors.handle

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        made = super().finalize_response(request, response, *args, **kwargs)
        for name, value in {**OPEN_TO_ALL, **(self._quota.headers if self._quota else {})}.items():
            made.headers[name] = value
        is_kept = made.status_code in (200, 304)
        made.headers.setdefault("Cache-Control", "public, no-cache" if is_kept else "no-store")
        made.headers.setdefault("Vary", "Accept")
        return made


class Resource(Endpoint):
    """A thing to read. A subclass parses its parameters in `parse` and answers in `find`; it sees one moment only."""

    http_method_names = ["get", "head", "options"]

    def parse(self, request: Request, **kwargs: Any) -> Any:
        """What the parameters ask for; raises a refusal. Without parameters of its own a resource takes none."""
        queries.nothing(request.query_params)

    def find(self, at: Standpoint, asked: Any) -> Answer:
        raise NotImplementedError

    def identity(self, at: Standpoint) -> tuple[object, ...]:
        """What the tag is made of, beside the address and the form."""
        return at.identity

    def get(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        parameters = {name: value for name, value in kwargs.items() if name != "format"}
        asked = self.parse(request, **parameters)
        with one_instant():
            at = standpoint.read()
            tag = self._tag(request, at)
            if has_copy(request, tag):
                return HttpResponse(status=304, headers={"ETag": tag})
            answer = self.find(at, asked)
        return self._response(request, at, answer, tag)

    def _response(self, request: Request, at: Standpoint, answer: Answer, tag: str) -> HttpResponseBase:
        made = Response(self.body(at, answer), headers={"ETag": tag})
        if answer.next_cursor:
            made.headers["Link"] = f'<{_next_address(request, answer)}>; rel="next"'
        return made

    def body(self, at: Standpoint, answer: Answer) -> Any:
        """The envelope around the data."""
        body = {"data": answer.data, "meta": {**meta_of(at), **answer.meta}}
        if answer.limit is not None:
            body["paging"] = {
                "next_cursor": answer.next_cursor,
                "limit": answer.limit,
                "sort": answer.sort,
                "total": answer.total,
            }
        return body

    def _tag(self, request: Request, at: Standpoint) -> str:
        parts = (API_VERSION, request.get_full_path(), request.accepted_renderer.media_type, self.identity(at))
        return f'"{sha256(repr(parts).encode()).hexdigest()[:32]}"'


class Nothing(Resource):
    """Every other address under /api/."""

    http_method_names = ["get", "head", "options", "post", "put", "patch", "delete", "trace"]
    schema = None  # type: ignore[assignment]

    def _missing(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        return errors.response(errors.Problem("not_found", "See /api/ for what there is."), request._request)

    get = post = put = patch = delete = trace = _missing


def meta_of(at: Standpoint) -> dict[str, Any]:
    """Where the answer stands, as every envelope says it."""
    return {
        "as_of": {
            "block": at.block,
            "block_hash": None if at.block_hash is None else f"0x{at.block_hash.hex()}",
            "round": at.round,
            "time": at.time,
        },
        "finality": at.finality,
        "lag_blocks": at.lag_blocks,
        "source": "chain",
        "version": API_VERSION,
        "score": _score_meta(at),
    }


def _score_meta(at: Standpoint) -> dict[str, Any] | None:
    """The run that scores are taken from, which is older than the figures: it knows finalized rounds only."""
    if at.run is None:
        return None
    return {
        "run": at.run.pk,
        "method": at.run.version,
        "as_of_block": at.run.as_of_block,
        "as_of_block_hash": f"0x{bytes(at.run.as_of_block_hash).hex()}",
        "as_of_round": at.run.as_of_round,
        "inputs_digest": at.run.inputs_digest,
        "bundle_digest": at.run.bundle_digest or None,
    }


def has_copy(request: Request, tag: str) -> bool:
    """Whether the reader's copy still holds."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or tag in {each.removeprefix("W/") for each in known}


def _next_address(request: Request, answer: Answer) -> str:
    query = request.query_params.copy()
    query["cursor"] = answer.next_cursor or ""
    return f"{request.path}?{query.urlencode()}"
