"""Pages that keep themselves current: one address, a whole page or only what changes, and 304 when nothing did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers

from apps.web import display
from apps.web.frame import Standpoint, standpoint

VARY = ("HX-Request", "Cookie")


@dataclass(frozen=True, slots=True)
class Live:
    """How base.html polls: how often, and the tag that the page's partial has now."""

    every_s: int
    etag: str


def etag(request: HttpRequest, at: Standpoint, *, partial: bool, version: object = None) -> str:
    """The tag of a page: equal as long as block, score run, notices, address, form, colours and language are.

    `version` is of whatever else the page shows, such as the off-chain sources.
    """
    shown = display.of(request)
    parts = (
        at.block_hash.hex(),
        at.run_id,
        at.notices,
        request.get_full_path(),
        partial,
        shown,
        settings.LANGUAGE_CODE,
        version,
        # without a script the ages are as old as the page: a whole page is good for a minute at most
        None if partial else int(datetime.now(UTC).timestamp()) // 60,
    )
    return f'"{sha256(repr(parts).encode()).hexdigest()[:32]}"'


def page(
    request: HttpRequest,
    template: str,
    partial: str,
    make_context: Callable[[], dict[str, Any]],
    *,
    also: Sequence[str] = (),
    status: int = 200,
    version: object = None,
) -> HttpResponseBase:
    """The page, or for htmx its partial with the frame's moving parts; 304 where the reader's copy still holds.

    `make_context` is called only when there is something to render. `template` must put `partial` inside
    `<div id="live">`; templates in `also` are single elements elsewhere on the page that change with it: each has an
    id and writes `hx-swap-oob="morph"` when `oob` is set.
    """
    at = standpoint(request)
    is_partial = bool(getattr(request, "htmx", False))
    tag = etag(request, at, partial=is_partial, version=version)
    response: HttpResponseBase | None = get_conditional_response(request, etag=tag) if status == 200 else None
    if response is None:
        live = Live(settings.PAGE_POLL_S, etag(request, at, partial=True, version=version))
        context = {"live": live, "partial": partial, "also": also, **make_context()}
        response = render(request, "live.html" if is_partial else template, context, status=status)
    return sealed(response, tag if status == 200 else None)


def sealed(response: HttpResponseBase, tag: str | None) -> HttpResponseBase:
    """The response with its tag, told to be asked for again each time and to differ by form and colours."""
    if tag:
        response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, VARY)
    return response
