"""What base.html gets on every page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from apps.web import display
from apps.web.frame import frame

HTMX_CONFIG = json.dumps(
    {
        "allowEval": False,
        "includeIndicatorStyles": False,
        "historyCacheSize": 0,  # Back asks the server: a kept page would hold old figures
        "refreshOnHistoryMiss": True,
        "defaultSettleDelay": 0,
        "scrollIntoViewOnBoost": False,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "304", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "400", "swap": True},
            {"code": "...", "swap": False, "error": True},
        ],
    }
)

PAGES = (
    ("/", "Network"),
    ("/orchestrators/", "Orchestrators"),
    ("/compare/", "Compare"),
    ("/stake/", "Stake"),
    ("/contributions/", "Contributions"),
    ("/method/", "Method"),
    ("/status/", "Status"),
    ("/api/", "API"),
)


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A link of the main navigation; `current` is the value of aria-current, empty elsewhere."""

    href: str
    text: str
    current: str


def page(request: HttpRequest) -> dict[str, Any]:
    """The frame, the navigation and the reader's display choices."""
    return {
        "frame": frame(request),
        "nav": [NavEntry(href, text, _current(request.path, href)) for href, text in PAGES],
        "display": display.of(request),
        "htmx_config": HTMX_CONFIG,
    }


def _current(path: str, href: str) -> str:
    if path == href:
        return "page"
    return "true" if href != "/" and path.startswith(href) else ""
