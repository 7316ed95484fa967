"""Sending calls to a local node that signs for everybody, many at a time, and looking at what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import rlp  # type: ignore[import-untyped]
from eth_utils.crypto import keccak

from apps.chain.errors import CallReverted, ChainError
from apps.devnet.calldata import words

GAS_OF_A_CALL = 3_000_000  # the dearest, bond with a move through a pool of 20, takes about 0.7 million
GAS_OF_A_CREATION = 9_000_000
FEE_CAP = 100 * 10**9  # wei a gas; nobody on this chain runs out of ETH


class Rpc(Protocol):
    """What this room needs of a chain client: apps.chain's ChainClient, or one of a test."""

    def rpc(self, method: str, params: Sequence[Any]) -> Any: ...

    def batch(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One transaction to be: `to` is "" for a creation, `value` is ETH wei, `what` says it in words for logs."""

    sender: str
    to: str
    data: bytes = b""
    value: int = 0
    what: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """One question to a contract."""

    to: str
    data: bytes


class Reverted(Exception):
    """A transaction was mined and refused; the message holds what it was and the contract's own sentence."""


def ask(rpc: Rpc, reads: Sequence[Read]) -> list[bytes]:
    """The answers at the newest block, in order; raises as the client does if a contract refuses."""
    if not reads:
        return []
    answers = rpc.batch([("eth_call", [{"to": read.to, "data": "0x" + read.data.hex()}, "latest"]) for read in reads])
    return [bytes.fromhex(answer[2:]) for answer in answers]


def ask_words(rpc: Rpc, reads: Sequence[Read]) -> list[list[int]]:
    """As `ask`, each answer cut into words."""
    return [words(answer) for answer in ask(rpc, reads)]


def send(rpc: Rpc, calls: Sequence[Call], nonces: dict[str, int] | None = None) -> list[str]:
    """Puts the calls into the node's pool in this order; returns their hashes. Nothing is mined by this.

    `nonces` holds the next nonce of each sender known so far and is kept up to date; leave it out where others send
    for the same accounts.
    """
    known = {} if nonces is None else nonces
    known.update(_next_nonces(rpc, {call.sender for call in calls} - known.keys()))
    requests = []
    for call in calls:
        requests.append(("eth_sendTransaction", [_transaction(call, known[call.sender])]))
        known[call.sender] += 1
    return rpc.batch(requests) if requests else []


def _next_nonces(rpc: Rpc, senders: Iterable[str]) -> dict[str, int]:
    """Counting what waits in the pool, so that a batch sent before its predecessor was mined still lines up."""
    asked = sorted(senders)
    if not asked:
        return {}
    answers = rpc.batch([("eth_getTransactionCount", [sender, "pending"]) for sender in asked])
    return {sender: int(answer, 16) for sender, answer in zip(asked, answers, strict=True)}


def _transaction(call: Call, nonce: int) -> dict[str, str]:
    transaction = {
        "from": call.sender,
        "nonce": hex(nonce),
        "gas": hex(GAS_OF_A_CALL if call.to else GAS_OF_A_CREATION),  # given, so that no estimate is made
        "maxFeePerGas": hex(FEE_CAP),
        "maxPriorityFeePerGas": "0x1",
        "value": hex(call.value),
        "data": "0x" + call.data.hex(),
    }
    if call.to:
        transaction["to"] = call.to
    return transaction


def mine(rpc: Rpc, blocks: int = 1) -> None:
    """Mines that many blocks now, the first with everything that waits in the pool."""
    if blocks > 0:
        rpc.rpc("anvil_mine", [hex(blocks)])


def block_number(rpc: Rpc) -> int:
    """The number of the newest block."""
    return int(rpc.rpc("eth_blockNumber", []), 16)


def newest_time(rpc: Rpc) -> int:
    """The newest block's time, Unix seconds."""
    return int(rpc.rpc("eth_getBlockByNumber", ["latest", False])["timestamp"], 16)


def receipts_of(rpc: Rpc, hashes: Sequence[str]) -> list[dict[str, Any] | None]:
    """The receipts in order; None for what is not mined yet."""
    return rpc.batch([("eth_getTransactionReceipt", [tx_hash]) for tx_hash in hashes]) if hashes else []


def succeeded(receipt: dict[str, Any]) -> bool:
    """Whether the transaction of this receipt took effect."""
    return int(receipt["status"], 16) == 1


def refusal(rpc: Rpc, call: Call, *, block: int) -> str:
    """Why the contract refuses the call on top of that block, in its own words or the node's."""
    question = {"from": call.sender, "to": call.to, "data": "0x" + call.data.hex(), "value": hex(call.value)}
    try:
        rpc.rpc("eth_call", [question, hex(block)])
    except CallReverted as error:
        return error.reason or str(error)
    except ChainError as error:
        return str(error)
    return "something before it in the same block"


def created_address(sender: str, nonce: int) -> str:
    """Where a contract made by `sender` with this nonce will live."""
    return "0x" + keccak(rlp.encode([bytes.fromhex(sender[2:]), nonce]))[12:].hex()
