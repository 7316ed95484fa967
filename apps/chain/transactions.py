"""Who sent a transaction, which none of its logs tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.chain.client import ChainClient
from apps.chain.errors import ChainError, LyingNode
from apps.chain.provider import Provider, Request
from apps.chain.records import WORD

SENT_AT_ONCE = 100  # an answer has the call's data too, some hundred bytes with these contracts
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction that stands in a block, and whose account signed it."""

    tx_hash: bytes
    block_number: int
    block_hash: bytes
    sender: str


def sent(client: ChainClient, hashes: Sequence[bytes]) -> list[Sent | None]:
    """The transactions in the order asked; None where the node has none in a block, which proves nothing.

    Raises LyingNode for another transaction than the one asked for, or a malformed one.
    """
    found: list[Sent | None] = []
    for start in range(0, len(hashes), SENT_AT_ONCE):
        found += _some(client, hashes[start : start + SENT_AT_ONCE])
    return found


def _some(client: ChainClient, hashes: Sequence[bytes]) -> list[Sent | None]:
    requests: list[Request] = [("eth_getTransactionByHash", ["0x" + tx.hex()]) for tx in hashes]

    def question(provider: Provider) -> list[Sent | None]:
        answers = provider.answers(requests)
        for answer in answers:
            if isinstance(answer, ChainError):
                raise answer
        return [sent_of(answer, tx) for answer, tx in zip(answers, hashes, strict=True)]

    return client.pool.ask(question)


def sent_of(answer: Any, asked: bytes) -> Sent | None:
    """The transaction in a node's answer; None for none, and for one that waits for its block."""
    if answer is None:
        return None
    try:
        tx_hash, sender = bytes.fromhex(answer["hash"][2:]), str(answer["from"]).lower()
        if answer["blockHash"] is None:
            return None
        number, block_hash = int(answer["blockNumber"], 16), bytes.fromhex(answer["blockHash"][2:])
    except (KeyError, TypeError, ValueError) as error:
        raise LyingNode(f"A node answered a malformed transaction ({error!r}); use another provider.") from error
    if tx_hash != asked or len(block_hash) != WORD or not _ADDRESS.fullmatch(sender):
        raise LyingNode("A node answered another transaction than the one asked for; use another provider.")
    return Sent(tx_hash, number, block_hash, sender)
