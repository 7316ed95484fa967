"""How often one reader may ask, of the API and of pages: counted per address and minute, in each process's memory."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.http import HttpRequest

WINDOW_S = 60
CHAIN_COST = 10  # requests that one look at the chain for a plan counts as: it asks a node some hundred questions
LOOK_COST = 2  # a look at one transaction or one name
MOST_READERS = 100_000  # beyond that many in one minute the count starts anew, so that memory stays bounded


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a reader's minute."""

    allowed: int
    remaining: int
    reset_s: int
    refused: bool

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"default";q={self.allowed};w={WINDOW_S}',
            "RateLimit": f'"default";r={self.remaining};t={self.reset_s}',
        }


class Limiter:
    """Counts requests in windows of a minute that begin for all readers at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._window = -1
        self._counts: dict[str, int] = {}

    def take(self, reader: str, *, allowed: int, cost: int = 1) -> Quota:
        """Counts one request, as `cost` of them; it is refused once `allowed` were made in this window."""
        now = time.time()
        window = int(now // WINDOW_S)
        with self._lock:
            if window != self._window or len(self._counts) > MOST_READERS:
                self._window, self._counts = window, {}
            made = self._counts[reader] = self._counts.get(reader, 0) + cost
        reset = max(1, int((window + 1) * WINDOW_S - now) + 1)
        return Quota(allowed, max(0, allowed - made), reset, made > allowed)

    def forget(self) -> None:
        with self._lock:
            self._counts.clear()


limiter = Limiter()


def quota_of(request: HttpRequest, *, cost: int = 1) -> Quota:
    """Counts the request for its reader, as `cost` of them.

    `API_REQUESTS_PER_MINUTE` sets the limit. Behind proxies, `API_PROXIES` says how many of ours add to
    X-Forwarded-For; without it that header is not believed, since anyone can write it.
    """
    return limiter.take(_reader(request), allowed=settings.API_REQUESTS_PER_MINUTE, cost=cost)


def _reader(request: HttpRequest) -> str:
    proxies = int(settings.API_PROXIES)
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if proxies and hops:
        return hops[-min(proxies, len(hops))][:64]
    return str(request.META.get("REMOTE_ADDR", ""))
