"""`/health/live`, `/health/ready` and `/metrics`, answered before anything else looks at the request.

Probes come by address and not by name, over plain HTTP and often. So they pass no check of host names, are sent to no
other address, count for no limit and set no cookie. What they say holds no key, password or path of an URL.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from apps.web.health.metrics import registry
from apps.web.health.readiness import readiness

Answer = Callable[[], HttpResponseBase]


class Probes:
    """The middleware that answers them; every other request goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = ANSWERS.get(request.path)
        if answer is None:
            return self._get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = answer()
        response.headers["Cache-Control"] = "no-store"
        return response


def live() -> HttpResponseBase:
    """200 as long as the process answers at all: it asks nobody, so that no server's end restarts this one."""
    return JsonResponse({"status": "live"})


def ready() -> HttpResponseBase:
    """200 where pages and API can be trusted, else 503 with the reason of each check that failed."""
    failed = readiness(datetime.now(UTC))
    body = {"status": "not ready" if failed else "ready", "failed": failed}
    response = JsonResponse(body, status=503 if failed else 200)
    response._has_been_logged = True  # type: ignore[attr-defined]  # else Django calls each answer an error
    return response


def metrics() -> HttpResponseBase:
    """Every figure that alerts rest on, as Prometheus reads it."""
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


ANSWERS: dict[str, Answer] = {"/health/live": live, "/health/ready": ready, "/metrics": metrics}
