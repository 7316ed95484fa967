"""How often one reader may ask for what costs more than reading a row."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from apps.network.limits import Quota, quota_of

View = Callable[..., Any]


def limited(
    cost: int, *, methods: tuple[str, ...] = ("POST",), only_if: Callable[..., bool] | None = None
) -> Callable[[View], View]:
    """Counts a request by one of these methods as `cost` requests of its reader, those of the API included.

    One too many is answered by 429, for a script as JSON, and nothing is done. `only_if` sees the request and the parts
    of its address, and says whether it counts.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            counts = request.method in methods and (only_if is None or only_if(request, *args, **kwargs))
            quota = quota_of(request, cost=cost) if counts else None
            return too_often(request, quota) if quota and quota.refused else view(request, *args, **kwargs)

        return counted

    return decorate


def names_somebody(request: HttpRequest, address: str = "") -> bool:
    """Whether the address of a page has a name in it, which is looked up outside."""
    return any("." in text for text in (address, *request.GET.getlist("and"), request.GET.get("address", "")))


def too_often(request: HttpRequest, quota: Quota) -> HttpResponse:
    """The answer to one request too many: when to try again."""
    if request.headers.get("Accept", "").startswith("application/json"):
        sentence = f"Too many requests in one minute. Wait {quota.reset_s} s and try again; nothing was done."
        response: HttpResponse = JsonResponse({"sentence": sentence}, status=429)
    else:
        response = render(
            request, "429.html", {"seconds": quota.reset_s, "is_form": request.method == "POST"}, status=429
        )
    response.headers["Retry-After"] = str(quota.reset_s)
    response.headers["Cache-Control"] = "no-store"
    return response
