"""Transactions' receipts: where each stands, and every log it left, proved against the receipt's own bloom filter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from apps.chain.client import ChainClient
from apps.chain.errors import ChainError, LyingNode
from apps.chain.provider import Provider, Request
from apps.chain.records import Header, RawLog, Wanted, logs_of
from apps.protocol.hashing import keccak

RECEIPTS_AT_ONCE = 100  # an answer has all logs of a transaction, so a batch is ten times a batch of headers
_ANYTHING: frozenset[Any] = frozenset()


@dataclass(frozen=True, slots=True)
class Receipt:
    """One transaction of the chain, with all its logs in their order."""

    tx_hash: bytes
    block_number: int
    block_hash: bytes
    logs: tuple[RawLog, ...]


def receipts(client: ChainClient, hashes: Sequence[bytes]) -> list[Receipt | None]:
    """The receipts in the order asked; None where the node has none, which proves nothing about the chain.

    Raises LyingNode for a receipt that is another transaction's, or that lacks or has too many of its logs.
    """
    found: list[Receipt | None] = []
    for start in range(0, len(hashes), RECEIPTS_AT_ONCE):
        found += _some(client, hashes[start : start + RECEIPTS_AT_ONCE])
    return found


def _some(client: ChainClient, hashes: Sequence[bytes]) -> list[Receipt | None]:
    requests: list[Request] = [("eth_getTransactionReceipt", ["0x" + tx.hex()]) for tx in hashes]

    def question(provider: Provider) -> list[Receipt | None]:
        answers = provider.answers(requests)
        for answer in answers:
            if isinstance(answer, ChainError):
                raise answer
        return [None if answer is None else receipt_of(answer, tx) for answer, tx in zip(answers, hashes, strict=True)]

    return client.pool.ask(question)


def receipt_of(answer: Any, asked: bytes) -> Receipt:
    """The receipt in a node's answer. Raises LyingNode unless it is whole and the one asked for."""
    try:
        number, block_hash = int(answer["blockNumber"], 16), bytes.fromhex(answer["blockHash"][2:])
        tx_hash, bloom = bytes.fromhex(answer["transactionHash"][2:]), _bloom(answer)
        entries = answer["logs"]
    except (KeyError, TypeError, ValueError) as error:
        raise LyingNode(f"A node answered a malformed receipt ({error!r}); use another provider.") from error
    if tx_hash != asked:
        raise _lie("another transaction's receipt")
    anything = Wanted(number, number, _ANYTHING, _ANYTHING)
    logs = logs_of(entries, anything, Header(number, block_hash, b"", 0))
    if any(log.tx_hash != asked for log in logs):
        raise _lie("a receipt with logs of another transaction")
    if any(after.log_index != before.log_index + 1 for before, after in pairwise(logs)):
        raise _lie("a receipt with a gap between its logs")
    if bloom and bloom != bloom_of(logs):
        raise _lie("a receipt whose logs do not belong to its bloom filter")
    return Receipt(asked, number, block_hash, tuple(logs))


def bloom_of(logs: Iterable[RawLog]) -> int:
    """Ethereum's filter of 2,048 bits over the addresses and topics of these logs (Yellow Paper, 4.3.1)."""
    bloom = 0
    for log in logs:
        bloom |= _bits(bytes.fromhex(log.address[2:]))
        for topic in log.topics:
            bloom |= _bits(topic)
    return bloom


@lru_cache(maxsize=50_000)
def _bits(value: bytes) -> int:
    digest = keccak(value)
    return sum({1 << (int.from_bytes(digest[place : place + 2]) & 2047) for place in (0, 2, 4)})


def _bloom(answer: Mapping[str, Any]) -> int:
    """The receipt's filter; 0 where a node leaves it out, which it also is for a receipt without logs."""
    return int(answer.get("logsBloom") or "0x0", 16)


def _lie(what: str) -> LyingNode:
    return LyingNode(f"A node answered {what}; use another provider.")
