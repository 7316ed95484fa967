"""A chain in memory that does what anvil cannot: forks as told, and keeps half a billion empty blocks for nothing.

`FakeChain` is the truth. Nodes that show it, lie about it or fail to answer are in `tests.fakes.nodes`.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache
from threading import RLock
from typing import Any, NamedTuple, TypeAlias

from eth_abi.abi import encode

from apps.chain.readers.controller import GET_CONTRACT, contract_id
from apps.chain.records import Header, RawLog
from apps.protocol import abi

ADDRESSES: Mapping[str, str] = {name: f"0x{place:02x}{'c0' * 19}" for place, name in enumerate(abi.CONTRACTS, start=1)}
GENESIS_TIME = 1_700_000_000
SAFE_DEPTH, FINALIZED_DEPTH = 32, 64  # as anvil has them


class FakeLog(NamedTuple):
    """A log before it is mined; everything lower-case hex text."""

    address: str
    topics: tuple[str, ...]
    data: str


class MinedLog(NamedTuple):
    """A log with its place in its block."""

    log: FakeLog
    tx_hash: str
    tx_index: int
    log_index: int


@dataclass(frozen=True, slots=True)
class Revert:
    """An answer to eth_call: the contract refuses, with this sentence or with none."""

    reason: str = ""


CallAnswer: TypeAlias = bytes | Revert | Callable[[int], "bytes | Revert"]  # a function is given the block number


class RpcError(Exception):
    """A JSON-RPC error object."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class FakeChain:
    """Blocks, logs and call answers. Hashes follow from number and branch, so no empty block takes memory."""

    def __init__(
        self,
        *,
        chain_id: int = 31337,
        block_time_s: float = 1,
        genesis_time: int = GENESIS_TIME,
        contracts: Mapping[str, str] = ADDRESSES,
        seed: str = "millrace",
    ) -> None:
        self.chain_id = chain_id
        self.head = 0
        self.lock = RLock()  # held by nodes while they answer, and by who changes the chain meanwhile
        self.calls: dict[tuple[str, bytes], CallAnswer] = {}
        self._block_time_s = block_time_s
        self._genesis_time = genesis_time
        self._forks = 0
        self._copies = 0
        self._branches: list[tuple[int, bytes]] = [(0, seed.encode())]  # first block and salt, oldest first
        self._logs: dict[int, list[MinedLog]] = {}
        self._numbers: list[int] = []  # blocks that hold logs, ascending
        self._recorded: dict[int, tuple[str, str | None, int | None]] = {}  # hash, parent hash, timestamp as recorded
        for name, address in contracts.items():
            self.register(name, address)

    def register(self, name: str, address: str) -> None:
        """Makes the Controller answer getContract for that name."""
        controller = ADDRESSES["Controller"]
        self.calls[controller, bytes.fromhex(GET_CONTRACT[2:]) + contract_id(name)] = bytes(12) + bytes.fromhex(
            address[2:]
        )

    def copy(self) -> FakeChain:
        """The chain as it stands; from here on the two have blocks, and hashes, of their own."""
        self._copies += 1
        twin = copy(self)
        own = (self.head + 1, _digest(self._salt(self.head) + b"copy %d" % self._copies).encode())
        twin.calls, twin._branches, twin._logs = dict(self.calls), [*self._branches, own], dict(self._logs)
        twin._numbers, twin._recorded = list(self._numbers), dict(self._recorded)
        return twin

    def mine(
        self,
        *transactions: FakeLog | Sequence[FakeLog],
        timestamp: int | None = None,
        tx_hashes: Sequence[str] = (),
    ) -> int:
        """Adds one block; each argument is one transaction, of one log or of several. Returns the block's number.

        A transaction that a fork took away keeps its hash if `tx_hashes` gives it; the others get new ones.
        """
        self.head += 1
        mined: list[MinedLog] = []
        for tx_index, logs in enumerate(transactions):
            known = tx_hashes[tx_index] if tx_index < len(tx_hashes) else ""
            tx_hash = known or _digest(self.hash_of(self.head).encode() + tx_index.to_bytes(4))
            for log in [logs] if isinstance(logs, FakeLog) else logs:
                mined.append(MinedLog(log, tx_hash, tx_index, len(mined)))
        if mined:
            self._logs[self.head] = mined
            self._numbers.append(self.head)
        if timestamp is not None:
            self._recorded[self.head] = (self.hash_of(self.head), None, timestamp)
        return self.head

    def skip(self, blocks: int) -> int:
        """Adds empty blocks, any number at once. Returns the new head."""
        self.head += blocks
        return self.head

    def rollback(self, depth: int) -> int:
        """Takes the last `depth` blocks away; what is mined next has other hashes. Returns the new head."""
        self.head -= depth
        kept = bisect_right(self._numbers, self.head)
        for number in self._numbers[kept:]:
            del self._logs[number]
        del self._numbers[kept:]
        self._recorded = {number: known for number, known in self._recorded.items() if number <= self.head}
        self._branches = [branch for branch in self._branches if branch[0] <= self.head]
        self._forks += 1
        self._branches.append((self.head + 1, _digest(self._salt(self.head) + b"fork %d" % self._forks).encode()))
        return self.head

    def reorg(self, depth: int) -> int:
        """Replaces the last `depth` blocks by as many empty ones. Returns the head, whose number stays."""
        self.rollback(depth)
        return self.skip(depth)

    def load(self, logs: Iterable[RawLog], headers: Iterable[Header] = ()) -> int:
        """Takes over recorded logs with their hashes, and headers where there are any. Returns the new head.

        Without a header a block's parent and time are made up.
        """
        for log in logs:
            number = log.block_number
            if number not in self._logs:
                self._logs[number] = []
                self._numbers.append(number)
                self._recorded[number] = (_hex(log.block_hash), None, None)
            fake = FakeLog(log.address, tuple(_hex(topic) for topic in log.topics), _hex(log.data))
            self._logs[number].append(MinedLog(fake, _hex(log.tx_hash), log.tx_index, log.log_index))
        for header in headers:
            self._recorded[header.number] = (_hex(header.hash), _hex(header.parent_hash), header.timestamp)
        self._numbers.sort()
        self.head = max(self.head, *self._numbers[-1:], *self._recorded)
        return self.head

    def hash_of(self, number: int) -> str:
        """The block's hash as hex text; any number has one, mined or not."""
        known = self._recorded.get(number)
        return known[0] if known else _digest(self._salt(number) + str(number).encode())

    def number_of(self, block_hash: str) -> int | None:
        """The number of a canonical block by its hash; looks at blocks with logs and at the newest thousand."""
        recent = range(self.head, max(-1, self.head - 1000), -1)
        return next((n for n in (*recent, *self._numbers) if self.hash_of(n) == block_hash), None)

    def timestamp_of(self, number: int) -> int:
        """Unix seconds; evenly spaced unless a block was given its own."""
        known = self._recorded.get(number)
        if known and known[2] is not None:
            return known[2]
        return self._genesis_time + int(number * self._block_time_s)

    def block(self, number: int) -> dict[str, Any]:
        """The block as a node shows it, without transactions."""
        known = self._recorded.get(number)
        parent = known[1] if known else None
        return {
            "number": hex(number),
            "hash": self.hash_of(number),
            "parentHash": parent or (self.hash_of(number - 1) if number else "0x" + "0" * 64),
            "timestamp": hex(self.timestamp_of(number)),
            "transactions": [],
        }

    def logs(
        self, first: int, last: int, addresses: frozenset[str] | None = None, topics: Sequence[Any] = ()
    ) -> list[dict[str, Any]]:
        """Logs of a range as a node shows them; `topics` filters as in eth_getLogs."""
        wanted = [None if want is None else {want} if isinstance(want, str) else set(want) for want in topics]
        found = []
        for number in self._numbers[bisect_left(self._numbers, first) : bisect_right(self._numbers, last)]:
            block_hash, block_number = self.hash_of(number), hex(number)
            for mined in self._logs[number]:
                if addresses is not None and mined.log.address not in addresses:
                    continue
                if wanted and not _matches(mined.log.topics, wanted):
                    continue
                found.append(_shown(mined, block_number, block_hash))
        return found

    def transaction(self, tx_hash: str) -> dict[str, Any] | None:
        """A transaction that left logs, as a node shows it; its sender is made up of its hash."""
        for number in self._numbers:
            if any(mined.tx_hash == tx_hash for mined in self._logs[number]):
                place = {"blockNumber": hex(number), "blockHash": self.hash_of(number)}
                return {"hash": tx_hash, "from": sender_of(tx_hash), **place}
        return None

    def call(self, to: str, data: bytes, number: int) -> bytes:
        """The prepared answer, b"" where none was. Raises RpcError for a Revert."""
        answer = self.calls.get((to.lower(), data), b"")
        if callable(answer):
            answer = answer(number)
        if isinstance(answer, Revert):
            coded = "0x08c379a0" + encode(["string"], [answer.reason]).hex() if answer.reason else "0x"
            raise RpcError(3, f"execution reverted: {answer.reason}".rstrip(": "), coded)
        return answer

    def raw_logs(self) -> list[RawLog]:
        """Every log as the client should hand it on."""
        return [
            RawLog(
                block_number=number,
                block_hash=_unhex(self.hash_of(number)),
                tx_hash=_unhex(mined.tx_hash),
                tx_index=mined.tx_index,
                log_index=mined.log_index,
                address=mined.log.address,
                topics=tuple(_unhex(topic) for topic in mined.log.topics),
                data=_unhex(mined.log.data),
            )
            for number in self._numbers
            for mined in self._logs[number]
        ]

    def _salt(self, number: int) -> bytes:
        place = bisect_right(self._branches, number, key=lambda branch: branch[0]) - 1
        return self._branches[max(place, 0)][1]


