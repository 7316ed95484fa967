"""The feed of contributions, and the page of one claim. Nobody has to be signed in to read them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.contributions import selectors
from apps.contributions.categories import CATEGORIES
from apps.contributions.models import Statement
from apps.network.selectors import identities
from apps.network.selectors.listquery import BadQuery
from apps.web.contributions import feed as feeds
from apps.web.contributions.claim import claim_page
from apps.web.contributions.words import STATES
from apps.web.refusals import refuse
from apps.web.views.statements import page_of


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """The feed; its filters and the place in it stand in the address."""
    try:
        what = feeds.asked(request.GET)
    except BadQuery as wrong:
        return refuse(request, wrong.parameter, wrong.message, wrong.allowed)
    context = {
        "asked": what,
        "feed": feeds.feed(what),
        "tally": feeds.tally(),
        "names": identities.names(),
        "categories": CATEGORIES.values(),
        "states": STATES,
        "removals": [(name, feeds.without(what, name)) for name in ("category", "state", "orchestrator")],
        "json_url": "/api/v1/contributions",
    }
    return _fresh(render(request, "contributions/list.html", context))


@require_safe
def claim(request: HttpRequest, digest: str) -> HttpResponseBase:
    """One claim in the version asked for; another statement's digest leads to where that can be read."""
    small = digest.lower()
    if len(small) != 66 or not Statement.objects.filter(pk=small).exists():
        raise Http404("There is no such statement. A claim is named by the 0x and 64 digits of its digest.")
    found = selectors.claim_of(small)
    if found is None or small != digest:
        return HttpResponseRedirect(page_of(small))
    context = {"page": claim_page(found), "json_url": f"/api/v1/contributions/{small}"}
    return _fresh(render(request, "contributions/claim.html", context))


def _fresh(response: HttpResponse) -> HttpResponse:
    """To be asked for again each time."""
    response.headers["Cache-Control"] = "private, no-cache"
    return response
