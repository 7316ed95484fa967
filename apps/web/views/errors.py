"""Pages for what is not there and for what went wrong."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseServerError
from django.shortcuts import render
from django.template import loader

_NOT_HERE = "There is no page at this address."


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A 404 with the view's own sentence where it gave one."""
    said = exception.args[0] if isinstance(exception, Http404) and exception.args else None
    sentence = said if isinstance(said, str) else _NOT_HERE
    try:
        return render(request, "404.html", {"sentence": sentence}, status=404)
    except DatabaseError:
        return server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A 400 that Django itself raised, such as a host it does not serve; nothing of the request is repeated."""
    return HttpResponseBadRequest(loader.render_to_string("500.html", {"code": 400}))


def server_error(request: HttpRequest) -> HttpResponse:
    """A 500 that needs neither database nor request."""
    return HttpResponseServerError(loader.render_to_string("500.html", {"code": 500}))
