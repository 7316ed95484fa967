"""The list of orchestrators: a page, its moving part, or a CSV of the same rows."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from apps.network.selectors.listquery import BadQuery
from apps.network.selectors.sources import version as outside_version
from apps.protocol.units import AddressError, parse_address
from apps.web import listing, live, sheets
from apps.web.columns import COLUMNS, GROUPS
from apps.web.frame import round_now, standpoint
from apps.web.listing import Asked
from apps.web.refusals import refuse


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """The list; a search for a whole address leads to that orchestrator's page."""
    return _answer(request, csv=False)


@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """The rows of the same address as CSV."""
    return _answer(request, csv=True)


def _answer(request: HttpRequest, *, csv: bool) -> HttpResponseBase:
    try:
        what = listing.asked(request, csv=csv)
        if what.csv:
            return _csv(request, what)
        if (whole := _whole_address(what)) and not getattr(request, "htmx", False):
            return HttpResponseRedirect(f"{listing.PATH}{whole}/")
        return live.page(
            request,
            "orchestrators/list.html",
            "orchestrators/_table.html",
            lambda: _context(request, what),
            also=("orchestrators/_answer.html",),
            version=outside_version(),
        )
    except BadQuery as wrong:
        return refuse(request, wrong.parameter, wrong.message, wrong.allowed)


def _whole_address(what: Asked) -> str | None:
    try:
        return parse_address(what.query.text or "")
    except AddressError:
        return None


def _round_number(request: HttpRequest) -> int | None:
    now = round_now(request)
    return now.number if now else None


def _context(request: HttpRequest, what: Asked) -> dict[str, object]:
    found = listing.find(what, standpoint(request), _round_number(request))
    shown = {column.key for column in what.columns}
    columns = [
        {"label": GROUPS[key], "columns": [(one, one.key in shown) for one in COLUMNS if one.group == key]}
        for key in GROUPS
    ]
    return {**listing.context(what, found), "given": what.given, "choosable": columns, "query": what.query}


def _csv(request: HttpRequest, what: Asked) -> HttpResponseBase:
    at = standpoint(request)
    tag = live.etag(request, at, partial=False, version=outside_version())
    response: HttpResponseBase | None = get_conditional_response(request, etag=tag)
    if response is None:
        found = listing.find(what, at, _round_number(request))
        columns = [(name, read) for column in what.columns for name, read in column.csv]
        response = sheets.sheet(
            f"orchestrators-{at.block or 0}",
            [
                "rank",
                "address",
                "service_host",
                "name",
                *(name for name, _ in columns),
                "not_ranked_because",
                "as_of_block",
            ],
            (
                [
                    line.row.rank,
                    line.row.address,
                    line.row.host,
                    line.row.name.text if line.row.name else "",
                    *(read(line) for _, read in columns),
                    line.row.standing.gate if line.row.standing else "",
                    at.block,
                ]
                for line in found.lines
            ),
        )
    return live.sealed(response, tag)
