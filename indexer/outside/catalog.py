"""The sources that are configured, with how often each is read and how its answers are fetched and parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings

from apps.chain.http import Fetcher, Origin, Refused, origin_of
from apps.network import sources as names
from indexer.sources import capabilities, gateway_events, leaderboard, naap, prices
from indexer.sources.records import Document, Found

LOCAL_EVERY_S = 30  # a round of the simulated network
_MISSED_BEFORE_STALE = 3  # readings in a row

# Seconds between two readings where sources belong to others. A source is asked no oftener than it has news.
EVERY_S: Mapping[str, int] = {
    names.CAPABILITIES: 1500,  # a gateway collects them anew about every 25 minutes
    names.NAAP: 900,  # hourly rows, late by some minutes
    names.GATEWAY_EVENTS: 60,  # how far back the list reaches is the server's choice
    names.LEADERBOARD: 3600,  # a mean over 24 hours
    names.AI_LEADERBOARD: 3600,
    names.PRICE_LIST: 3600,
}

Call = Callable[[], Iterable[Document]]


@dataclass(frozen=True, slots=True)
class Source:
    """One configured source; `observer` names the gateway it speaks for, empty where it speaks for none."""

    kind: str
    observer: str
    url: str
    every_s: int

    @property
    def stale_after_s(self) -> int:
        return _MISSED_BEFORE_STALE * self.every_s

    @property
    def look_every_s(self) -> int:
        """How often somebody looks whether it is due: often enough that a reading is late by a third at most."""
        return max(10, min(60, self.every_s // 3))

    @property
    def host(self) -> str:
        """Host and port; never the path, which may hold a key."""
        try:
            _, host, port = origin_of(self.url)
        except Refused:
            return "unreadable address"
        return f"{host}:{port}" if port not in (80, 443) else host

    @property
    def parse(self) -> Callable[[Document], Found]:
        return _PARSE[self.kind]

    def calls(self, fetcher: Fetcher, *, now: datetime, since: datetime | None) -> Iterator[Call]:
        """What to fetch, in pieces that fail alone."""
        if self.kind == names.NAAP:
            start, end = naap.window(now, since=since)
            for one in naap.fetchers(fetcher, self.url, start=start, end=end):
                yield partial(_alone, one)
        elif self.kind in (names.LEADERBOARD, names.AI_LEADERBOARD):
            ai = self.kind == names.AI_LEADERBOARD
            yield partial(leaderboard.fetch_ai if ai else leaderboard.fetch_transcoding, fetcher, self.url)
        else:
            yield partial(_FETCH_OBSERVED[self.kind], fetcher, self.url, observer=self.observer)


def _alone(one: Callable[[], Document]) -> Iterator[Document]:
    yield one()


_FETCH_OBSERVED: Mapping[str, Callable[..., Iterator[Document]]] = {
    names.CAPABILITIES: capabilities.fetch,
    names.GATEWAY_EVENTS: gateway_events.fetch,
    names.PRICE_LIST: prices.fetch,
}
_PARSE: Mapping[str, Callable[[Document], Found]] = {
    names.CAPABILITIES: capabilities.parse,
    names.NAAP: naap.parse,
    names.GATEWAY_EVENTS: gateway_events.parse,
    names.LEADERBOARD: leaderboard.parse,
    names.AI_LEADERBOARD: leaderboard.parse,
    names.PRICE_LIST: prices.parse,
}


def configured() -> tuple[Source, ...]:
    """Every source that has an address, in the order pages show them."""
    found = []
    for kind, about in names.KINDS.items():
        given: object = getattr(settings, about.setting, None)
        for observer, url in _addresses(kind, given):
            found.append(Source(kind, observer, url, _every_s(kind)))
    return tuple(found)


def find(kind: str, observer: str) -> Source | None:
    """The configured source of that name; None for one whose setting is gone."""
    return next((each for each in configured() if (each.kind, each.observer) == (kind, observer)), None)


def fetcher() -> Fetcher:
    """A fetcher that may ask the internet, and beside it this program's own stand-ins while they run."""
    return Fetcher(trusted=_stand_ins())


def _stand_ins() -> frozenset[Origin]:
    own = getattr(settings, "OUTSIDE_ORIGIN", None)
    return frozenset([origin_of(own)] if own and settings.LOCAL_NETWORK else [])


def _addresses(kind: str, given: object) -> Iterator[tuple[str, str]]:
    """Observer and URL of each address. Only gateways have names; without one a gateway is called by its host."""
    for text in [given] if isinstance(given, str) else given if isinstance(given, list | tuple) else []:
        name, mark, url = text.partition("=")
        named = bool(mark) and "://" not in name
        url = url if named else text
        observer = (name if named else _host_of(url)) if kind in _FETCH_OBSERVED else ""
        yield observer[:80], url


def _host_of(url: str) -> str:
    try:
        return origin_of(url)[1]
    except Refused:
        return "gateway"


def _every_s(kind: str) -> int:
    return LOCAL_EVERY_S if settings.LOCAL_NETWORK else EVERY_S[kind]
