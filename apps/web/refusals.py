"""The page that says what was wrong with a request, and what would be right."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def refuse(request: HttpRequest, parameter: str, sentence: str, allowed: Sequence[str] = ()) -> HttpResponse:
    """A 400 that names the parameter, says the sentence and lists the allowed values where there is a list."""
    context = {"parameter": parameter, "sentence": sentence, "allowed": allowed}
    if getattr(request, "htmx", False):
        return _beside_the_form(render(request, "_400.html", context, status=400), parameter)
    response = render(request, "400.html", context, status=400)
    response.headers["Cache-Control"] = "no-store"
    return response


def _beside_the_form(response: HttpResponse, parameter: str) -> HttpResponse:
    """The refusal goes to #refusal and the address stays, so that what was shown stays shown."""
    response.headers["HX-Retarget"] = "#refusal"
    response.headers["HX-Reswap"] = "innerHTML"
    response.headers["HX-Push-Url"] = "false"
    response.headers["HX-Trigger"] = json.dumps({"refused": {"parameter": parameter[:40]}})
    response.headers["Cache-Control"] = "no-store"
    return response
