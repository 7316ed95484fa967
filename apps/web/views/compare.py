"""Orchestrators side by side: the page, and the same figures as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from apps.network.instant import one_instant
from apps.network.selectors import history
from apps.network.selectors.board import Moment, boards
from apps.network.selectors.listquery import BadQuery
from apps.network.selectors.orchestrators import OrchestratorRow
from apps.network.selectors.sources import version as outside_version
from apps.network.selectors.yieldquery import Compared
from apps.protocol.units import Address
from apps.scoring.standings import standings_of
from apps.web import live, sheets
from apps.web.compare import asked as address
from apps.web.compare.asked import Fields
from apps.web.compare.measures import grouped
from apps.web.compare.nodes import Comparison, Node, compare, suggestions
from apps.web.compare.page import page_of
from apps.web.csp import draws_charts
from apps.web.frame import round_now, standpoint
from apps.web.refusals import refuse, refused_query

_LIVE = "compare/_live.html"


@draws_charts
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Two to five nodes; with fewer the form to choose them, with more or an unreadable one a 400 and the form."""
    with one_instant():
        sources = outside_version()
        try:
            what = address.asked(request.GET)
        except BadQuery as wrong:
            return _refused(request, wrong, sources)
        return live.page(request, "compare.html", _LIVE, lambda: _context(request, what, sources), version=sources)


def _everybody(request: HttpRequest, sources: object) -> Mapping[Address, OrchestratorRow]:
    """All rows by address, for choosing and for comparing, as the list has them."""
    at, now = standpoint(request), round_now(request)
    moment = Moment(at.block, at.block_hash, now.number if now else None, at.run_id, sources)
    return boards.at(moment, standings_of).rows


def _context(request: HttpRequest, what: Compared, sources: object) -> dict[str, Any]:
    running = history.latest_round()
    rows = _everybody(request, sources)
    found = compare(what, rows, running) if running and len(what.nodes) > 1 else None
    return {
        "page": page_of(found) if found else None,
        "running": running,
        "chosen": [rows[one] for one in what.nodes],
        "suggestions": suggestions(rows.values()),
        "fields": address.fields_of(what),
        "csv_url": f"/compare.csv?{address.query_of(what)}",
        "json_url": f"/api/v1/compare?{address.query_of(what, wei=True)}" if found else "",
    }


def _refused(request: HttpRequest, wrong: BadQuery, sources: object) -> HttpResponse:
    """The form with what was typed and what is wrong with it."""

    def context() -> dict[str, Any]:
        fields: Fields = address.fields_as_typed(request.GET, wrong)
        offered = suggestions(_everybody(request, sources).values())
        return {"fields": fields, "suggestions": offered, "refused": True}

    return refused_query(request, wrong, "compare.html", context)


@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """A line a node with every figure of the table, amounts in wei; an empty cell is unknown."""
    with one_instant():
        try:
            what = address.asked(request.GET)
            if len(what.nodes) < 2:
                raise BadQuery("o", "Name two to five orchestrators, each as a parameter “o” of its own.")
        except BadQuery as wrong:
            return refuse(request, wrong.parameter, wrong.message, wrong.allowed)
        at, sources = standpoint(request), outside_version()
        tag = live.etag(request, at, partial=False, version=sources)
        response: HttpResponseBase | None = get_conditional_response(request, etag=tag)
        if response is None:
            running = history.latest_round()
            found = compare(what, _everybody(request, sources), running) if running else None
            response = sheets.sheet(f"compare-{at.block or 0}", *_sheet(found, at.block))
        return live.sealed(response, tag)


def _sheet(found: Comparison | None, block: int | None) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
    """The head and the lines; no line before the first round."""
    before = ("address", "name", "amount_lpt_wei", "first_round", "last_round")
    after = ("move_lpt_after_rounds", "move_eth_after_rounds", "move_verdict", "as_of_block")
    if found is None:
        return [*before, *after], []
    measures = [one for _, group in grouped(found) for one in group if one.column]
    lines = [
        [*_who(found, node), *(one.figure(node) for one in measures), *_move(found, node), block]
        for node in found.nodes
    ]
    return [*before, *(one.column for one in measures), *after], lines


def _who(found: Comparison, node: Node) -> list[object]:
    name = node.row.name.text if node.row.name else ""
    span = (node.earned.newest.first, node.earned.newest.last) if node.earned else (None, None)
    return [node.address, name, found.asked.amount_lpt_wei, *span]


def _move(found: Comparison, node: Node) -> list[object]:
    """Empty for the present node, where none is named, and where it is never or unknown; the verdict says which."""
    even = found.moves.to.get(node.address) if found.moves else None
    if even is None:
        return [None, None, None]
    lpt = even.lpt.after_rounds if even.lpt else None
    return [lpt, even.eth.after_rounds if even.eth else None, even.verdict]
