"""What a chain would answer after some transactions, by eth_call with the sender's code overridden.

The second choice, for nodes without eth_simulateV1. The sender's address gets a program that makes the calls, so each
comes from its true sender and meets what the ones before have done; the reads follow in the same call. No storage slot
of any contract is guessed. The first call is made once more without any override, as the sender's own code sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.chain.client import ChainClient
from apps.chain.errors import AnswerMalformed, CallFailed, CallReverted, RpcRefused
from apps.chain.executor import PROGRAM, Deed, Done, answered, asked
from apps.chain.provider import Request
from apps.chain.records import BlockId, block_param
from apps.chain.refusals import revert_reason
from apps.chain.simulation import READ_GAS, STEP_GAS, Outcome, Unsent

READS_AT_ONCE = 150  # in one call after all steps: some 2M gas, well inside what nodes allow it
_TRANSACTION_GAS, _BYTE_GAS, _ZERO_BYTE_GAS = 21_000, 16, 4  # what a transaction costs before it does anything


class Overridden:
    """Reads at one block as they would be after `unsent`, all of one sender. Stands in for a client as Simulation does.

    The block is the one that is there and not the next. Gas is counted in one transaction for all steps, so a later
    step, which meets storage that is warm already, may burn more when it is sent.
    """

    def __init__(self, client: ChainClient, unsent: Sequence[Unsent], *, block: BlockId) -> None:
        if len({one.sender for one in unsent}) > 1:
            raise ValueError("Steps of several senders cannot be tried in one call.")
        self._client = client
        self._unsent = tuple(unsent)
        self._block = block
        self.outcomes: tuple[Outcome, ...] = ()
        self.trips = 0

    def calls(self, targets: Sequence[tuple[str, bytes]], *, block: BlockId) -> list[bytes | CallFailed]:
        """The answers after the transactions, in order. Raises RpcRefused where the node cannot override code."""
        parts = [targets[at : at + READS_AT_ONCE] for at in range(0, len(targets), READS_AT_ONCE)] or [[]]
        requests = [*self._alone(), *(self._in_a_row(part) for part in parts)]
        self.trips += 1
        answers = self._client.tried(requests)
        alone = answers[: -len(parts)]
        done = [self._done(answer, len(part)) for answer, part in zip(answers[-len(parts) :], parts, strict=True)]
        steps = len(self._unsent)
        self.outcomes = tuple(_outcome(*each) for each in zip(self._unsent, done[0][:steps], strict=True))
        if alone and isinstance(alone[0], CallReverted):
            refused = Outcome(ok=False, gas=0, reason=alone[0].reason or "it gave no reason")
            self.outcomes = (refused, *self.outcomes[1:])
        return [_returned(one) for part in done for one in part[steps:]]

    def _alone(self) -> list[Request]:
        """The first step as it is, from an account that keeps its own code."""
        at = block_param(self._block)
        return [
            ("eth_call", [{"from": one.sender, "to": one.to, "data": _hex(one.data), "value": hex(one.value_wei)}, at])
            for one in self._unsent[:1]
        ]

    def _in_a_row(self, reads: Sequence[tuple[str, bytes]]) -> Request:
        steps = [Deed(one.to, one.data, STEP_GAS, one.value_wei) for one in self._unsent]
        after = [Deed(to, data, READ_GAS) for to, data in reads]
        who = self._unsent[0].sender
        call = {"to": who, "data": _hex(asked([*steps, *after]))}
        return "eth_call", [call, block_param(self._block), {who: {"code": _hex(PROGRAM)}}]

    def _done(self, answer: Any, reads: int) -> list[Done]:
        if isinstance(answer, CallReverted):
            raise RpcRefused(
                f"The node gave up a call that tries several steps: {answer.reason or 'without a reason'}."
            )
        try:
            return answered(bytes.fromhex(answer[2:]), count=len(self._unsent) + reads)
        except (TypeError, ValueError, AnswerMalformed) as error:
            raise RpcRefused(f"The node cannot try several steps in one call: {error}") from error


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _outcome(sent: Unsent, done: Done) -> Outcome:
    zeros = sent.data.count(0)
    before = _TRANSACTION_GAS + zeros * _ZERO_BYTE_GAS + (len(sent.data) - zeros) * _BYTE_GAS
    return Outcome(done.ok, done.gas + before, "" if done.ok else _reason(done))


def _returned(done: Done) -> bytes | CallFailed:
    return done.returned if done.ok else CallFailed(_reason(done), done.returned)


def _reason(done: Done) -> str:
    return revert_reason(done.returned) or "it gave no reason"
