"""A long history for nodes that list few blocks, with a subgraph over it: what several tests begin with."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from apps.chain.client import ChainClient
from apps.chain.readers.controller import GET_CONTRACT, contract_id
from apps.chain.words import calldata
from indexer import sync
from indexer.handlers.controller import SET_CONTRACT_INFO
from indexer.store import Books
from tests.fakes.chain import ADDRESSES, FakeChain
from tests.fakes.nodes import Faults, transport
from tests.fakes.receipts import ReceiptNode
from tests.fakes.subgraph import FakeSubgraph
from tests.soak.life import Life, Transaction
from tests.soak.rows import Rows, snapshot

LONG = 3_000  # blocks in which nothing happens
TINY = 10  # blocks that a node lists at once
WORTH = 100  # questions after which another way is looked for


class QuietLife(Life):
    """Only what the subgraph's transactions lead to, and no garbage."""

    def beginning(self) -> list[Transaction]:
        unknown = "0x" + contract_id("Poll").hex()  # a name that no Controller has
        return [logs for logs in super().beginning() if unknown[2:] not in logs[0].data]

    def _parameter(self) -> Transaction:
        made = super()._parameter()
        return [] if made[0].address == ADDRESSES["TicketBroker"] else made

    def _upgrade(self) -> Transaction:
        made = super()._upgrade()
        return [] if contract_id("BondingManagerTarget").hex() in made[0].data else made

    def _garbage(self) -> Transaction:
        return []


def _lived(seed: int) -> FakeChain:
    """Some hundred blocks of life with long pauses, and more than finality at its end."""
    chain, life = FakeChain(seed=f"guided {seed}"), QuietLife(random.Random(seed))
    chain.skip(3)
    chain.mine(*life.beginning())
    for _ in range(3):
        for _ in range(30):
            transactions = life.block()
            chain.mine(*transactions) if transactions else chain.skip(1)
        chain.skip(LONG // 3)
    for _ in range(70):
        transactions = life.block()
        chain.mine(*transactions) if transactions else chain.skip(1)
    _answer_registrations(chain)
    return chain


def _answer_registrations(chain: FakeChain) -> None:
    """The Controller answers at each block what its logs said until then."""
    told: dict[bytes, list[tuple[int, bytes]]] = {}
    for log in chain.raw_logs():
        if log.topics[:1] == (SET_CONTRACT_INFO,):
            told.setdefault(log.data[:32], []).append((log.block_number, log.data[32:64]))

    def answer(changes: list[tuple[int, bytes]]) -> Callable[[int], bytes]:
        return lambda number: next((to for block, to in reversed(changes) if block <= number), bytes(32))

    for name, changes in told.items():
        chain.calls[ADDRESSES["Controller"], calldata(GET_CONTRACT, name)] = answer(changes)


_kept = cache(_lived)


@dataclass
class Stage:
    """A chain, a node that lists few blocks and gives receipts, and a subgraph."""

    chain: FakeChain = field(default_factory=lambda: _kept(6).copy())
    node: ReceiptNode = field(init=False)
    subgraph: FakeSubgraph = field(init=False)

    def __post_init__(self) -> None:
        self.node = ReceiptNode(self.chain, Faults(max_range=TINY))
        minters = {log.address: "Minter" for log in self.chain.raw_logs() if log.address not in ADDRESSES.values()}
        names = {where: name for name, where in ADDRESSES.items()}
        strangers = {where: name for where, name in minters.items() if self._is_registered(where)}
        self.subgraph = FakeSubgraph(self.chain, contracts={**names, **strangers})

    def _is_registered(self, where: str) -> bool:
        return any(where[2:] in log.data.hex() for log in self.chain.raw_logs() if log.topics[0] == SET_CONTRACT_INFO)

    def client(self) -> ChainClient:
        return ChainClient(["http://tiny"], chain_id=self.chain.chain_id, transport=transport(self.node))

    def follow(self, **options: Any) -> sync.Progress:
        return sync.follow(self.client(), books=Books(), **options)

    def tx_of(self, event: str) -> tuple[str, str, int]:
        """Hash, id and block of the newest record of an entity that is final."""
        final = self.chain.head - 64
        one = [one for one in self.subgraph.entities(event) if int(one["transaction"]["blockNumber"]) <= final][-1]
        return one["transaction"]["id"], one["id"], int(one["transaction"]["blockNumber"])


def facts() -> Rows:
    """The rows that follow from the chain, without how they were read."""
    return {name: rows for name, rows in snapshot().items() if name != "covered"}
