"""Positions: any address, several together, and their rounds as CSV. No wallet is asked for."""

from __future__ import annotations

import re
from dataclasses import fields
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from apps.delegation.accounts import kind_of, kinds_of
from apps.delegation.earned import RoundEarned
from apps.delegation.positions import MOST_TOGETHER, position_of, rounds_of
from apps.delegation.reminders import rewards_called
from apps.network.limits import LOOK_COST
from apps.network.selectors.listquery import BadQuery
from apps.protocol.formats import checksummed
from apps.protocol.units import Address, AddressError, parse_address
from apps.web import accounts, amounts, live
from apps.web.limiting import limited, names_somebody
from apps.web.named import address_of
from apps.web.plan.words import called
from apps.web.refusals import missing, refuse
from apps.web.sheets import sheet
from apps.web.stake import feed
from apps.web.stake.page import portfolio, position_page

_APART = re.compile(r"[\s,;]+")
_PARAMETERS = ("and", "since")
_LONGEST = 200
_counted = limited(LOOK_COST, methods=("GET", "HEAD"), only_if=names_somebody)
ROUND_COLUMNS = tuple(field.name for field in fields(RoundEarned))


@require_safe
@_counted
def look(request: HttpRequest) -> HttpResponseBase:
    """Where to write an address; one that is given leads on to its position, several to all of them together, and with
    an orchestrator in `to` to the plan of staking there."""
    text, to = request.GET.get("address", "").strip(), request.GET.get("to", "").strip()
    texts = [one for one in _APART.split(text) if one][: MOST_TOGETHER + 1]
    if not texts:
        return render(request, "stake/look.html", {"to": _chosen(to), "to_text": to})
    try:
        first, *others = dict.fromkeys(address_of(one) for one in texts)
    except AddressError as error:
        return _not_found(request, text, str(error))
    if to:
        fields = [("kind", "delegate"), ("to", to[:_LONGEST]), *([("and", " ".join(others))] if others else [])]
        return HttpResponseRedirect(f"{reverse('web:plan_form', args=[first])}?{urlencode(fields)}")
    beside = urlencode([("and", one) for one in others])
    return HttpResponseRedirect(reverse("web:stake", args=[first]) + (f"?{beside}" if beside else ""))


def _chosen(to: str) -> str:
    """The orchestrator that was chosen before, by its name and address; empty for none, or for no address."""
    try:
        return called()(parse_address(to))
    except AddressError:
        return ""


@require_safe
@_counted
def position(request: HttpRequest, address: str) -> HttpResponseBase:
    """One address, or with `and` several together; a name leads on to its address."""
    found = _found(request, address, "web:stake")
    if isinstance(found, HttpResponseBase):
        return found
    try:
        together, first = _together(request, found), _since(request)
    except BadQuery as wrong:
        return refuse(request, wrong.parameter, wrong.message, wrong.allowed)
    if len(together) > 1:
        return _portfolio(request, together)
    account = accounts.shown(kind_of(found))
    return live.page(
        request,
        "stake/position.html",
        "stake/_position_live.html",
        lambda: {**_position_context(found, first), "account": account, "feed_url": _feed_url(request, found)},
        version=account,
    )


def _position_context(address: Address, first: int | None) -> dict[str, Any]:
    page = position_page(address, first=first)
    return {"page": page, "held": page.held, "address": address, "json_url": f"/api/v1/positions/{address}"}


def _feed_url(request: HttpRequest, address: Address) -> str:
    """Whole, since it is for another program."""
    return request.build_absolute_uri(reverse("web:stake_reward_feed", args=[address]))


def _portfolio(request: HttpRequest, addresses: list[Address]) -> HttpResponseBase:
    known = ((who, accounts.shown(one)) for who, one in kinds_of(addresses).items())
    kinds: dict[str, str] = {who: one["label"] for who, one in known if one and one["label"]}
    return live.page(
        request,
        "stake/portfolio.html",
        "stake/_portfolio_live.html",
        lambda: {"portfolio": portfolio(addresses, kinds), "addresses": addresses, "most": MOST_TOGETHER},
        version=kinds,
    )


@require_safe
@_counted
def rounds_csv(request: HttpRequest, address: str) -> HttpResponseBase:
    """Every round in which the address held or moved something, newest first; principal may be below 0."""
    found = _found(request, address, "web:stake_rounds_csv")
    if isinstance(found, HttpResponseBase):
        return found
    rows = rounds_of(position_of(found))
    if rows is None:
        return refuse(request, "address", "Not all logs of this position are indexed, so its rounds are unknown.")
    lines = [[_cell(getattr(row, name)) for name in ROUND_COLUMNS] for row in reversed(rows)]
    return sheet(f"millrace-{found}-earnings", ROUND_COLUMNS, lines)


@require_safe
@_counted
def reward_feed(request: HttpRequest, address: str) -> HttpResponseBase:
    """The reminder that reward was called, as an Atom feed: a stable entry a round, and no account needed."""
    found = _found(request, address, "web:stake_reward_feed")
    if isinstance(found, HttpResponseBase):
        return found
    text = feed.written(found, rewards_called(found), name_of=called(), whole=request.build_absolute_uri)
    tag = f'"{sha256(text.encode()).hexdigest()[:32]}"'
    response: HttpResponseBase = get_conditional_response(request, etag=tag) or HttpResponse(
        text, content_type=feed.MEDIA_TYPE
    )
    response.headers["ETag"], response.headers["Cache-Control"] = tag, "private, no-cache"
    return response


def _cell(value: object) -> object:
    return checksummed(value) if isinstance(value, str) else value


def _together(request: HttpRequest, first: Address) -> list[Address]:
    """The address and those beside it, each once. Raises BadQuery."""
    unknown = next((name for name in request.GET if name not in _PARAMETERS), None)
    if unknown is not None:
        raise BadQuery(unknown[:60], "There is no such parameter here.", _PARAMETERS)
    found = [first]
    for text in request.GET.getlist("and"):
        try:
            if text.strip():
                found.append(address_of(text))
        except AddressError as error:
            raise BadQuery("and", str(error)) from error
    once = list(dict.fromkeys(found))
    if len(once) > MOST_TOGETHER:
        raise BadQuery("and", f"At most {MOST_TOGETHER} addresses are shown together; these are {len(once)}.")
    return once


def _since(request: HttpRequest) -> int | None:
    text = amounts.once(request.GET, "since").replace(",", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadQuery("since", "Write a round as a whole number.")
    return int(text)


def _found(request: HttpRequest, text: str, name: str) -> Address | HttpResponseBase:
    """The address, a redirect to its one spelling, or the page that says what is wrong with it."""
    try:
        address = address_of(text)
    except AddressError as error:
        return _not_found(request, text, str(error))
    if address == text:
        return address
    query = request.GET.urlencode()
    target = reverse(name, args=[address]) + (f"?{query}" if query else "")
    return HttpResponseRedirect(target) if "." in text else HttpResponsePermanentRedirect(target)


def _not_found(request: HttpRequest, text: str, sentence: str) -> HttpResponse:
    context = {"text": text[:_LONGEST], "sentence": sentence, "is_name": "." in text}
    return missing(request, "stake/unknown.html", context)
