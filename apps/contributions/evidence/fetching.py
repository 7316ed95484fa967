"""Asking the hosts that claims point to: strangers' addresses, so nothing inside our own network and nothing large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from apps.chain.http import Answer, BadAnswer, Fetcher, Refused, SourceError, Unavailable, origin_of
from apps.contributions.evidence.findings import Finding, no, unknown

MOST_BYTES = 4 * 2**20
TOTAL_S = 10.0
SILENCE_S = 5.0
REDIRECTS = 3  # each checked like the first
PORTS = (80, 443)
_GONE = (404, 410, 451)
_SIMULATED = ".example"  # reserved for examples: such a host exists on a simulated network only


class OddAnswer(Exception):
    """An answer of another shape than the host's documents say; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Asks for pages and documents. `stand_in` answers for hosts under .example, where a network is simulated."""

    fetcher: Fetcher
    stand_in: str | None = None

    def get(self, url: str) -> Answer:
        """The answer of a link. Raises SourceError."""
        return self.fetcher.get(self._address(url), redirects=REDIRECTS)

    def document(self, url: str) -> Mapping[str, Any]:
        """The JSON object at an address. Raises SourceError and OddAnswer."""
        answer = self.get(url)
        found = answer.json()
        if not isinstance(found, dict):
            raise OddAnswer(f"{host_of(url)} answered something else than was asked.")
        return found

    def public_url(self, answer: Answer) -> str:
        """Where an answer came from in the end, as its host is known outside."""
        prefix = f"{self.stand_in}/"
        return (
            f"https://{answer.url.removeprefix(prefix)}"
            if self.stand_in and answer.url.startswith(prefix)
            else answer.url
        )

    def _address(self, url: str) -> str:
        split = urlsplit(url)
        if self.stand_in is None or not (split.hostname or "").endswith(_SIMULATED):
            return url
        query = f"?{split.query}" if split.query else ""
        return f"{self.stand_in}/{split.hostname}{split.path}{query}"


def reader() -> Reader:
    """A reader of public hosts, and of the simulated network's own while that runs."""
    own = str(settings.OUTSIDE_ORIGIN).rstrip("/") if settings.LOCAL_NETWORK and settings.OUTSIDE_ORIGIN else None
    return Reader(
        Fetcher(
            trusted=frozenset([origin_of(own)] if own else []),
            total_s=TOTAL_S,
            silence_s=SILENCE_S,
            most_bytes=MOST_BYTES,
            ports=PORTS,
            packed=False,
        ),
        own,
    )


def trouble(error: SourceError, url: str) -> Finding:
    """What a failure tells: a host that says it has no such thing says no, all else says nothing."""
    host = host_of(url)
    if isinstance(error, Refused):
        return no(str(error), host=host)
    if isinstance(error, BadAnswer) and error.status is not None:
        if error.status in _GONE:
            return no(f"{host} has no such page (it answered {error.status}).", host=host, status=error.status)
        return unknown(f"{host} did not show it (it answered {error.status}).", host=host, status=error.status)
    wait_s = error.retry_after_s if isinstance(error, Unavailable) else None
    return unknown(str(error), host=host, retry_after_s=wait_s)


def host_of(url: str) -> str:
    """The host of a link, for sentences; never its path."""
    try:
        return urlsplit(url).hostname or "The address"
    except ValueError:
        return "The address"
