"""One window of the chain: our logs, the headers they stand in, and proof that it follows what is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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


def fetch(client: ChainClient, window: Window, contracts: dict[str, str]) -> Batch:
    """Read one window. Raises LyingNode where logs and headers do not belong to the same chain."""
    known = dict(contracts)
    while True:
        sealed = client.sealed_logs(window.first, window.last, addresses=known, topics0=TOPICS)
        logs = sealed.logs
        announced = announced_in(logs, known)
        new = {address: name for address, (name, _) in announced.items() if address not in known}
        if not new:
            break
        known = new | known  # a contract was registered in this window: read the window again with its logs
    # first and last as they stood while the logs were read, so that no reorg falls in between
    headers = {window.first: sealed.first, window.last: sealed.last}
    numbers = sorted({log.block_number for log in logs} - headers.keys())
    headers |= {header.number: header for header in headers_of(client, numbers)}
    for log in logs:
        if headers[log.block_number].hash != log.block_hash:
            raise LyingNode(f"The logs of block {log.block_number} are of another block than its header; read again.")
    kept = tuple(headers[number] for number in sorted({log.block_number for log in logs} | {window.last}))
    since = {address: block for address, (_, block) in announced.items() if address not in contracts}
    return Batch(window, sealed.first.parent_hash, kept, logs, known, since)


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
