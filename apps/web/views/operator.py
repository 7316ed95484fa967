"""Signing in with a wallet, and the page it leads to. Everything on it can be read elsewhere without signing in."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.services import Opened, message_write, proved_on, session_open
from apps.chain.errors import ChainError
from apps.contributions.services import signature_bytes
from apps.delegation import chain
from apps.network.limits import LOOK_COST
from apps.protocol import siwe
from apps.protocol.formats import checksummed
from apps.protocol.siwe import BadSignIn
from apps.protocol.statements import Refusal
from apps.protocol.units import Address
from apps.web.contributions.forms import Form, address_read
from apps.web.contributions.signing import signature_in
from apps.web.csp import signs
from apps.web.limiting import limited
from apps.web.operator import wallet
from apps.web.operator.page import operator_page
from apps.web.signing import chain_for_wallets

AWAY = Refusal("chain_away", "The chain does not answer just now, so the signature cannot be checked. Try again.")


@signs
@require_safe
def operator(request: HttpRequest) -> HttpResponseBase:
    """The page of whoever is signed in; for everybody else the way in."""
    session = wallet.session(request)
    if session is None:
        form = Form({"address": request.GET.get("address", "")[:100]})
        ended = request.GET.get("ended", "") == "account"
        return _own(render(request, "operator/enter.html", {"form": form, "ended": ended}))
    page = operator_page(Address(session.address), now=datetime.now(UTC))
    return _own(render(request, "operator/page.html", {"page": page, "session": session}))


@signs
@require_POST
def message(request: HttpRequest) -> HttpResponseBase:
    """The message for an account to sign."""
    form = Form({"address": request.POST.get("address", "")[:100]})
    address = form.read("address", address_read, None)
    if address is None:
        return _own(render(request, "operator/enter.html", {"form": form}, status=400))
    text = message_write(address, site=wallet.site_of(request), now=datetime.now(UTC))
    return _own(_to_sign(request, text, address))


@signs
@require_POST
@limited(LOOK_COST)
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Opens the session of a signed message, in place of any before it."""
    text = request.POST.get("document", "").replace("\r\n", "\n")  # as forms send line ends
    opened = _opened(request, text)
    if isinstance(opened, Refusal):
        return _refused(request, text, opened)
    response = HttpResponseRedirect(reverse("web:operator"))
    wallet.end(request, response)
    wallet.keep(request, response, opened)
    return _own(response)


def _opened(request: HttpRequest, text: str) -> Opened | Refusal:
    signature = signature_bytes(signature_in(request.POST.get("signature", "")))
    if isinstance(signature, Refusal):
        return signature
    try:
        return session_open(
            text, signature, site=wallet.site_of(request), now=datetime.now(UTC), verify=proved_on(chain.client)
        )
    except ChainError:
        return AWAY


def _refused(request: HttpRequest, text: str, refused: Refusal) -> HttpResponse:
    """The same message again where it may still be signed; else the way in."""
    try:
        address = siwe.parsed(text).address
    except BadSignIn:
        return _own(render(request, "operator/enter.html", {"form": Form({}), "refused": refused}, status=400))
    if refused.code in ("nonce_used", "expired", "nonce_unknown", "wrong_domain", "wrong_chain"):
        context = {"form": Form({"address": checksummed(address)}), "refused": refused}
        return _own(render(request, "operator/enter.html", context, status=409))
    return _own(_to_sign(request, text, address, refused=refused))


def _to_sign(request: HttpRequest, text: str, address: Address, *, refused: Refusal | None = None) -> HttpResponse:
    context = {
        "text": text,
        "address": address,
        "refused": refused,
        "for_wallet": {
            "document": text,
            "method": "personal_sign",
            "signers": [checksummed(address)],
            "chain": chain_for_wallets(),
        },
    }
    return render(request, "operator/sign.html", context, status=200 if refused is None else 409)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Ends the session of this browser."""
    why = "?ended=account" if request.POST.get("why") == "account" else ""
    response = HttpResponseRedirect(reverse("web:operator") + why)
    wallet.end(request, response)
    return _own(response)


def _own(response: HttpResponse) -> HttpResponse:
    """Of one reader: nobody keeps it on the way."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
