"""Transactions tried on the contracts themselves before anybody signs them, in the best way that the nodes know."""

from __future__ import annotations

import time
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from apps.chain.client import ChainClient
from apps.chain.errors import CallFailed, RpcRefused
from apps.chain.overriding import Overridden
from apps.chain.records import BlockId
from apps.chain.simulation import Outcome, Simulation, Unsent

SIMULATE, CALL = "simulate", "call"  # the levels of a proof, the better one first
KNOWN_FOR_S = 600.0  # that no node simulates: then it is tried again, since nodes are exchanged

_unable: WeakKeyDictionary[ChainClient, float] = WeakKeyDictionary()  # since when, by the monotonic clock


class Trial:
    """Reads at one block as they would be after `unsent`. Stands in for a client where contracts are read.

    `level` says how the answers came about. `number` is the block's.
    """

    def __init__(self, client: ChainClient, unsent: Sequence[Unsent], *, block: BlockId, number: int) -> None:
        self._client = client
        self._simulation = Simulation(client, unsent, block=block, number=number)
        self._overridden = Overridden(client, unsent, block=block)
        self.level = SIMULATE if _may_simulate(client) else CALL

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of each transaction, once something was read after them."""
        return self._simulation.outcomes if self.level == SIMULATE else self._overridden.outcomes

    @property
    def trips(self) -> int:
        return self._simulation.trips + self._overridden.trips

    def calls(self, targets: Sequence[tuple[str, bytes]], *, block: BlockId) -> list[bytes | CallFailed]:
        """The answers after the transactions, in order. Raises RpcRefused where no node can try them."""
        if self.level == SIMULATE:
            try:
                return self._simulation.calls(targets, block=block)
            except RpcRefused:
                if can_simulate(self._client):
                    raise  # it is this very question that they do not take
                _unable[self._client] = time.monotonic()
                self.level = CALL
        return self._overridden.calls(targets, block=block)


def can_simulate(client: ChainClient) -> bool:
    """Whether the chain's nodes know eth_simulateV1: one small probe."""
    try:
        client.rpc("eth_simulateV1", [{"blockStateCalls": [{"calls": []}]}, "latest"])
    except RpcRefused:
        return False
    return True


def _may_simulate(client: ChainClient) -> bool:
    since = _unable.get(client)
    return since is None or time.monotonic() - since > KNOWN_FOR_S
