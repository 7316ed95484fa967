"""The one door to a chain: plain JSON-RPC, every answer checked against its question."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import httpx

from apps.chain.errors import (
    CallFailed,
    CallReverted,
    ChainError,
    LaggingNode,
    LyingNode,
    OtherBranch,
    RpcRefused,
    StateMissing,
    TimedOut,
    TooManyLogs,
)
from apps.chain.pool import Pool
from apps.chain.provider import Provider, Request
from apps.chain.records import (
    BlockId,
    Header,
    RawLog,
    SealedLogs,
    Wanted,
    block_param,
    header_of,
    header_request,
    logs_of,
    number_of,
)
from apps.chain.survey import HEAD_PATIENCE_S, Sighting, Survey

_SAFE_TO_REPEAT = ("eth_get", "eth_call", "eth_block", "eth_chain", "eth_simulate", "eth_estimate", "net_", "web3_")


class ChainClient:
    """A chain behind one or several URLs. Threads may share it; make it after a fork, not before."""

    def __init__(
        self,
        urls: Sequence[str],
        *,
        chain_id: int | None = None,
        timeout_s: float = 10,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.pool = Pool(urls, chain_id=chain_id, timeout_s=timeout_s, transport=transport)
        self._survey = Survey(self.pool, patience_s=min(timeout_s, HEAD_PATIENCE_S))

    def close(self) -> None:
        """Drops the connections; the client stays usable."""
        self._survey.close()
        self.pool.close()

    def chain_id(self) -> int:
        """The chain's id as the healthiest provider tells it."""
        return number_of(self.rpc("eth_chainId", ()))

    def ensure_chain(self, expected: int) -> None:
        """Returns if the providers serve chain `expected`. Raises WrongChain, or Unreachable if none answers."""
        self.pool.ensure_chain(expected)

    def rpc(self, method: str, params: Sequence[Any]) -> Any:
        """The result of one request. Only questions are repeated after a failure, never commands."""
        return self.batch([(method, params)])[0]

    def batch(self, requests: Sequence[Request]) -> list[Any]:
        """The results in order; the first refused request raises its error."""
        if not requests:
            return []

        def question(provider: Provider) -> list[Any]:
            return _raise_first(provider.answers(requests))

        is_question = all(method.startswith(_SAFE_TO_REPEAT) for method, _ in requests)
        return self.pool.ask(question) if is_question else self.pool.tell(question)

    def tried(self, requests: Sequence[Request]) -> list[Any]:
        """The results of questions in order, all of one node; a contract's refusal is a CallReverted among them."""

        def question(provider: Provider) -> list[Any]:
            answers = provider.answers(requests)
            _raise_first([answer for answer in answers if not isinstance(answer, CallReverted)])
            return answers

        return self.pool.ask(question)

    def head(self) -> Header:
        """The newest block of the provider asked; other providers may be ahead of it."""

        def question(provider: Provider) -> Header:
            header = header_of(_one(provider, header_request("latest")), "latest")
            provider.head = header.number
            return header

        return self.pool.ask(question)

    def sightings(self) -> list[Sighting]:
        """What every healthy provider says of its head, safe and finalized block; never empty.

        All are asked at once, and a slow or sick one is not waited for. Raises what is wrong if none answers.
        """
        return self._survey.look()

    def each_header(self, number: int) -> list[tuple[str, Header]]:
        """Host and header of that block from every healthy provider that has it."""
        return self._survey.compare(number)

    def header(self, block: BlockId) -> Header | None:
        """The header of a number, hash or tag; None if the node has no such block or does not know the tag."""
        try:
            answer = self.pool.ask(lambda provider: _one(provider, header_request(block)))
        except (StateMissing, RpcRefused):
            return None
        return None if answer is None else header_of(answer, block)

    def headers(self, numbers: Sequence[int], *, final: tuple[int, bytes] | None = None) -> list[Header]:
        """One header for each number, in the order asked. Raises LaggingNode if a block is not there yet.

        With `final`, number and hash of a finalized block, only a provider that has that block is heard. Raises
        OtherBranch if none does.
        """
        asked = [*numbers, *([final[0]] if final else [])]

        def question(provider: Provider) -> list[Header]:
            answers = _raise_first(provider.answers([header_request(number) for number in asked]))
            if None in answers:
                raise _lagging(provider, asked[answers.index(None)])
            found = [header_of(answer, number) for number, answer in zip(asked, answers, strict=True)]
            if final is not None and found[-1].hash != final[1]:
                raise OtherBranch(f"{provider.host} has another block {final[0]} than the one that is final.")
            return found[: len(numbers)]

        return self.pool.ask(question, reach=max(asked)) if numbers else []

    def logs(
        self, first: int, last: int, *, addresses: Collection[str] = (), topics0: Collection[bytes] = ()
    ) -> list[RawLog]:
        """Every log of blocks first..last that matches, in chain order; an empty collection means no filter."""
        return list(self.sealed_logs(first, last, addresses=addresses, topics0=topics0).logs)

    def sealed_logs(
        self, first: int, last: int, *, addresses: Collection[str] = (), topics0: Collection[bytes] = ()
    ) -> SealedLogs:
        """The logs of blocks first..last, and the headers of both that the same node had while it read them.

        Refuses an answer unless every log was asked for and the last header is there and did not change: an empty
        answer from a lagging node, or one given while the chain reorganised, is how data goes missing.
        """
        span = last - first + 1
        wanted = Wanted(first, last, frozenset(address.lower() for address in addresses), frozenset(topics0))
        seal = header_request(last)
        requests: list[Request] = [seal, ("eth_getLogs", [_filter(wanted)]), header_request(first), seal]

        def question(provider: Provider) -> SealedLogs:
            before, answer, begin, after = provider.answers(requests)
            header = _unchanged(provider, before, after, last)
            logs, begun = _raise_first([answer, begin])
            if begun is None:
                raise _lagging(provider, first)
            return SealedLogs(tuple(logs_of(logs, wanted, header)), header_of(begun, first), header)

        try:
            return self.pool.ask(question, span=span, reach=last)
        except TimedOut as error:
            if span == 1:
                raise
            raise TooManyLogs(f"{span} blocks of logs took too long; ask for fewer blocks.") from error

    def call(self, to: str, data: bytes, *, block: BlockId) -> bytes:
        """What the contract returns at that block; b"" where there is no code. Raises CallReverted on a refusal."""
        answer = self.calls([(to, data)], block=block)[0]
        if isinstance(answer, CallFailed):
            raise CallReverted(f"The contract refused: {answer.reason}.", reason=answer.reason, data=answer.data)
        return answer

    def calls(self, targets: Sequence[tuple[str, bytes]], *, block: BlockId) -> list[bytes | CallFailed]:
        """The answers of all calls at one block and from one node, in order.

        A refusal by a contract is a value in the list; anything else that goes wrong raises, so that a failing
        provider is never mistaken for a missing function. Name the block by number or hash: a tag moves.
        """
        at = block_param(block)
        requests: list[Request] = [("eth_call", [{"to": to, "data": "0x" + data.hex()}, at]) for to, data in targets]

        def question(provider: Provider) -> list[bytes | CallFailed]:
            return [_returned(answer, provider) for answer in provider.answers(requests)]

        return self.pool.ask(question, reach=block if isinstance(block, int) else 0) if targets else []


