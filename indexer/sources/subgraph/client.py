"""Reading the subgraph through gql: first its head, then pages that are all pinned to that one block."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import httpx
import stamina

from apps.chain.provider import host_of
from indexer.sources.subgraph.errors import (
    SETTING,
    BrokenReference,
    SubgraphBusy,
    SubgraphError,
    SubgraphUnreachable,
    TooHeavy,
    not_a_subgraph,
)
from indexer.sources.subgraph.kinds import KINDS, Kind
from indexer.sources.subgraph.records import Place, Record, Unreadable, place_of, record_of
from indexer.sources.subgraph.values import BadRecord
from indexer.windows import Window

PAGE = 1_000  # the most that `first` may ask for
MOST_PLACES = 5_000  # transactions taken at once; a window with more is read in halves
TIMEOUT_S = 30.0  # its gateway gives up after that
ATTEMPTS = 4
FIRST_WAIT_S, LONGEST_WAIT_S, JITTER_S = 0.5, 10.0, 0.5
LONGEST_OBEYED_WAIT_S = 60.0  # a longer Retry-After is reported instead of slept through
LONGEST_ID = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pin:
    """The block at the subgraph's head, at which every page is read; `failed` when it says its indexing has errors."""

    number: int
    hash: bytes | None
    deployment: str
    failed: bool

    def argument(self) -> str:
        """By hash where it is known, so that a reorg between two pages is refused and not mixed in."""
        return f'{{hash: "0x{self.hash.hex()}"}}' if self.hash else f"{{number: {self.number}}}"


@dataclass(frozen=True, slots=True)
class Events:
    """What a window holds: records by the kinds that this deployment knows, and those that could not be read."""

    kinds: tuple[Kind, ...]
    records: tuple[Record, ...]
    unreadable: tuple[Unreadable, ...]


