"""Many questions to the contracts at one block, several requests under way at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from apps.chain.client import ChainClient
from apps.chain.errors import CallFailed, ContractMissing
from apps.chain.readers import Read
from indexer.verification.verdict import Pair

AT_ONCE = 250  # calls in one request; a provider that takes fewer is asked in smaller ones
IN_FLIGHT = 4  # requests at a time: a node works on one while another is on its way


@dataclass(frozen=True, slots=True)
class Question:
    """A call, and what makes pairs of its answer. `optional`: a chain's contract may lack the function."""

    read: Read[Any]
    pairs: Callable[[Any], Iterable[Pair]]
    optional: bool = False


def answers(chain: ChainClient, asked: Sequence[Question], at: bytes) -> Iterator[tuple[Question, list[Pair] | None]]:
    """Each question with its pairs, in order; None where this chain's contract has no such function.

    Raises ContractMissing for a function that every generation has, and ChainError for what goes wrong on the way.
    """
    chunks = [asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE)]
    with ThreadPoolExecutor(IN_FLIGHT) as threads:
        for chunk, found in zip(chunks, threads.map(lambda some: _ask(chain, some, at), chunks), strict=True):
            yield from zip(chunk, found, strict=True)


def _ask(chain: ChainClient, asked: Sequence[Question], at: bytes) -> list[list[Pair] | None]:
    returned = chain.calls([(one.read.to, one.read.data) for one in asked], block=at)
    return [_pairs(one, answer) for one, answer in zip(asked, returned, strict=True)]


def _pairs(question: Question, answer: bytes | CallFailed) -> list[Pair] | None:
    if answer and not isinstance(answer, CallFailed):
        return list(question.pairs(question.read.decode(answer)))
    if question.optional:
        return None
    reason = f": {answer.reason}" if isinstance(answer, CallFailed) and answer.reason else ""
    raise ContractMissing(
        f"{question.read.to} does not answer {question.read.function}{reason}; check CONTROLLER_ADDRESS."
    )