def _one(provider: Provider, request: Request) -> Any:
    return _raise_first(provider.answers([request]))[0]


def _raise_first(answers: list[Any]) -> list[Any]:
    for answer in answers:
        if isinstance(answer, ChainError):
            raise answer
    return answers


def _returned(answer: Any, provider: Provider) -> bytes | CallFailed:
    if isinstance(answer, CallReverted):
        return CallFailed(answer.reason, answer.data)
    if isinstance(answer, ChainError):
        raise answer
    try:
        return bytes.fromhex(answer[2:])
    except (TypeError, ValueError) as error:
        raise LyingNode(f"{provider.host} answered a call with something that is not bytes.") from error


def _filter(wanted: Wanted) -> dict[str, Any]:
    asked: dict[str, Any] = {"fromBlock": hex(wanted.first), "toBlock": hex(wanted.last)}
    if wanted.addresses:
        asked["address"] = sorted(wanted.addresses)
    if wanted.topics0:
        asked["topics"] = [["0x" + topic.hex() for topic in sorted(wanted.topics0)]]
    return asked


def _unchanged(provider: Provider, before: Any, after: Any, last: int) -> Header:
    """The header of `last`, proved to have stood while the logs were read."""
    first_seen, seen_again = _raise_first([before, after])
    if first_seen is None or seen_again is None:
        raise _lagging(provider, last)
    header = header_of(first_seen, last)
    if header_of(seen_again, last) != header:
        raise LyingNode(f"{provider.host} changed block {last} while it was read; read it again.")
    return header


def _lagging(provider: Provider, missing: int) -> LaggingNode:
    return LaggingNode(f"{provider.host} does not have block {missing}; wait, or add a faster provider.")
