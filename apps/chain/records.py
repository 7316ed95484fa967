"""What a node answers, parsed once into small immutable records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from apps.chain.errors import LaggingNode, LyingNode

BlockId: TypeAlias = int | bytes | str  # number, 32-byte hash, or a tag such as "latest"


@dataclass(frozen=True, slots=True)
class Header:
    """A block's identity; `timestamp` is Unix seconds, UTC."""

    number: int
    hash: bytes
    parent_hash: bytes
    timestamp: int


class RawLog(NamedTuple):
    """One log as the chain keeps it. A tuple, since a frozen dataclass costs four times as much to make."""

    block_number: int
    block_hash: bytes
    tx_hash: bytes
    tx_index: int
    log_index: int
    address: str
    topics: tuple[bytes, ...]
    data: bytes


def header_of(answer: Any) -> Header:
    """The header in a node's block object. Raises LyingNode if a field is missing or no number."""
    try:
        return Header(
            number=int(answer["number"], 16),
            hash=_word(answer["hash"]),
            parent_hash=_word(answer["parentHash"]),
            timestamp=int(answer["timestamp"], 16),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LyingNode(f"A node answered a malformed block ({error!r}); use another provider.") from error


def logs_of(
    answer: Any,
    *,
    first: int,
    last: int,
    addresses: Collection[str],
    topics0: Collection[bytes],
) -> list[RawLog]:
    """The logs of one answer in chain order, each proved to be what was asked for.

    Raises LyingNode for a log outside first..last or outside the filters, a removed or repeated one, two hashes for
    one block number, or anything malformed.
    """
    try:
        logs = _parse_logs(answer)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise LyingNode(f"A node answered a malformed log ({error!r}); use another provider.") from error
    _check_logs(logs, first=first, last=last, addresses=addresses, topics0=topics0)
    return logs


def _parse_logs(answer: Sequence[Mapping[str, Any]]) -> list[RawLog]:
    unhex = bytes.fromhex
    make = RawLog._make
    words: dict[str, bytes] = {}  # topics and hashes repeat: most of a log's words were seen a moment ago
    logs: list[RawLog] = []
    previous = (-1, -1)
    in_order = True
    for entry in answer:
        if entry.get("removed"):
            raise ValueError("removed")
        topics = []
        for text in (entry["blockHash"], entry["transactionHash"], *entry["topics"]):
            word = words.get(text)
            if word is None:
                word = words[text] = _word(text)
            topics.append(word)
        place = (int(entry["blockNumber"], 16), int(entry["logIndex"], 16))
        in_order = in_order and place > previous
        previous = place
        logs.append(
            make(
                (
                    place[0],
                    topics[0],
                    topics[1],
                    int(entry["transactionIndex"], 16),
                    place[1],
                    entry["address"].lower(),
                    tuple(topics[2:]),
                    unhex(entry["data"][2:]),
                )
            )
        )
    if not in_order:
        logs.sort(key=_place)
    return logs


def _check_logs(
    logs: Sequence[RawLog], *, first: int, last: int, addresses: Collection[str], topics0: Collection[bytes]
) -> None:
    if not logs:
        return
    if logs[0].block_number < first or logs[-1].block_number > last:
        outside = logs[0] if logs[0].block_number < first else logs[-1]
        raise _lie(f"a log of block {outside.block_number} when asked for {first} to {last}")
    if addresses and not {log.address for log in logs} <= set(addresses):
        raise _lie("logs of contracts that were not asked for")
    if topics0 and not {log.topics[0] if log.topics else b"" for log in logs} <= set(topics0):
        raise _lie("events that were not asked for")
    if len({(log.block_number, log.log_index) for log in logs}) < len(logs):
        raise _lie("the same log twice")
    pairs = {(log.block_number, log.block_hash) for log in logs}
    if len(pairs) > len({number for number, _ in pairs}):
        raise _lie("two hashes for one block")


def require_head(head: int, *, last: int) -> None:
    """Refuses the answer of a node that has not seen block `last` yet."""
    if head < last:
        raise LaggingNode(
            f"A node is at block {head} and was asked about block {last}; wait, or add a faster provider."
        )


def block_param(block: BlockId) -> Any:
    """How JSON-RPC names the block. A hash must be canonical, so that a call never reads an orphaned state."""
    if isinstance(block, bytes):
        return {"blockHash": "0x" + block.hex(), "requireCanonical": True}
    return hex(block) if isinstance(block, int) else block


def _word(text: str) -> bytes:
    word = bytes.fromhex(text[2:])
    if len(word) != 32:
        raise ValueError(f"{len(word)} bytes where 32 belong")
    return word


def _place(log: RawLog) -> tuple[int, int]:
    return log.block_number, log.log_index


def _lie(what: str) -> LyingNode:
    return LyingNode(f"A node answered {what}; use another provider.")
