"""What a node answers, parsed once into small immutable records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

from apps.chain.errors import LyingNode

WORD = 32

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


class Wanted(NamedTuple):
    """A question for logs: a range of blocks, and filters where they are not empty."""

    first: int
    last: int
    addresses: frozenset[str]
    topics0: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class SealedLogs:
    """The logs of a range, with the headers of its first and last block as they stood while the logs were read."""

    logs: tuple[RawLog, ...]
    first: Header
    last: Header


def header_of(answer: Any, asked: BlockId) -> Header:
    """The header in a node's block object. Raises LyingNode if it is malformed or another block's than asked for."""
    try:
        header = Header(
            number=int(answer["number"], 16),
            hash=_word(answer["hash"]),
            parent_hash=_word(answer["parentHash"]),
            timestamp=int(answer["timestamp"], 16),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LyingNode(f"A node answered a malformed block ({error!r}); use another provider.") from error
    if (isinstance(asked, int) and header.number != asked) or (isinstance(asked, bytes) and header.hash != asked):
        raise _lie(f"block {header.number} when asked for another")
    return header


def logs_of(answer: Any, wanted: Wanted, last: Header) -> list[RawLog]:
    """The logs of one answer in chain order, each proved to be what was asked for.

    Raises LyingNode for a log outside the range or the filters, a removed or repeated one, two hashes for one block
    number, another hash than that of the range's last header, or anything malformed.
    """
    try:
        logs = _parse_logs(answer)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise LyingNode(f"A node answered a malformed log ({error!r}); use another provider.") from error
    if logs:
        _put_in_order(logs)
        _check_filters(logs, wanted)
        _check_hashes(logs, last)
    return logs


class _Words(dict[str, bytes]):
    """Words by their hex text: block hashes and topics were mostly seen a moment ago."""

    def __missing__(self, text: str) -> bytes:
        word = self[text] = _word(text)
        return word


class _Numbers(dict[str, int]):
    """Numbers by their hex text, remembered for the same reason."""

    def __missing__(self, text: str) -> int:
        number = self[text] = int(text, 16)
        return number


def _parse_logs(answer: Sequence[Mapping[str, Any]]) -> list[RawLog]:
    """The hot loop of reading a chain: 250,000 logs/s, as long as nothing in it is done twice."""
    unhex, make = bytes.fromhex, RawLog._make
    words, numbers = _Words(), _Numbers()
    logs = [
        make(
            (
                numbers[entry["blockNumber"]],
                words[entry["blockHash"]],
                unhex(entry["transactionHash"][2:]),
                numbers[entry["transactionIndex"]],
                numbers[entry["logIndex"]],
                entry["address"].lower(),
                tuple([words[topic] for topic in entry["topics"]]),
                unhex(entry["data"][2:]),
            )
        )
        for entry in answer
    ]
    if any(entry.get("removed") for entry in answer):
        raise ValueError("removed")
    return logs


def _check_filters(logs: Sequence[RawLog], wanted: Wanted) -> None:
    for log in (logs[0], logs[-1]):
        if not wanted.first <= log.block_number <= wanted.last:
            raise _lie(f"a log of block {log.block_number} when asked for {wanted.first} to {wanted.last}")
    if wanted.addresses and not {log.address for log in logs} <= wanted.addresses:
        raise _lie("logs of contracts that were not asked for")
    if wanted.topics0 and not {log.topics[0] if log.topics else b"" for log in logs} <= wanted.topics0:
        raise _lie("events that were not asked for")


def _check_hashes(logs: Sequence[RawLog], last: Header) -> None:
    if any(len(log.tx_hash) != WORD for log in logs):
        raise _lie("a malformed transaction hash")
    pairs = {(log.block_number, log.block_hash) for log in logs} | {(last.number, last.hash)}
    if len(pairs) > len({number for number, _ in pairs}):
        raise _lie("two hashes for one block")


def _put_in_order(logs: list[RawLog]) -> None:
    """Sorts into chain order where the node did not. Raises LyingNode for a place taken twice."""
    places = [(log[0], log[4]) for log in logs]
    if all(before < after for before, after in pairwise(places)):
        return
    if len(set(places)) < len(places):
        raise _lie("the same log twice")
    logs.sort(key=_place)


def number_of(answer: Any) -> int:
    """A quantity such as "0x1b4" as a number. Raises LyingNode for anything else."""
    try:
        return int(answer, 16)
    except (TypeError, ValueError) as error:
        raise LyingNode(f"A node answered {str(answer)[:60]!r} where a number belongs.") from error


def block_param(block: BlockId) -> Any:
    """How JSON-RPC names the block. A hash must be canonical, so that a call never reads an orphaned state."""
    if isinstance(block, bytes):
        return {"blockHash": "0x" + block.hex(), "requireCanonical": True}
    return hex(block) if isinstance(block, int) else block


def header_request(block: BlockId) -> tuple[str, list[Any]]:
    """The request for a block's header."""
    if isinstance(block, bytes):
        return "eth_getBlockByHash", ["0x" + block.hex(), False]
    return "eth_getBlockByNumber", [block_param(block), False]


def _word(text: str) -> bytes:
    word = bytes.fromhex(text[2:])
    if len(word) != WORD:
        raise ValueError(f"{len(word)} bytes where 32 belong")
    return word


def _place(log: RawLog) -> tuple[int, int]:
    return log.block_number, log.log_index


def _lie(what: str) -> LyingNode:
    return LyingNode(f"A node answered {what}; use another provider.")
