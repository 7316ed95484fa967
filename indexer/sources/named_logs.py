"""One window of the chain, read from transactions that somebody named, for nodes that list logs of a few blocks only.

The names lead to the logs and say nothing of them: every log comes out of a receipt that the chain gave, proved against
the block it stands in. Whether all transactions were named is another's word, and the window is recorded so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apps.chain.client import ChainClient
from apps.chain.errors import LyingNode
from apps.chain.receipts import Receipt, receipts
from apps.chain.records import Header, RawLog
from indexer.handlers import TOPICS
from indexer.sources.chain_logs import Batch, announced_in, headers_of
from indexer.sources.subgraph.records import Place
from indexer.windows import Window

SOURCE = "subgraph"
_TOPICS = frozenset(TOPICS)


@dataclass(frozen=True, slots=True)
class Named:
    """A window's batch, and the transactions that stand in a block outside of it, by their hash."""

    batch: Batch
    elsewhere: dict[bytes, int]


def fetch_named(
    client: ChainClient,
    window: Window,
    places: Sequence[Place],
    contracts: Mapping[str, str],
    registered: Sequence[RawLog] = (),
) -> Named:
    """Read one window from named transactions, together with the `registered` logs of the Controller.

    A transaction without a receipt is looked for in the logs of the block it was named with, which one question gives:
    what is not there either is not on the chain. Raises LyingNode where receipts and headers do not belong together.
    """
    found = receipts(client, [place.tx_hash for place in places])
    there = [receipt for receipt in found if receipt is not None]
    lost = {place.block for place, receipt in zip(places, found, strict=True) if receipt is None}
    inside = [receipt for receipt in there if _is_in(window, receipt.block_number)]
    logs = [log for receipt in inside for log in receipt.logs] + list(registered)
    for number in sorted(number for number in lost if _is_in(window, number)):
        logs += client.logs(number, number, topics0=TOPICS)  # of any address: a contract may be new in this window
    elsewhere = {one.tx_hash: one.block_number for one in there if not _is_in(window, one.block_number)}
    return Named(_batch(client, window, logs, contracts, inside), elsewhere)


def _batch(
    client: ChainClient,
    window: Window,
    logs: Iterable[RawLog],
    contracts: Mapping[str, str],
    seen: Iterable[Receipt],
) -> Batch:
    whole = sorted({(log.block_number, log.log_index): log for log in logs}.values(), key=_place)
    known, since = _contracts_after(whole, contracts)
    ours = tuple(log for log in whole if log.address in known and log.topics and log.topics[0] in _TOPICS)
    numbers = {log.block_number for log in whole} | {one.block_number for one in seen} | {window.first, window.last}
    headers = {header.number: header for header in headers_of(client, sorted(numbers))}
    _require_one_chain(headers, [(log.block_number, log.block_hash) for log in whole])
    _require_one_chain(headers, [(one.block_number, one.block_hash) for one in seen])
    kept = tuple(headers[number] for number in sorted({log.block_number for log in ours} | {window.last}))
    return Batch(window, headers[window.first].parent_hash, kept, ours, known, since, SOURCE)


def _contracts_after(logs: Sequence[RawLog], before: Mapping[str, str]) -> tuple[dict[str, str], dict[str, int]]:
    """The watched contracts after these logs, and the block that announced each new one."""
    known = dict(before)
    while True:
        announced = announced_in([log for log in logs if log.address in known], known)
        new = {address: name for address, (name, _) in announced.items() if address not in known}
        if not new:
            return known, {address: block for address, (_, block) in announced.items() if address not in before}
        known |= new


def _require_one_chain(headers: Mapping[int, Header], blocks: Iterable[tuple[int, bytes]]) -> None:
    for number, block_hash in blocks:
        if headers[number].hash != block_hash:
            raise LyingNode(f"A receipt of block {number} is of another block than its header; read again.")


def _is_in(window: Window, block: int) -> bool:
    return window.first <= block <= window.last


def _place(log: RawLog) -> tuple[int, int]:
    return log.block_number, log.log_index
