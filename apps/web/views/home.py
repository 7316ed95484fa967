"""The front page, and its table as CSV."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from apps.network.selectors import flows, history
from apps.network.selectors.flows import Window
from apps.protocol.formats import checksummed
from apps.web import live
from apps.web.overview import WINDOW_ROUNDS, overview
from indexer.models import IndexState


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """Does stake follow work?"""
    return live.page(request, "home.html", "_home_live.html", _context)


def _context() -> dict[str, Any]:
    state = IndexState.objects.values_list("genesis_hash", "reorgs").first()
    genesis, reorgs = state or (b"", 0)
    return {"overview": overview(genesis=bytes(genesis), reorgs=reorgs), "json_url": "/api/v1/orchestrators"}


@require_safe
def shares_csv(request: HttpRequest) -> HttpResponse:
    """Every node's stake now and fees of the window in wei, one line a node, most fees per LPT first."""
    now = history.latest_round()
    window = Window.ending(now.number, rounds=WINDOW_ROUNDS) if now else Window(0, -1)
    out = StringIO()
    writer = csv.writer(out)
    columns = ("orchestrator", "stake_lpt_wei", "fees_eth_wei", "paid_to_itself_eth_wei", "in_pool")
    writer.writerow((*columns, "first_round", "last_round"))
    for flow in flows.node_flows(window) if now else ():
        amounts = (flow.stake_lpt_wei, flow.fees_eth_wei, flow.own_eth_wei)
        writer.writerow(
            (checksummed(flow.address), *amounts, str(flow.in_pool).lower(), window.first_there, window.last)
        )
    return csv_response(out.getvalue(), "millrace-stake-and-fees.csv")


def csv_response(text: str, name: str) -> HttpResponse:
    """A file to be kept, read anew each time."""
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response
