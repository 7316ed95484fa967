"""What became of a transaction that somebody sent: waiting, mined, refused, replaced, or known to nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.chain.client import ChainClient
from apps.chain.errors import CallReverted, ChainError, LyingNode
from apps.chain.provider import Provider, Request
from apps.chain.receipts import Receipt, receipt_of
from apps.chain.records import BlockId, block_param, number_of

COUNTS_AT_ONCE = 16  # 5,000 blocks are searched in four requests


@dataclass(frozen=True, slots=True)
class Transaction:
    """A signed transaction as a node knows it, in a block or waiting for one."""

    tx_hash: bytes
    sender: str
    nonce: int
    to: str  # "" where it creates a contract
    data: bytes
    value_wei: int
    gas: int  # its limit

    @property
    def call(self) -> tuple[str, str, bytes, int]:
        """What it does, whatever it pays for gas."""
        return self.sender, self.to, self.data, self.value_wei


@dataclass(frozen=True, slots=True)
class Fate:
    """`transaction` is None where the node does not know it, `receipt` where it is in no block."""

    transaction: Transaction | None
    receipt: Receipt | None
    ok: bool = False  # whether the contract took it
    gas_used: int = 0


def fate(client: ChainClient, tx_hash: bytes) -> Fate:
    """What one node knows of the transaction, in one request. Raises LyingNode for an answer about another."""
    name = "0x" + tx_hash.hex()
    requests: list[Request] = [("eth_getTransactionReceipt", [name]), ("eth_getTransactionByHash", [name])]

    def question(provider: Provider) -> Fate:
        answers = provider.answers(requests)
        for answer in answers:
            if isinstance(answer, ChainError):
                raise answer
        return _fate(answers[0], answers[1], tx_hash)

    return client.pool.ask(question)


def _fate(receipt: Any, transaction: Any, asked: bytes) -> Fate:
    known = None if transaction is None else transaction_of(transaction)
    if known is not None and known.tx_hash != asked:
        raise LyingNode("A node answered another transaction than the one asked for; use another provider.")
    if receipt is None:
        return Fate(known, None)
    found = receipt_of(receipt, asked)
    return Fate(known, found, number_of(receipt.get("status")) == 1, number_of(receipt.get("gasUsed")))


def transaction_of(answer: Any) -> Transaction:
    """The transaction in a node's answer. Raises LyingNode where it is malformed."""
    try:
        return Transaction(
            tx_hash=bytes.fromhex(answer["hash"][2:]),
            sender=str(answer["from"]).lower(),
            nonce=int(answer["nonce"], 16),
            to=str(answer.get("to") or "").lower(),
            data=bytes.fromhex(answer["input"][2:]),
            value_wei=int(answer["value"], 16),
            gas=int(answer["gas"], 16),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LyingNode(f"A node answered a malformed transaction ({error!r}); use another provider.") from error


def next_nonce(client: ChainClient, sender: str, *, block: BlockId = "latest") -> int:
    """How many transactions of the sender are in blocks up to this one; "pending" counts waiting ones too."""
    return number_of(client.rpc("eth_getTransactionCount", [sender, block_param(block)]))


def mined_with(client: ChainClient, sender: str, nonce: int, *, first: int, last: int) -> Transaction | None:
    """The sender's transaction of that nonce, if it was mined in blocks first..last.

    Raises StateMissing where the node does not keep states that far back.
    """
    block = _block_of(client, sender, nonce, first=first, last=last)
    if block is None:
        return None
    answer = client.rpc("eth_getBlockByNumber", [hex(block), True])
    found = [transaction_of(each) for each in (answer or {}).get("transactions", ()) if _is_of(each, sender)]
    return next((each for each in found if each.nonce == nonce), None)


def _is_of(entry: Any, sender: str) -> bool:
    return isinstance(entry, dict) and str(entry.get("from")).lower() == sender


def _block_of(client: ChainClient, sender: str, nonce: int, *, first: int, last: int) -> int | None:
    """The block in which the sender's count passed the nonce, found by narrowing; None where that is not in between."""
    low, high = max(0, first - 1), last
    while True:
        width = max(1, (high - low) // COUNTS_AT_ONCE)
        points: list[int] = sorted({*range(low, high, width), high})
        counts = _counts(client, sender, points)
        passed = next((at for at, count in enumerate(counts) if count > nonce), None)
        if passed is None or passed == 0:
            return None
        low, high = points[passed - 1], points[passed]
        if high - low <= 1:
            return high


def _counts(client: ChainClient, sender: str, blocks: Sequence[int]) -> list[int]:
    answers = client.batch([("eth_getTransactionCount", [sender, hex(block)]) for block in blocks])
    return [number_of(answer) for answer in answers]


def refused_because(client: ChainClient, one: Transaction, *, block: int) -> str:
    """Why the contract refused it in that block, in its own words; "" where it gives none or would take it now.

    It is asked on the state before the block: what came before it in the same block is not counted.
    """
    asked = {"from": one.sender, "to": one.to, "data": "0x" + one.data.hex(), "value": hex(one.value_wei)}
    try:
        client.rpc("eth_call", [{**asked, "gas": hex(one.gas)}, hex(block - 1)])
    except CallReverted as error:
        return error.reason
    return ""
