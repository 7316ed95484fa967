"""The wallet session of a browser: one cookie, read where a page is about its holder and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.accounts.models import WalletSession
from apps.accounts.services import SESSION_LIFE, Opened, Site, session_close, session_of

COOKIE = "wallet"


def site_of(request: HttpRequest) -> Site:
    """What a message of this site names: its host as the browser shows it, and the page that asks."""
    return Site(
        domain=request.get_host(),
        uri=request.build_absolute_uri(reverse("web:operator")),
        chain_id=settings.CHAIN_ID,
    )


def session(request: HttpRequest) -> WalletSession | None:
    """Whose wallet is signed in; None for everybody else. Read once for a request."""
    if not hasattr(request, "_wallet_session"):
        token = request.COOKIES.get(COOKIE, "")[:100]
        found = session_of(token, chain_id=settings.CHAIN_ID, now=datetime.now(UTC))
        request._wallet_session = found  # type: ignore[attr-defined]  # kept with the request, as Django keeps its user
    kept: WalletSession | None = request._wallet_session  # type: ignore[attr-defined]
    return kept


def keep(request: HttpRequest, response: HttpResponse, opened: Opened) -> None:
    """Gives the browser the secret of its session."""
    response.set_cookie(
        COOKIE,
        opened.token,
        max_age=int(SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def end(request: HttpRequest, response: HttpResponse) -> None:
    """Ends the session of this browser, here and there."""
    session_close(request.COOKIES.get(COOKIE, "")[:100])
    response.delete_cookie(COOKIE, samesite="Lax")