def sender_of(tx_hash: str) -> str:
    """Who sent a transaction of any fake chain."""
    return _digest(tx_hash.encode())[:42]


def encode_log(event: str, *, contract: str | None = None, address: str | None = None, **arguments: Any) -> FakeLog:
    """Any event of our ABIs as a log, emitted by the contract's address in ADDRESSES unless one is given.

    Arguments are named as in the ABI. Name the contract for events that several have; the first that has one is taken.
    """
    owner, entry = _entry(event, contract)
    names = [parameter["name"] for parameter in entry["inputs"]]
    if set(names) != set(arguments):
        raise TypeError(f"{event} takes {', '.join(names) or 'no arguments'}, not {', '.join(arguments)}")
    topics = ["0x" + abi.topic0(entry).hex()]
    plain_types, plain_values = [], []
    for parameter in entry["inputs"]:
        value = arguments[parameter["name"]]
        if parameter["indexed"]:
            topics.append("0x" + encode([parameter["type"]], [value]).hex())
        else:
            plain_types.append(abi.type_of(parameter))
            plain_values.append(value)
    return FakeLog((address or ADDRESSES[owner]).lower(), tuple(topics), "0x" + encode(plain_types, plain_values).hex())


@cache
def _entry(event: str, contract: str | None) -> tuple[str, abi.Entry]:
    owner = contract or next(name for name in abi.CONTRACTS if event in abi.events(name))
    return owner, abi.events(owner)[event]


def _shown(mined: MinedLog, block_number: str, block_hash: str) -> dict[str, Any]:
    return {
        "address": mined.log.address,
        "topics": mined.log.topics,
        "data": mined.log.data,
        "blockNumber": block_number,
        "blockHash": block_hash,
        "transactionHash": mined.tx_hash,
        "transactionIndex": hex(mined.tx_index),
        "logIndex": hex(mined.log_index),
        "removed": False,
    }


def _matches(topics: Sequence[str], wanted: Sequence[set[str] | None]) -> bool:
    return len(topics) >= len(wanted) and all(
        want is None or topic in want for topic, want in zip(topics, wanted, strict=False)
    )


def _digest(content: bytes) -> str:
    return "0x" + hashlib.sha256(content).hexdigest()


def _hex(content: bytes) -> str:
    return "0x" + content.hex()


def _unhex(text: str) -> bytes:
    return bytes.fromhex(text[2:])
