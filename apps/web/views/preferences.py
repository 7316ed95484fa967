"""The footer's display choices."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.web.display import CONTRASTS, THEMES
from apps.web.refusals import refuse

_A_YEAR_S = 365 * 24 * 3600


@csrf_exempt  # a forged choice of colours harms nobody, and a token would make every page differ by reader
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keeps the choice in a cookie and sends the reader back to where they were; anywhere else means the front page."""
    for name, allowed in (("theme", THEMES), ("contrast", CONTRASTS)):
        if name in request.POST:
            if (value := request.POST[name]) not in allowed:
                return refuse(request, name, f"There is no {name} “{value[:40]}”.", [word for word in allowed if word])
            return _kept(_back(request), name, value)
    return refuse(request, "theme", "Nothing was chosen.", ["theme", "contrast"])


def _back(request: HttpRequest) -> HttpResponseRedirect:
    target = request.POST.get("next", "/")
    local = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target if local else "/", status=303)


def _kept(response: HttpResponse, name: str, value: str) -> HttpResponse:
    if value:
        response.set_cookie(name, value, max_age=_A_YEAR_S, samesite="Lax", httponly=True)
    else:
        response.delete_cookie(name, samesite="Lax")
    return response
