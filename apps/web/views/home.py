"""The front page, and its table as CSV."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from apps.network.selectors import flows, history
from apps.network.selectors.flows import Window
from apps.protocol.formats import checksummed
from apps.web import live
from apps.web.overview import WINDOW_ROUNDS, overview
from apps.web.sheets import sheet
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
    columns = ("orchestrator", "stake_lpt_wei", "fees_eth_wei", "paid_to_itself_eth_wei", "in_pool")
    lines = [
        [checksummed(flow.address), flow.stake_lpt_wei, flow.fees_eth_wei, flow.own_eth_wei, flow.in_pool,
         window.first_there, window.last]
        for flow in (flows.node_flows(window) if now else ())
    ]  # fmt: skip
    return sheet("millrace-stake-and-fees", (*columns, "first_round", "last_round"), lines)
