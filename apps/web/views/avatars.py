"""Pictures of orchestrators from this host, so that no reader's browser asks somebody else's."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from apps.network.selectors import identities
from apps.protocol.units import AddressError, parse_address

# a picture is shown, never run: whatever its bytes hold, no browser may take it for a page
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "public, max-age=86400",
}


@require_safe
def avatar(request: HttpRequest, address: str) -> HttpResponseBase:
    """The picture's bytes; 404 where none is kept."""
    try:
        found = identities.avatar(parse_address(address))
    except AddressError as error:
        raise Http404(str(error)) from error
    if found is None:
        raise Http404("No picture is kept for this address.")
    tag = f'"{found.digest}"'
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(bytes(found.data), content_type=found.media_type)
    for name, value in {**_HEADERS, "ETag": tag}.items():
        response.headers[name] = value
    return response
