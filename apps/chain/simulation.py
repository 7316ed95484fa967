"""What a chain would answer after some transactions that nobody has sent, by eth_simulateV1.

The transactions run in the block to come, one after the other from their true senders, and the reads after them in the
same simulated block, so the state after a plan comes from the contracts themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.chain.client import ChainClient
from apps.chain.errors import AnswerMalformed, CallFailed
from apps.chain.records import BlockId, block_param
from apps.chain.refusals import revert_reason

STEP_GAS = 6_000_000  # far above what any call of a plan burns: a few hundred thousand, most of it a walk of the pool
READ_GAS = 3_000_000
BLOCK_GAS = 10**11  # the simulated block has room for all reads


@dataclass(frozen=True, slots=True)
class Unsent:
    """A transaction that nobody has signed."""

    sender: str
    to: str
    data: bytes
    value_wei: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of them: `reason` is the contract's own where it refused."""

    ok: bool
    gas: int
    reason: str


class Simulation:
    """Reads at one block as they would be after `unsent`. Stands in for a client where contracts are read."""

    def __init__(self, client: ChainClient, unsent: Sequence[Unsent], *, block: BlockId, number: int) -> None:
        self._client = client
        self._unsent = tuple(unsent)
        self._block = block
        self._number = number + 1  # a call without it would run in the block that is there already
        self.outcomes: tuple[Outcome, ...] = ()
        self.trips = 0

    def calls(self, targets: Sequence[tuple[str, bytes]], *, block: BlockId) -> list[bytes | CallFailed]:
        """The answers after the transactions, in order. Raises RpcRefused where the node cannot simulate."""
        steps = [_call(one.to, one.data, STEP_GAS, sender=one.sender, value=one.value_wei) for one in self._unsent]
        reads = [_call(to, data, READ_GAS) for to, data in targets]
        self.trips += 1
        answers = self._simulated([*steps, *reads])
        if len(answers) != len(steps) + len(reads):
            raise AnswerMalformed("The node simulated another number of calls than it was asked to.")
        self.outcomes = tuple(_outcome(answer) for answer in answers[: len(steps)])
        return [_returned(answer) for answer in answers[len(steps) :]]

    def _simulated(self, calls: list[dict[str, str]]) -> list[dict[str, Any]]:
        overrides = {"number": hex(self._number), "gasLimit": hex(BLOCK_GAS)}
        asked = {"blockStateCalls": [{"blockOverrides": overrides, "calls": calls}], "validation": False}
        blocks = self._client.rpc("eth_simulateV1", [asked, block_param(self._block)])
        try:
            return list(blocks[0]["calls"])
        except (LookupError, TypeError) as error:
            raise AnswerMalformed("The node answered a simulation with something else.") from error


def _call(to: str, data: bytes, gas: int, *, sender: str = "", value: int = 0) -> dict[str, str]:
    call = {"to": to, "input": "0x" + data.hex(), "gas": hex(gas)}
    if sender:
        call["from"] = sender
    if value:
        call["value"] = hex(value)
    return call


def _outcome(answer: dict[str, Any]) -> Outcome:
    ok = answer.get("status") == "0x1"
    gas = int(str(answer.get("gasUsed", "0x0")), 16)
    return Outcome(ok, gas, "" if ok else _reason(answer))


def _returned(answer: dict[str, Any]) -> bytes | CallFailed:
    data = bytes.fromhex(str(answer.get("returnData", "0x"))[2:])
    return data if answer.get("status") == "0x1" else CallFailed(_reason(answer), data)


def _reason(answer: dict[str, Any]) -> str:
    data = bytes.fromhex(str(answer.get("returnData", "0x"))[2:])
    told = answer.get("error") or {}
    return revert_reason(data) or str(told.get("message", "it gave no reason"))