class Subgraph:
    """One subgraph. Each call raises SubgraphError where it gave no good answer, after some patience."""

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        from indexer.sources.subgraph.connection import Connection  # not at the top: see there

        self.host = host_of(url)
        self._connection = Connection(url, key, host=self.host, timeout_s=timeout_s, transport=transport)
        self._kinds: tuple[str, tuple[Kind, ...]] = ("", ())  # of which deployment

    def close(self) -> None:
        """Drops the connection; the next question opens a new one."""
        self._connection.close()

    def pin(self) -> Pin:
        """The subgraph's head."""
        data = self._ask("{ _meta { block { number hash } deployment hasIndexingErrors } }", partly=True)
        told: Any = data.get("_meta")
        try:
            block = told["block"]
            block_hash = bytes.fromhex(block["hash"][2:]) if block.get("hash") else None
            return Pin(int(block["number"]), block_hash, str(told["deployment"]), bool(told["hasIndexingErrors"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._not_a_subgraph() from error

    def kinds(self, pin: Pin) -> tuple[Kind, ...]:
        """The entities of ours that this deployment has, with the names of their lists and without unknown fields."""
        if self._kinds[0] != pin.deployment:
            self._kinds = (pin.deployment, self._learn_kinds())
        return self._kinds[1]

    def places(self, window: Window, pin: Pin) -> tuple[list[Place], list[Unreadable]]:
        """Every transaction of the window that it knows. Raises TooHeavy for more than MOST_PLACES of them."""
        where = f'blockNumber_gte: "{window.first}", blockNumber_lte: "{window.last}"'
        places: list[Place] = []
        unreadable: list[Unreadable] = []

        def keep(told: Any) -> None:
            places.append(place_of(told))

        last: str | None = ""
        while last is not None:
            query = _list_of("transactions", "id blockNumber", last, where, pin)
            told = _rows(self._ask(f"{{ page: {query} }}"), "page", self._not_a_subgraph)
            _sort("Transaction", told, keep, unreadable)
            last = _cursor(told, last)
            if len(places) > MOST_PLACES:
                raise TooHeavy(f"Blocks {window.first} to {window.last} hold more than {MOST_PLACES} transactions.")
        return places, unreadable

    def events(self, window: Window, pin: Pin) -> Events:
        """Every event of the window that it knows, all kinds in one question as long as each fits on a page."""
        kinds = self.kinds(pin)
        records: list[Record] = []
        unreadable: list[Unreadable] = []
        waiting: dict[Kind, str] = dict.fromkeys(kinds, "")
        while waiting:
            pages = self._pages(waiting, window, pin)
            following: dict[Kind, str] = {}
            for kind, told in pages.items():
                _sort(kind.entity, told, partial(_keep, kind, records), unreadable)
                cursor = _cursor(told, waiting.get(kind, ""))
                if cursor is not None:
                    following[kind] = cursor
            waiting = following
        return Events(kinds, tuple(records), tuple(unreadable))

    def _pages(self, waiting: Mapping[Kind, str], window: Window, pin: Pin) -> dict[Kind, list[Any]]:
        """One page of each kind. A kind with a reference to nobody is asked again without its references."""
        where = f'transaction_: {{blockNumber_gte: "{window.first}", blockNumber_lte: "{window.last}"}}'
        lists = [
            f"{kind.entity}: {_list_of(kind.query, _selection(kind), cursor, where, pin)}"
            for kind, cursor in waiting.items()
        ]
        try:
            data = self._ask("{ " + " ".join(lists) + " }")
        except BrokenReference:
            if len(waiting) > 1:
                return {k: v for kind in waiting for k, v in self._pages({kind: waiting[kind]}, window, pin).items()}
            ((kind, cursor),) = waiting.items()
            bare = kind.without_references()
            if bare == kind:
                raise
            return self._pages({bare: cursor}, window, pin)
        return {kind: _rows(data, kind.entity, self._not_a_subgraph) for kind in waiting}

    def _learn_kinds(self) -> tuple[Kind, ...]:
        types = " ".join(f'{kind.entity}: __type(name: "{kind.entity}") {{ fields {{ name }} }}' for kind in KINDS)
        shape = "type { kind name ofType { kind name ofType { kind name ofType { name } } } }"
        data = self._ask(f"{{ __schema {{ queryType {{ fields {{ name {shape} }} }} }} {types} }}")
        try:
            lists = _lists(data["__schema"]["queryType"]["fields"])
            known = {
                kind.entity: {field["name"] for field in (data[kind.entity] or {"fields": []})["fields"]}
                for kind in KINDS
            }
        except (KeyError, TypeError) as error:
            raise self._not_a_subgraph() from error
        kinds = tuple(
            replace(
                kind, query=lists[kind.entity], fields=tuple(f for f in kind.fields if f.name in known[kind.entity])
            )
            for kind in KINDS
            if kind.entity in lists and {"id", "transaction"} <= known[kind.entity]
        )
        if not kinds:
            raise self._not_a_subgraph()
        return kinds

    def _ask(self, query: str, *, partly: bool = False) -> dict[str, Any]:
        """The answer's data, asked again while that may help; `partly` takes data that came with errors."""
        for attempt in stamina.retry_context(
            on=_wait_helps,
            attempts=ATTEMPTS,
            timeout=None,
            wait_initial=FIRST_WAIT_S,
            wait_max=LONGEST_WAIT_S,
            wait_jitter=JITTER_S,
        ):
            with attempt:
                return self._connection.ask(query, partly=partly)
        raise self._not_a_subgraph()

    def _not_a_subgraph(self) -> SubgraphError:
        return not_a_subgraph(self.host)


def _list_of(query: str, selection: str, last: str, where: str, pin: Pin) -> str:
    after = f"id_gt: {json.dumps(last)}, " if last else ""
    order = f"first: {PAGE}, orderBy: id, orderDirection: asc"
    return f"{query}({order}, where: {{{after}{where}}}, block: {pin.argument()}) {{ {selection} }}"


def _selection(kind: Kind) -> str:
    fields = (f"{field.name} {{ id }}" if field.reference else field.name for field in kind.fields)
    return " ".join(("id", "transaction { id blockNumber }", *fields))


def _rows(data: Mapping[str, Any], name: str, refuse: Callable[[], SubgraphError]) -> list[Any]:
    told = data.get(name)
    if not isinstance(told, list):
        raise refuse()
    return told


def _keep(kind: Kind, records: list[Record], told: Any) -> None:
    records.append(record_of(kind, told))


def _sort(entity: str, told: Sequence[Any], keep: Callable[[Any], None], unreadable: list[Unreadable]) -> None:
    for one in told:
        try:
            keep(one)
        except BadRecord as error:
            name = str(one.get("id") if isinstance(one, dict) else one)[:LONGEST_ID]
            unreadable.append(Unreadable(entity, name, str(error)))


def _cursor(told: Sequence[Any], last: str) -> str | None:
    """Where the next page begins; None after a page that was not full.

    Raises SubgraphUnreachable where a full page does not lead on, since the next would be the same for ever.
    """
    if len(told) < PAGE:
        return None
    end = told[-1].get("id") if isinstance(told[-1], dict) else None
    if not isinstance(end, str) or end <= last:
        raise SubgraphUnreachable(f"The subgraph's pages do not follow each other by id; check {SETTING}.")
    return end


def _lists(fields: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The names of the queries that list an entity, by the entity."""
    return dict(_listed(fields))


def _listed(fields: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for field in fields:
        inner: Any = field["type"]
        while isinstance(inner, Mapping) and inner.get("kind") in ("NON_NULL", "LIST"):
            if inner["kind"] == "LIST":
                entity = _named(inner)
                if entity:
                    yield entity, field["name"]
                break
            inner = inner.get("ofType")


def _named(inner: Any) -> str:
    while isinstance(inner, Mapping):
        if inner.get("name"):
            return str(inner["name"])
        inner = inner.get("ofType")
    return ""


def _wait_helps(error: Exception) -> bool | float:
    """Whether to ask again, or after how many seconds where it named them."""
    if isinstance(error, SubgraphBusy) and error.retry_after_s is not None:
        return error.retry_after_s if error.retry_after_s <= LONGEST_OBEYED_WAIT_S else False
    return isinstance(error, SubgraphUnreachable | SubgraphBusy)
