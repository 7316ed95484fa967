"""How the score is made, and how well it predicts."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from apps.scoring.backtests import latest_backtest
from apps.scoring.method import live as live_method
from apps.web import live
from apps.web.method.page import method_page


@require_safe
def method(request: HttpRequest) -> HttpResponseBase:
    """The method in words and formulas, carried through one real node, with its test against the past."""
    tested = latest_backtest(live_method().version)
    return live.page(
        request,
        "method.html",
        "_method_live.html",
        lambda: {"page": method_page(), "json_url": "/api/v1/methods"},
        version=tested.digest if tested else None,
    )
