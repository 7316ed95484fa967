"""What contracts answer, as typed values, read at one block in as few requests as the chain allows.

A `Read` names a call and how to understand its answer, so that a caller can gather many, of several contracts, into
one batch, or keep the raw answer and decode it later without asking again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from apps.chain.errors import CallFailed, CallReverted, ContractMissing
from apps.chain.records import BlockId

T = TypeVar("T")


class Caller(Protocol):
    """Who answers calls at a block: a chain, or a simulation of what it would be after some transactions."""

    def calls(self, targets: Sequence[tuple[str, bytes]], *, block: BlockId) -> list[bytes | CallFailed]: ...


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """A call of one view function; `decode` raises AnswerMalformed for an answer of another shape."""

    to: str
    data: bytes
    decode: Callable[[bytes], T]
    function: str  # its name, for messages


def read(client: Caller, wanted: Read[T], *, block: BlockId) -> T:
    """The answer at that block. Raises CallReverted or ContractMissing if the contract does not give one."""
    return read_all(client, [wanted], block=block)[0]


def read_all(client: Caller, wanted: Sequence[Read[T]], *, block: BlockId) -> list[T]:
    """The answers in order, all of one block and one node. Raises for the first that the contract does not give."""
    answers = client.calls([(each.to, each.data) for each in wanted], block=block)
    return [required(each, answer) for each, answer in zip(wanted, answers, strict=True)]


def read_if_there(client: Caller, wanted: Read[T], *, block: BlockId) -> T | None:
    """As `read`, but None where this chain's contract lacks the function."""
    return read_all_there(client, [wanted], block=block)[0]


def read_all_there(client: Caller, wanted: Sequence[Read[T]], *, block: BlockId) -> list[T | None]:
    """As `read_all`, with None for each function this chain's contracts lack. A failing provider still raises."""
    answers = client.calls([(each.to, each.data) for each in wanted], block=block)
    return [
        None if isinstance(answer, CallFailed) or not answer else each.decode(answer)
        for each, answer in zip(wanted, answers, strict=True)
    ]


def required(wanted: Read[Any], answer: bytes | CallFailed) -> Any:
    """The answer understood. Raises CallReverted or ContractMissing if the contract did not give one."""
    if isinstance(answer, CallFailed):
        reason = answer.reason or "it gave no reason"
        raise CallReverted(
            f"{wanted.function} of {wanted.to} refused: {reason}; check CONTROLLER_ADDRESS.",
            reason=answer.reason,
            data=answer.data,
        )
    if not answer:
        raise ContractMissing(f"Nothing at {wanted.to} answers {wanted.function}; check CONTROLLER_ADDRESS.")
    return wanted.decode(answer)
