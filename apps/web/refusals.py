"""The page that says what was wrong with a request, and what would be right."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def refuse(request: HttpRequest, parameter: str, sentence: str, allowed: Sequence[str] = ()) -> HttpResponse:
    """A 400 that names the parameter, says the sentence and lists the allowed values where there is a list."""
    context = {"parameter": parameter, "sentence": sentence, "allowed": allowed}
    is_partial = bool(getattr(request, "htmx", False))
    response = render(request, "_400.html" if is_partial else "400.html", context, status=400)
    response.headers["Cache-Control"] = "no-store"
    return response
