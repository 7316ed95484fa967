"""Which claim each piece of evidence backs: one orchestrator has it, unless its co-authors signed. Pure.

Two links are one item if they are the same link, lead to the same place, or show the same content. The item belongs to
the claim whose author is known to have made it, else to the one that named it first: whoever copies a link later
gains nothing by it, and whoever copied it earlier loses it to its maker.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Item:
    """A link of a claim behind which something was found.

    `root` is the first version of the claim, `since` when any version of it first named the link, `places` the
    normalised links it is known by, `content` the hash of what it shows (None: nothing that could be told apart).
    `signers` are the orchestrators that signed the claim as co-authors; `is_makers` says that its author made the item.
    """

    evidence: int
    claim: str
    root: str
    orchestrator: str
    since: datetime
    places: tuple[str, ...]
    content: bytes | None = None
    signers: frozenset[str] = frozenset()
    is_makers: bool = False


def backed(items: Iterable[Item]) -> dict[int, str]:
    """For each link by its number the digest of the claim that it backs already; empty where it backs its own."""
    ordered = sorted(items, key=lambda item: (not item.is_makers, item.since, item.root, item.evidence))
    held = _Held()
    found = {}
    for item in ordered:
        owner = _owner(item, held.same_as(item))
        found[item.evidence] = "" if owner is None else owner.claim
        if owner is None:
            held.enter(item)
    return found


class _Held:
    """The items that back their own claims so far, by what they are known by."""

    def __init__(self) -> None:
        self._by_place: dict[str, list[Item]] = defaultdict(list)
        self._by_page: dict[tuple[bytes, str], list[Item]] = defaultdict(list)
        self._by_host: dict[bytes, dict[str, Item]] = defaultdict(dict)  # the first of each host with that content

    def same_as(self, item: Item) -> Iterator[Item]:
        """The earlier ones that are the same thing. An application shows one empty frame at all its addresses, so the
        same content at two pages of one host says nothing."""
        for place in item.places:
            yield from self._by_place.get(place, ())
        if item.content is None:
            return
        for place in item.places:
            yield from self._by_page.get((item.content, _page(place)), ())
        hosts = {_host(place) for place in item.places}
        yield from (one for host, one in self._by_host.get(item.content, {}).items() if host not in hosts)

    def enter(self, item: Item) -> None:
        for place in dict.fromkeys(item.places):
            self._by_place[place].append(item)
            if item.content is not None:
                self._by_page[item.content, _page(place)].append(item)
                self._by_host[item.content].setdefault(_host(place), item)


def _owner(item: Item, earlier: Iterable[Item]) -> Item | None:
    """The claim that has the item before this one; None where this one may have it as well."""
    return next((one for one in earlier if not _share(one, item)), None)


def _share(one: Item, other: Item) -> bool:
    """Versions of one claim, and claims of people of whom one signed the other's, may rest on the same thing."""
    return one.root == other.root or other.orchestrator in one.signers or one.orchestrator in other.signers


def _host(place: str) -> str:
    return urlsplit(place).netloc


def _page(place: str) -> str:
    return place.partition("?")[0]
