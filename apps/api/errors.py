"""Every refusal of the API as one problem document (RFC 9457): `application/problem+json` with a stable `code`."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework.exceptions import APIException, MethodNotAllowed, NotAcceptable, Throttled

from apps.chain.errors import ChainError
from apps.network.selectors.listquery import BadQuery
from apps.protocol.units import AddressError

log = logging.getLogger(__name__)

CODES: Mapping[str, tuple[int, str]] = {
    "bad_parameter": (400, "A parameter cannot be read."),
    "bad_cursor": (400, "The cursor cannot be read."),
    "bad_address": (400, "The address cannot be read."),
    "bad_request": (400, "The request cannot be read."),
    "bad_body": (400, "The body of the request cannot be read."),
    "not_found": (404, "There is nothing at this address."),
    "unknown_orchestrator": (404, "This address never was an orchestrator."),
    "unknown_plan": (404, "There is no such plan."),
    "unknown_statement": (404, "There is no such statement."),
    "method_not_allowed": (405, "This cannot be done here."),
    "not_acceptable": (406, "There is no such form of this answer."),
    "refused": (409, "There is no plan that does this safely now."),
    "statement_refused": (409, "The statement is not taken, and nothing was stored."),
    "too_large": (413, "The body is too large."),
    "unsupported_media_type": (415, "The body has to be JSON."),
    "throttled": (429, "Too many requests."),
    "internal": (500, "Something went wrong here."),
    "unavailable": (503, "The database does not answer."),
    "chain_unavailable": (503, "The chain does not answer."),
}


@dataclass(slots=True)
class Problem(Exception):
    """A refusal: one of CODES, what was wrong in this request, and fields of its own such as `parameter`."""

    code: str
    detail: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    retry_after_s: int | None = None


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """The answer to any exception of an API view. What nobody foresaw is logged and answered with 500."""
    request: HttpRequest = context["request"]
    return response(problem_of(error, request), request)


def problem_of(error: Exception, request: HttpRequest) -> Problem:
    """The problem that an exception stands for."""
    match error:
        case Problem():
            return error
        case BadQuery():
            extra = {"parameter": error.parameter, **({"allowed": list(error.allowed)} if error.allowed else {})}
            return Problem("bad_parameter", error.message, extra)
        case AddressError():
            return Problem("bad_address", str(error))
        case Http404():
            return Problem("not_found", "See /api/ for what there is.")
        case APIException() | PermissionDenied() | SuspiciousOperation():
            return _of_framework(error)
        case ChainError():
            log.warning("chain unavailable to a reader: %s", error)
            return Problem("chain_unavailable", "Nothing was done; try again in a few seconds.", retry_after_s=5)
        case OperationalError():
            log.exception("database unavailable")
            return Problem("unavailable", "Try again in a few seconds.", retry_after_s=5)
        case _:
            log.exception("unexpected error in the API")
            got_request_exception.send(sender=None, request=request)  # Django's test client raises it again
            return Problem("internal", "The error was recorded; the request was not wrong.")


def _of_framework(error: Exception) -> Problem:
    match error:
        case MethodNotAllowed():
            return Problem("method_not_allowed", "Use one of the methods that the header Allow names.")
        case NotAcceptable():
            return Problem(
                "not_acceptable", "Ask for application/json, or for text/csv where a list is offered as CSV."
            )
        case Throttled():
            wait = int(getattr(error, "wait", None) or 1)
            return Problem("throttled", f"Wait {wait} s and ask again.", retry_after_s=wait)
        case _:
            return Problem("bad_request", str(error)[:300])


def response(problem: Problem, request: HttpRequest) -> HttpResponse:
    """The problem as an HTTP answer."""
    status, title = CODES[problem.code]
    body = {
        "type": f"/api/#problem-{problem.code}",
        "title": title,
        "status": status,
        "detail": problem.detail,
        "instance": request.get_full_path()[:500],
        "code": problem.code,
        **problem.extra,
    }
    made = HttpResponse(
        json.dumps(body, ensure_ascii=False), content_type="application/problem+json", status=HTTPStatus(status)
    )
    if problem.retry_after_s is not None:
        made.headers["Retry-After"] = str(problem.retry_after_s)
    return made
