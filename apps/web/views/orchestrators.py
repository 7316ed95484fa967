"""The list of orchestrators: a page, its moving part, or a CSV of the same rows."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from apps.network.instant import one_instant
from apps.network.selectors.listquery import BadQuery
from apps.network.selectors.sources import version as outside_version
from apps.protocol.units import AddressError, parse_address
from apps.scoring.preferences import by_name
from apps.web import listing, live, sheets
from apps.web.columns import COLUMNS, GROUPS, Csv, Line
from apps.web.frame import round_now, standpoint
from apps.web.listing import Asked
from apps.web.refusals import form_page, refuse
from apps.web.weights import kept


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
        if (whole := _whole_address(what)) and not what.csv and not getattr(request, "htmx", False):
            return HttpResponseRedirect(f"{listing.PATH}{whole}/")
        with one_instant():
            return _csv(request, what) if what.csv else _page(request, what)
    except BadQuery as wrong:
        if csv or getattr(request, "htmx", False) or request.GET.get("format") == "csv":
            return refuse(request, wrong.parameter, wrong.message, wrong.allowed)
        return _refused(request, wrong)


_UNSEEN = ("sort", "page", "format", "cols")  # no field shows them, so what is wrong there is dropped


def _refused(request: HttpRequest, wrong: BadQuery) -> HttpResponseBase:
    """The reason above the form, which keeps what was typed, what cannot be read included; a 400 without a list."""
    typed = {name: str(value)[:200] for name, value in request.GET.items() if name not in _UNSEEN}
    context = _readable(request, wrong)
    if context is None:
        return refuse(request, wrong.parameter, wrong.message, wrong.allowed)
    context |= {"given": {**context["given"], **typed}, "more_open": True}
    context["weights"] |= {"sliders": kept(context["weights"]["sliders"], typed)}
    context |= {"parameter": wrong.parameter, "sentence": wrong.message, "allowed": wrong.allowed}
    return form_page(request, "orchestrators/refused.html", context, status=400)


def _readable(request: HttpRequest, wrong: BadQuery) -> dict[str, Any] | None:
    """The list by what of the request can be read; None where what is wrong is not in the address."""
    readable = copy(request)
    readable.GET = given = request.GET.copy()  # type: ignore[assignment]  # a copy can be changed
    refused = wrong
    while True:
        given.pop(refused.parameter, None)
        try:
            with one_instant():
                return _context(readable, listing.asked(readable), outside_version())
        except BadQuery as another:
            if another.parameter not in given:
                return None
            refused = another


def _page(request: HttpRequest, what: Asked) -> HttpResponseBase:
    sources = outside_version()
    return live.page(
        request,
        "orchestrators/list.html",
        "orchestrators/_table.html",
        lambda: _context(request, what, sources),
        also=("orchestrators/_answer.html",),
        version=sources,
    )


def _whole_address(what: Asked) -> str | None:
    try:
        return parse_address(what.query.text or "")
    except AddressError:
        return None


def _round_number(request: HttpRequest) -> int | None:
    now = round_now(request)
    return now.number if now else None


def _context(request: HttpRequest, what: Asked, sources: object) -> dict[str, Any]:
    found = listing.find(what, standpoint(request), _round_number(request), sources)
    shown = {column.key for column in what.columns}
    columns = [
        {"label": GROUPS[key], "columns": [(one, one.key in shown) for one in COLUMNS if one.group == key]}
        for key in GROUPS
    ]
    return {**listing.context(what, found), "given": what.given, "choosable": columns, "query": what.query}


def _csv(request: HttpRequest, what: Asked) -> HttpResponseBase:
    at, sources = standpoint(request), outside_version()
    tag = live.etag(request, at, partial=False, version=sources)
    response: HttpResponseBase | None = get_conditional_response(request, etag=tag)
    if response is None:
        found = listing.find(what, at, _round_number(request), sources)
        columns = [*_BEFORE, *(one for column in what.columns for one in column.csv), *_asked_columns(what), *_AFTER]
        response = sheets.sheet(
            f"orchestrators-{at.block or 0}",
            [*(name for name, _ in columns), "as_of_block"],
            ([*(read(line) for _, read in columns), at.block] for line in found.lines),
        )
    return live.sealed(response, tag)


_BEFORE: Csv = (
    ("rank", lambda line: line.row.rank),
    ("address", lambda line: line.row.address),
    ("service_host", lambda line: line.row.host),
    ("name", lambda line: line.row.name.text if line.row.name else ""),
)
_AFTER: Csv = (("not_ranked_because", lambda line: line.row.standing.gate if line.row.standing else ""),)


def _asked_columns(what: Asked) -> Csv:
    """What a reader's own weights, and asking who beats whom, add to a sheet: each line says by what it was made."""
    own: Csv = ()
    if what.preferences.own:
        weights = tuple((name, _always(weight)) for name, weight in by_name(what.preferences.weights).items())
        ranks: Csv = (("rank_by_method", lambda line: line.row.standing.method_rank if line.row.standing else None),)
        own = (*ranks, *weights)
    return own if what.query.pareto is None else (*own, ("beaten_by", lambda line: line.beaten_by))


def _always(value: object) -> Callable[[Line], object]:
    return lambda line: value
