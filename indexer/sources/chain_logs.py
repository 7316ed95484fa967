"""One window of the chain: our logs, the headers they stand in, and proof that it follows what is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from apps.chain.client import ChainClient
from apps.chain.errors import LyingNode
from apps.chain.readers.controller import contract_id
from apps.chain.records import Header, RawLog
from indexer.handlers import OPTIONAL, POLL, POLL_CREATOR, TOPICS, WATCHED, controller, governance
from indexer.handlers.words import BadLog
from indexer.windows import Window

HEADERS_AT_ONCE = 500
_NAME_OF = {contract_id(name): name for name in (*WATCHED, *OPTIONAL)}
_NOBODY = "0x" + "0" * 40


@dataclass(frozen=True, slots=True)
class Batch:
    """What a window holds. `parent_hash` is its first block's; `headers` has every block with a log, and the last.

    `contracts` are the watched addresses after the window, by address: a replaced contract keeps its place.
    `announced` has the block in which each of them that is new was made known.
    `source` is who says that these are all logs of the window: the chain, or the subgraph, which only named their
    transactions. The logs themselves are always the chain's.
    """

    window: Window
    parent_hash: bytes
    headers: tuple[Header, ...]
    logs: tuple[RawLog, ...]
    contracts: dict[str, str]
    announced: Mapping[str, int] = field(default_factory=dict)
    source: str = "chain"


def fetch(client: ChainClient, window: Window, contracts: dict[str, str], begun: Batch | None = None) -> Batch:
    """Read one window, or what `begun`, the same window read when fewer contracts were known, lacks of it.

    Raises LyingNode where logs and headers do not belong to the same chain.
    """
    if begun is not None and any(contracts.get(address, name) != name for address, name in begun.contracts.items()):
        begun = None  # a contract has another place than was thought, so that others may have none
    reading = _Reading(client, window, begun)
    known = dict(contracts) if begun is None else begun.contracts | contracts
    while True:
        announced = announced_in(reading.logs, known)
        known = {address: name for address, (name, _) in announced.items()} | known
        new = reading.lacks(known)
        if reading.parent_hash and not new:
            break
        if not reading.ask(new):  # the chain changed in between: what was read before does not count
            reading, known = _Reading(client, window, None), dict(contracts)
    headers = reading.headers_with_logs()
    since = {address: block for address, (_, block) in announced.items() if address not in contracts}
    return Batch(window, reading.parent_hash, headers, reading.logs, known, since)


class _Reading:
    """A window's logs, contract by contract as they become known, all from one chain."""

    def __init__(self, client: ChainClient, window: Window, begun: Batch | None) -> None:
        self._client = client
        self._window = window
        self._asked = frozenset[str]() if begun is None else frozenset(begun.contracts)
        self._headers = {} if begun is None else {header.number: header for header in begun.headers}
        self.parent_hash = b"" if begun is None else begun.parent_hash
        self.logs: tuple[RawLog, ...] = () if begun is None else begun.logs

    def lacks(self, known: Mapping[str, str]) -> set[str]:
        """Those of the known contracts that were not asked for yet."""
        return known.keys() - self._asked

    def ask(self, new: set[str]) -> bool:
        """Read the logs of these contracts too. False, and nothing is read, if they are of another chain."""
        first, last = self._window.first, self._window.last
        sealed = self._client.sealed_logs(first, last, addresses=new, topics0=TOPICS)
        is_same = sealed.last == self._headers.get(last) and sealed.first.parent_hash == self.parent_hash
        if self._headers and not is_same:
            return False
        self._asked |= new
        self.parent_hash = sealed.first.parent_hash
        # first and last as they stood while the logs were read, so that no reorg falls in between
        self._headers |= {first: sealed.first, last: sealed.last}
        self.logs = _merged(self.logs, sealed.logs)
        return True

    def headers_with_logs(self) -> tuple[Header, ...]:
        """The headers of the blocks with logs, and of the last one. Raises LyingNode where they are not the logs'."""
        numbers = {log.block_number for log in self.logs}
        headers = self._headers
        headers |= {header.number: header for header in headers_of(self._client, sorted(numbers - headers.keys()))}
        for number, block_hash in {(log.block_number, log.block_hash) for log in self.logs}:
            if headers[number].hash != block_hash:
                raise LyingNode(f"The logs of block {number} are of another block than its header; read again.")
        return tuple(headers[number] for number in sorted(numbers | {self._window.last}))


def _merged(one: tuple[RawLog, ...], other: tuple[RawLog, ...]) -> tuple[RawLog, ...]:
    """The logs of two answers in chain order. Raises LyingNode where both have one in the same place."""
    if not one or not other:
        return one or other
    logs = sorted((*one, *other), key=_place)
    if any(_place(before) == _place(after) for before, after in pairwise(logs)):
        raise LyingNode("A node answered logs of two contracts in the same place; read again.")
    return tuple(logs)


def _place(log: RawLog) -> tuple[int, int]:
    return log.block_number, log.log_index


def headers_of(client: ChainClient, numbers: Sequence[int]) -> list[Header]:
    """The headers of these blocks, in their order, some hundreds at a time."""
    found: list[Header] = []
    for start in range(0, len(numbers), HEADERS_AT_ONCE):
        found += client.headers(numbers[start : start + HEADERS_AT_ONCE])
    return found


def announced_in(logs: Sequence[RawLog], known: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """Addresses that the Controller gave to watched names in these logs, and new polls: name, and block first told."""
    found: dict[str, tuple[str, int]] = {}
    for log in logs:
        if log.topics[:1] == (controller.SET_CONTRACT_INFO,):
            address, name = _registered(log)
        elif log.topics[:1] == (governance.POLL_CREATED,) and known.get(log.address) == POLL_CREATOR:
            address, name = governance.announced_poll(b"".join(log.topics)), POLL
        else:
            continue
        if address is not None and name is not None and address != _NOBODY:
            found.setdefault(address, (name, log.block_number))
    return found


def _registered(log: RawLog) -> tuple[str | None, str | None]:
    try:
        event = controller.set_contract_info(b"".join(log.topics), log.data)
    except BadLog:
        return None, None  # parked by who decodes it
    return event.address, _NAME_OF.get(event.contract_id)
