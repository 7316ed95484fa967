"""Sources and heads, for people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from apps.network.selectors.sources import version as outside_version
from apps.web import live
from apps.web.frame import frame
from apps.web.status.chain import sources
from indexer.providers import last_change
from indexer.verification.records import verified_at


@require_safe
def status(request: HttpRequest) -> HttpResponseBase:
    """How far the chain is read, and whether the numbers are current."""

    def context() -> dict[str, Any]:
        return {"sources": sources(frame(request)), "json_url": "/api/v1/status"}

    version = (outside_version(), last_change(), verified_at())
    return live.page(request, "status.html", "_status_live.html", context, version=version)
