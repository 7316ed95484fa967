"""One RPC URL: it speaks JSON-RPC over a kept-alive connection and remembers how well that went."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import httpx
import orjson

from apps.chain.errors import (
    SETTING,
    ChainError,
    LyingNode,
    ProviderBusy,
    RpcRefused,
    TimedOut,
    Unreachable,
    WindowTooWide,
)
from apps.chain.refusals import refusal_of, status_error

Request: TypeAlias = tuple[str, Sequence[Any]]

BATCH_CEILING = 500  # geth and Nitro take 1,000 and stop at 25 MB of answers
REST_S = 2.0  # a provider that failed is asked last for this long, doubling with each failure
LONGEST_REST_S = 60.0
CEILING_AGE_S = 24 * 3600.0  # a limit learned once must not outlive its reason: plans change, nodes are exchanged
_SMOOTHING = 0.2  # weight of the newest latency, so that one slow answer does not reorder the pool


class Provider:
    """A provider and its health: failures in a row, latency, last heads seen, and ceilings it taught us.

    `rests_until` is of the monotonic clock; `seen_at` and `ceiling_since` are Unix seconds, since they are kept.
    """

    def __init__(self, url: str, *, timeout_s: float, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url
        self.host = host_of(url)
        self.batch_ceiling = BATCH_CEILING
        self.range_ceiling: int | None = None
        self.ceiling_since = 0.0
        self.chain_id: int | None = None
        self.failures = 0
        self.strikes = 0  # failures since it last did real work; they lengthen its rests
        self.errors = 0  # of its whole life
        self.last_error = ""
        self.fails_heads = False  # what it failed at last was telling its head
        self.rests_until = 0.0
        self.latency_s = 0.0
        self.head = 0
        self.finalized: int | None = None
        self.seen_at = 0.0
        self._timeout_s = timeout_s
        self._transport = transport
        self._http: httpx.Client | None = None

    def answers(self, requests: Sequence[Request], *, timeout_s: float | None = None) -> list[Any]:
        """One answer per request in order: its result, or the ChainError that explains its error object.

        Raises when nothing came back at all. A long list goes out in several batches, so only requests that name
        their block are consistent with each other. `timeout_s` shortens this provider's patience for once.
        """
        patience_s = self._timeout_s if timeout_s is None else min(timeout_s, self._timeout_s)
        done: list[Any] = []
        while len(done) < len(requests):
            chunk = requests[len(done) : len(done) + self.batch_ceiling]
            try:
                done += self._one_batch(chunk, patience_s)
            except RpcRefused:
                if len(chunk) == 1:
                    raise
                self.batch_ceiling = len(chunk) // 2  # no batches, or only small ones, at this provider
        return done

    def succeeded(self) -> None:
        """Back in the first row."""
        self.failures = self.strikes = 0
        self.fails_heads = False
        self.rests_until = 0.0

    def recovered(self) -> None:
        """It told its head again: it may be asked as before, but fails at once into a longer rest if work fails it."""
        if self.fails_heads:
            self.strikes = 0
        self.failures = 0
        self.fails_heads = False
        self.rests_until = 0.0

    def failed(self, error: ChainError) -> None:
        """Asked last until it has rested, or until the moment it named itself."""
        self.failures += 1
        self.strikes += 1
        self.errors += 1
        self.last_error = str(error)
        self.fails_heads = False
        rest_s = min(REST_S * 2 ** (self.strikes - 1), LONGEST_REST_S)
        if isinstance(error, ProviderBusy) and error.retry_after_s is not None:
            rest_s = error.retry_after_s
        self.rests_until = time.monotonic() + rest_s

    def learn_ceiling(self, error: WindowTooWide) -> None:
        """Keeps the narrowest range this provider refused to exceed, for CEILING_AGE_S; then it is tried anew."""
        known = self.range_ceiling
        if known is None or error.limit_blocks < known:
            self.range_ceiling, self.ceiling_since = error.limit_blocks, time.time()

    def takes(self, span: int) -> bool:
        """Whether it may be asked for so many blocks at once. A ceiling past its age is forgotten here."""
        if self.range_ceiling is not None and time.time() - self.ceiling_since > CEILING_AGE_S:
            self.range_ceiling = None
        return self.range_ceiling is None or span <= self.range_ceiling

    def close(self) -> None:
        """Drops the connections; the next request opens new ones."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _one_batch(self, requests: Sequence[Request], patience_s: float) -> list[Any]:
        bodies = [
            {"jsonrpc": "2.0", "id": place, "method": method, "params": list(params)}
            for place, (method, params) in enumerate(requests)
        ]
        answer = self._post(bodies[0] if len(bodies) == 1 else bodies, patience_s)
        entries = answer if isinstance(answer, list) else [answer]
        if len(entries) != len(requests):
            raise self._refusal_of_batch(entries)
        by_id = {entry.get("id"): entry for entry in entries if isinstance(entry, dict)}
        if len(entries) == 1:
            by_id = {0: entries[0]}
        return [self._result(by_id.get(place), request) for place, request in enumerate(requests)]

    def _result(self, entry: Any, request: Request) -> Any:
        if isinstance(entry, dict):
            if isinstance(entry.get("error"), dict):
                return refusal_of(entry["error"], host=self.host, span=span_of(request))
            if "result" in entry:
                return entry["result"]
        raise LyingNode(f"{self.host} left out an answer; use another provider.")

    def _refusal_of_batch(self, entries: list[Any]) -> ChainError:
        only = entries[0] if len(entries) == 1 and isinstance(entries[0], dict) else {}
        if isinstance(only.get("error"), dict):
            error = refusal_of(only["error"], host=self.host)
            return error if isinstance(error, ProviderBusy | Unreachable) else RpcRefused(str(error))
        return LyingNode(f"{self.host} answered {len(entries)} of the questions asked; use another provider.")

    def _post(self, body: Any, patience_s: float) -> Any:
        started = time.monotonic()
        try:
            with self._client().stream(
                "POST",
                self.url,
                content=orjson.dumps(body),
                headers={"content-type": "application/json"},
                timeout=httpx.Timeout(patience_s),
            ) as response:
                # not response.content: a response refers to itself, so that megabytes would wait for the next look
                # for cycles
                content = b"".join(response.iter_bytes())
        except (httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout) as error:
            raise TimedOut(
                f"{self.host} did not answer within {patience_s:g} s; try again, or add another URL to {SETTING}."
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(
                f"No node answers at {self.host} ({_cause(error)}); start it, or correct {SETTING}."
            ) from error
        took_s = time.monotonic() - started
        self.latency_s += (took_s - self.latency_s) * (_SMOOTHING if self.latency_s else 1)
        return self._parsed(response, content)

    def _parsed(self, response: httpx.Response, content: bytes) -> Any:
        try:
            answer = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            if response.is_success:
                raise Unreachable(
                    f"{self.host} answers something that is not JSON-RPC; check the URL in {SETTING}."
                ) from error
            answer = None
        if response.is_success or _carries_error(answer):
            return answer
        raise status_error(response.status_code, host=self.host, retry_after=response.headers.get("retry-after"))

    def _client(self) -> httpx.Client:
        """Made at first use: a connection must never be carried over a fork into a worker."""
        if self._http is None:
            self._http = httpx.Client(transport=self._transport, timeout=httpx.Timeout(self._timeout_s))
        return self._http


def host_of(url: str) -> str:
    """Scheme, host and port of a URL: all of it that may be shown, since the rest can hold a key."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else "that URL"


def span_of(request: Request) -> int | None:
    """How many blocks an eth_getLogs request names, None for every other request."""
    method, params = request
    if method != "eth_getLogs" or not params or not isinstance(params[0], Mapping) or "fromBlock" not in params[0]:
        return None
    return int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) + 1


def _carries_error(answer: Any) -> bool:
    """Some providers send the error object with a status of 4xx; it says more than the status."""
    return isinstance(answer, dict) and isinstance(answer.get("error"), dict)


def _cause(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
