"""What all providers say of the chain's ends, asked at once, so that no slow one holds up the others."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, TypeVar

from apps.chain.errors import ChainError, RpcRefused, StateMissing, TimedOut, WrongChain
from apps.chain.pool import FAR_BEHIND_BLOCKS, Pool
from apps.chain.provider import Provider
from apps.chain.records import Header, header_of, header_request

T = TypeVar("T")

HEAD_PATIENCE_S = 2.0  # a head that takes longer is old when it comes
_TAGS = ("latest", "safe", "finalized")


@dataclass(frozen=True, slots=True)
class Sighting:
    """The ends of the chain as one provider has them; None where it does not know the tag."""

    host: str
    head: Header
    safe: Header | None
    finalized: Header | None


class Survey:
    """Asks every provider the same small question in parallel.

    Healthy providers are waited for, up to the patience. One that failed before is asked too, but only heard if it
    answers before the others have; otherwise its answer counts at the next look, and it is not asked twice meanwhile.
    """

    def __init__(self, pool: Pool, *, patience_s: float = HEAD_PATIENCE_S) -> None:
        self._pool = pool
        self._patience_s = patience_s
        self._threads: ThreadPoolExecutor | None = None
        self._asked: dict[Provider, Future[Any]] = {}

    def look(self) -> list[Sighting]:
        """One sighting of every healthy provider. Raises the reason if none answers after several tries."""
        found = [] if len(self._pool.providers) == 1 else self._ask_all(_sighting)
        if not found:  # with patience, and with the error that explains most
            return [self._pool.ask(lambda provider: _sighting(provider, None))]
        top = max(sighting.head.number for _, sighting in found)
        return [sighting for _, sighting in found if top - sighting.head.number <= FAR_BEHIND_BLOCKS]

    def compare(self, number: int) -> list[tuple[str, Header]]:
        """That block's header from each provider that gives one now."""

        def question(provider: Provider, patience_s: float | None) -> Header | None:
            answer = provider.answers([header_request(number)], timeout_s=patience_s)[0]
            return None if answer is None or isinstance(answer, ChainError) else header_of(answer, number)

        return [(provider.host, header) for provider, header in self._ask_all(question) if header is not None]

    def close(self) -> None:
        """Ends the threads; those still waiting for an answer end with it."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None
            self._asked.clear()

    def _ask_all(self, question: Callable[[Provider, float | None], T]) -> list[tuple[Provider, T]]:
        """The answers that came in time, from providers that neither rest nor still owe an answer."""
        asked = self._submit(question)
        self._wait(asked)
        answered = [(provider, future.result()) for future, provider in asked.items() if future.done()]
        for future, provider in asked.items():
            if not future.done() and not provider.failures:
                _missed(provider, TimedOut(f"{provider.host} took more than {self._patience_s:g} s to tell its head."))
        return [(provider, answer) for provider, answer in answered if answer is not None]

    def _submit(self, question: Callable[[Provider, float | None], T]) -> dict[Future[T | None], Provider]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(len(self._pool.providers), thread_name_prefix="heads")
        now = time.monotonic()
        asked: dict[Future[T | None], Provider] = {}
        for provider in self._pool.providers:
            before = self._asked.get(provider)
            if provider.rests_until > now or (before is not None and not before.done()):
                continue
            future = self._threads.submit(self._ask_one, provider, question)
            asked[future] = provider
            self._asked[provider] = future
        return asked

    def _wait(self, asked: dict[Future[T | None], Provider]) -> None:
        """Until every healthy provider has answered; where none is healthy, until one of the others has."""
        deadline = time.monotonic() + self._patience_s
        healthy = [future for future, provider in asked.items() if not provider.failures]
        wait(healthy, timeout=self._patience_s)
        heard = any(future.done() and future.result() is not None for future in asked)
        open_ = {future for future in asked if not future.done()}
        while not heard and open_ and (left_s := deadline - time.monotonic()) > 0:
            done, open_ = wait(open_, timeout=left_s, return_when=FIRST_COMPLETED)
            heard = any(future.result() is not None for future in done)

    def _ask_one(self, provider: Provider, question: Callable[[Provider, float | None], T]) -> T | None:
        """Its answer, or None for one that failed or came too late. Raises WrongChain, which must stop everything."""
        began = time.monotonic()
        try:
            self._pool.prove_chain(provider, timeout_s=self._patience_s)
            answer = question(provider, self._patience_s)
        except WrongChain:
            raise
        except ChainError as error:
            _missed(provider, error)
            return None
        if time.monotonic() - began > self._patience_s:
            return None  # it stays as sick as it is: who is late each time would hold up every second look
        provider.recovered()
        return answer


def _sighting(provider: Provider, patience_s: float | None) -> Sighting:
    answers = provider.answers([header_request(tag) for tag in _TAGS], timeout_s=patience_s)
    head, safe, finalized = (_known(answer) for answer in answers)
    seen = Sighting(
        provider.host,
        header_of(head, "latest"),
        None if safe is None else header_of(safe, "safe"),
        None if finalized is None else header_of(finalized, "finalized"),
    )
    provider.head, provider.seen_at = seen.head.number, time.time()
    provider.finalized = None if seen.finalized is None else seen.finalized.number
    return seen


def _missed(provider: Provider, error: ChainError) -> None:
    provider.failed(error)
    provider.fails_heads = True


def _known(answer: Any) -> Any:
    """A block object, or None where the node has no such tag. Raises any other refusal."""
    if isinstance(answer, StateMissing | RpcRefused):
        return None
    if isinstance(answer, ChainError):
        raise answer
    return answer
