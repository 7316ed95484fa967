"""The page of one orchestrator, its CSVs, and what stands at an address that is none."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.delegation import selectors as delegation
from apps.network.models import Orchestrator
from apps.network.selectors import history, identities
from apps.network.selectors.listquery import BadQuery
from apps.network.selectors.sources import version as outside_version
from apps.protocol.formats import checksummed
from apps.protocol.units import AddressError, parse_address
from apps.web import amounts, live
from apps.web.amounts import AmountAsked, Typed
from apps.web.csp import draws_charts
from apps.web.node.page import node_page
from apps.web.refusals import form_page, missing
from apps.web.sheets import sheet

ALL_ROUNDS = 1_000_000
_DETAIL, _LIVE = "orchestrators/detail.html", "orchestrators/_detail_live.html"
_ROUND_COLUMNS = (
    "round",
    "active",
    "stake_lpt_wei",
    "reward_cut_ppm",
    "fee_share_ppm",
    "reward_called",
    "reward_lpt_wei",
    "fees_eth_wei",
    "tickets",
    "reward_factor",
    "fee_factor",
)
_DELEGATOR_COLUMNS = (
    "delegator",
    "stake_with_pending_lpt_wei",
    "fees_with_pending_eth_wei",
    "start_round",
    "is_orchestrator",
)


@draws_charts
@require_safe
def detail(request: HttpRequest, address: str) -> HttpResponseBase:
    """One orchestrator; a name leads on to its address, and any other text to a helpful 404."""
    found = _found(request, address, "web:orchestrator")
    if isinstance(found, HttpResponseBase):
        return found

    try:
        asked = amounts.asked(request.GET)
    except BadQuery as wrong:
        typed = amounts.typed(request.GET, wrong)
        return form_page(request, _DETAIL, {**_context(found, AmountAsked(), typed), "partial": _LIVE}, status=400)
    return live.page(
        request,
        _DETAIL,
        _LIVE,
        lambda: _context(found, asked),
        version=outside_version(),
    )


def _context(node: Orchestrator, asked: AmountAsked, typed: Typed | None = None) -> dict[str, Any]:
    running = history.latest_round()
    return {
        "page": node_page(node, running, asked, typed=typed) if running else None,
        "node": node,
        "card": identities.card(node.address),
        "json_url": f"/api/v1/orchestrators/{node.address}",
    }


@require_safe
def rounds_csv(request: HttpRequest, address: str) -> HttpResponseBase:
    """Every round in which the node was active or earned, newest first; an empty stake is not known or none."""
    found = _found(request, address, "web:node_rounds_csv")
    if isinstance(found, HttpResponseBase):
        return found
    rows = reversed(history.node_rounds(found.address, most=ALL_ROUNDS))
    lines = [[getattr(row, name) for name in _ROUND_COLUMNS] for row in rows]
    return sheet(f"millrace-{found.address}-rounds", _ROUND_COLUMNS, lines)


@require_safe
def delegators_csv(request: HttpRequest, address: str) -> HttpResponseBase:
    """Everyone with stake behind the node, largest first, pending amounts counted."""
    found = _found(request, address, "web:node_delegators_csv")
    if isinstance(found, HttpResponseBase):
        return found
    everyone = delegation.delegators_of(found)
    lines = [
        [checksummed(one.address), one.stake_lpt_wei, one.fees_eth_wei, one.start_round, one.is_node]
        for one in everyone
    ]
    return sheet(f"millrace-{found.address}-delegators", _DELEGATOR_COLUMNS, lines)


def _found(request: HttpRequest, text: str, name: str) -> Orchestrator | HttpResponseBase:
    """The orchestrator, a redirect to its one spelling, or the page that says why there is none."""
    try:
        address = parse_address(text)
    except AddressError as error:
        return _by_name(request, text, name, sentence=str(error))
    if address != text:
        return HttpResponsePermanentRedirect(reverse(name, args=[address]))
    node = Orchestrator.objects.filter(address=address).first()
    if node is None or not node.ever_registered:
        return _not_found(request, text=address, address=address, node=node)
    return node


def _by_name(request: HttpRequest, text: str, name: str, *, sentence: str) -> HttpResponseBase:
    """On to the address that a name leads to: for now only, since names move."""
    if "." not in text:
        return _not_found(request, text=text, sentence=sentence)
    address = identities.address_of(text)
    if address is None:
        return _not_found(request, text=text[:120], unknown_name=True, names_read=bool(settings.ETHEREUM_RPC_URL))
    return HttpResponseRedirect(reverse(name, args=[address]))


def _not_found(request: HttpRequest, **context: Any) -> HttpResponse:
    return missing(request, "orchestrators/unknown.html", context)
