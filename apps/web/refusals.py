"""Pages that say what was wrong with a request, and what would be right."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.network.selectors.listquery import BadQuery


def refuse(request: HttpRequest, parameter: str, sentence: str, allowed: Sequence[str] = ()) -> HttpResponse:
    """A 400 that names the parameter, says the sentence and lists the allowed values where there is a list."""
    context = {"parameter": parameter, "sentence": sentence, "allowed": allowed}
    if getattr(request, "htmx", False):
        return _beside_the_form(render(request, "_400.html", context, status=400), parameter)
    response = render(request, "400.html", context, status=400)
    response.headers["Cache-Control"] = "no-store"
    return response


def refused_query(
    request: HttpRequest, wrong: BadQuery, template: str, make_context: Callable[[], Mapping[str, Any]]
) -> HttpResponse:
    """A 400 with the form as it was filled in and what is wrong with it; for htmx the reason beside the form."""
    if getattr(request, "htmx", False):
        return refuse(request, wrong.parameter, wrong.message, wrong.allowed)
    return form_page(request, template, make_context(), status=400)


def form_page(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """A page with a form as it was filled in. Nobody keeps it on the way, and it does not ask for itself again."""
    response = render(request, template, dict(context), status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def missing(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """A 404 that says why there is nothing, and what to do; there may be something tomorrow."""
    response = render(request, template, dict(context), status=404)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _beside_the_form(response: HttpResponse, parameter: str) -> HttpResponse:
    """The refusal goes to #refusal and the address stays, so that what was shown stays shown."""
    response.headers["HX-Retarget"] = "#refusal"
    response.headers["HX-Reswap"] = "innerHTML"
    response.headers["HX-Push-Url"] = "false"
    response.headers["HX-Trigger"] = json.dumps({"refused": {"parameter": parameter[:40]}})
    response.headers["Cache-Control"] = "no-store"
    return response
