"""Several providers as one: the healthiest is asked first, another takes over when it fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import httpx
import stamina

from apps.chain.errors import (
    SETTING,
    AccessDenied,
    ChainError,
    LaggingNode,
    LyingNode,
    ProviderBusy,
    RpcRefused,
    StateMissing,
    TimedOut,
    Unreachable,
    WindowTooWide,
    WrongChain,
)
from apps.chain.provider import Provider
from apps.chain.records import number_of

T = TypeVar("T")

ATTEMPTS = 4  # rounds over all providers before the caller hears of it
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 5.0
JITTER_S = 0.3  # keeps several workers from asking again in the same instant
LONGEST_OBEYED_WAIT_S = 30.0  # a longer Retry-After is reported instead of slept through
FAR_BEHIND_BLOCKS = 20  # about 5 s of Arbitrum blocks

_UNHEALTHY = (Unreachable, ProviderBusy, LyingNode)  # this provider is asked last for a while
_DIFFERENT = (StateMissing, RpcRefused)  # it cannot serve this question, but another may
# Every other error is everybody's answer: a window too full, a call reverted, the wrong chain.


class Pool:
    """Providers of one chain. `ask` runs a question against the best of them that will answer it."""

    def __init__(
        self,
        urls: Sequence[str],
        *,
        chain_id: int | None = None,
        timeout_s: float = 10,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if not urls:
            raise Unreachable(f"No RPC URL is configured; set {SETTING}.")
        self.providers = [Provider(url, timeout_s=timeout_s, transport=transport) for url in dict.fromkeys(urls)]
        self.expected_chain_id = chain_id

    def ask(self, question: Callable[[Provider], T], *, span: int = 1, reach: int = 0) -> T:
        """The first good answer, from the healthiest provider on; waits and tries again while that may help.

        `span` is the block count of a log query: providers known to refuse it are not asked. `reach` is the highest
        block in question: providers whose head was below it when last seen are asked last, and are no worse for not
        having it. Raises the error that most deserves to be known when none answered.
        """
        for attempt in stamina.retry_context(
            on=partial(_wait_helps, span=span),
            attempts=ATTEMPTS,
            timeout=None,
            wait_initial=FIRST_WAIT_S,
            wait_max=LONGEST_WAIT_S,
            wait_jitter=JITTER_S,
        ):
            with attempt:
                return self._ask_each(question, span, reach)
        raise Unreachable(f"No provider answered; check {SETTING}.")

    def tell(self, command: Callable[[Provider], T]) -> T:
        """Runs a command at the healthiest provider, once: a transaction sent twice is not the same as once."""
        provider = self._by_health(1, 0)[0]
        self.prove_chain(provider)
        return command(provider)

    def ensure_chain(self, expected: int) -> None:
        """Returns when every provider that answers serves chain `expected`, and at least one answers."""
        self.expected_chain_id = expected
        silent = 0
        for provider in self.providers:
            provider.chain_id = None
            try:
                self.prove_chain(provider)
            except (*_UNHEALTHY, *_DIFFERENT) as error:
                provider.failed(error)
                silent += 1
        if silent == len(self.providers):
            self.ask(lambda _provider: None)  # once more, with patience

    def close(self) -> None:
        """Drops every connection."""
        for provider in self.providers:
            provider.close()

    def _ask_each(self, question: Callable[[Provider], T], span: int, reach: int) -> T:
        failure: ChainError | None = None
        for provider in self._by_health(span, reach):
            try:
                self.prove_chain(provider)
                answer = question(provider)
            except WindowTooWide as error:
                provider.learn_ceiling(error)
                failure = error
            except _DIFFERENT as error:
                failure = failure or error
            except _UNHEALTHY as error:
                if not (isinstance(error, LaggingNode) and provider.head < reach):  # it never claimed to have it
                    provider.failed(error)
                failure = error
            else:
                provider.succeeded()
                return answer
        if any(not provider.takes(span) for provider in self.providers):
            raise self._too_wide(span) from failure  # a narrower question has somebody to answer it
        raise failure or Unreachable(f"No provider answered; check {SETTING}.")

    def _by_health(self, span: int, reach: int) -> list[Provider]:
        """Who may take the span, best first: rested, without failures, past the block, at the head, quick."""
        now = time.monotonic()
        top = max(provider.head for provider in self.providers)

        def rank(p: Provider) -> tuple[bool, int, bool, bool, float]:
            is_short = 0 < p.head < reach
            return p.rests_until > now, p.failures, is_short, top - p.head > FAR_BEHIND_BLOCKS, round(p.latency_s, 1)

        return sorted((p for p in self.providers if p.takes(span)), key=rank)

    def _too_wide(self, span: int) -> WindowTooWide:
        widest = max(p.range_ceiling or 1 for p in self.providers)
        return WindowTooWide(f"No provider takes {span} blocks in one question.", limit_blocks=widest)

    def prove_chain(self, provider: Provider, *, timeout_s: float | None = None) -> None:
        """One question on first use, so that a provider that was silent at the start cannot slip in later."""
        if self.expected_chain_id is None or provider.chain_id == self.expected_chain_id:
            return
        answer = provider.answers([("eth_chainId", ())], timeout_s=timeout_s)[0]
        if isinstance(answer, ChainError):
            raise answer
        provider.chain_id = number_of(answer)
        if provider.chain_id != self.expected_chain_id:
            raise WrongChain(
                f"{provider.host} serves chain {provider.chain_id}, not {self.expected_chain_id}; "
                f"correct {SETTING} or CHAIN_ID."
            )


def _wait_helps(error: Exception, *, span: int) -> bool | float:
    """Whether to go round again, or after how many seconds when the provider named them."""
    if isinstance(error, AccessDenied) or (isinstance(error, TimedOut) and span > 1):
        return False  # a wide question that timed out wants to be narrower, not repeated
    if isinstance(error, ProviderBusy) and error.retry_after_s is not None:
        return error.retry_after_s if error.retry_after_s <= LONGEST_OBEYED_WAIT_S else False
    return isinstance(error, Unreachable | ProviderBusy | LyingNode)
