"""New heads by WebSocket: one subscription at one provider, and nothing but the numbers of blocks.

A head is only a sign to look: it may come twice, late, for a block that is not served yet, or not at all. Whoever gets
it reads the chain over HTTP as ever.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import orjson
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from apps.chain.errors import SETTING, AnswerMalformed, TimedOut, Unreachable, WrongChain
from apps.chain.provider import host_of
from apps.chain.records import number_of
from apps.chain.refusals import refusal_of, status_error

OPEN_TIMEOUT_S = 5.0
ANSWER_TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 1.0
PING_EVERY_S = 20.0  # a line that died without a word is noticed by its missing answer


def new_heads(
    url: str,
    *,
    chain_id: int,
    silence_s: float,
    wake_s: float = 1.0,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[int | None]:
    """The number of each new head, of several that wait the newest only; None at the start and after `wake_s` without.

    Ends once `stopped` says so. Raises WrongChain, and any other ChainError when the line is lost, refused, or silent
    for longer than `silence_s`.
    """
    host = host_of(url)
    with _line(url, host) as socket:
        _subscribe(socket, host, chain_id)
        heard = time.monotonic()
        yield None
        while not stopped():
            number = _newest(socket, wake_s)
            if number is not None:
                heard = time.monotonic()
            elif time.monotonic() - heard > silence_s:
                raise TimedOut(f"{host} told no new head for {silence_s:g} s; it is asked again.")
            yield number


@contextmanager
def _line(url: str, host: str) -> Iterator[ClientConnection]:
    """An open connection; whatever goes wrong on it leaves as a ChainError."""
    try:
        with connect(
            url,
            open_timeout=OPEN_TIMEOUT_S,
            close_timeout=CLOSE_TIMEOUT_S,
            ping_interval=PING_EVERY_S,
            ping_timeout=PING_EVERY_S,
            compression=None,
        ) as socket:
            yield socket
    except InvalidStatus as error:
        headers = error.response.headers
        raise status_error(error.response.status_code, host=host, retry_after=headers.get("retry-after")) from error
    except TimeoutError as error:
        raise TimedOut(f"{host} did not answer in time; check the URL in {SETTING}.") from error
    except (OSError, WebSocketException, ImportError) as error:  # ImportError: a SOCKS proxy without its package
        raise Unreachable(f"{host} gives no heads ({_cause(error)}); start it, or correct {SETTING}.") from error


def _subscribe(socket: ClientConnection, host: str, chain_id: int) -> None:
    numbers = count(1)
    found = number_of(_ask(socket, host, next(numbers), "eth_chainId", []))
    if found != chain_id:
        raise WrongChain(f"{host} serves chain {found}, not {chain_id}; correct {SETTING} or CHAIN_ID.")
    _ask(socket, host, next(numbers), "eth_subscribe", ["newHeads"])


def _ask(socket: ClientConnection, host: str, number: int, method: str, params: list[Any]) -> Any:
    """The answer to one request; heads that come before it are of no use yet."""
    socket.send(orjson.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}), text=True)
    deadline = time.monotonic() + ANSWER_TIMEOUT_S
    while (left_s := deadline - time.monotonic()) > 0:
        answer = _parsed(socket.recv(timeout=left_s))
        if answer.get("id") != number:
            continue
        if isinstance(answer.get("error"), dict):
            raise refusal_of(answer["error"], host=host)
        return answer.get("result")
    raise TimedOut(f"{host} did not answer {method} within {ANSWER_TIMEOUT_S:g} s; check the URL in {SETTING}.")


def _newest(socket: ClientConnection, wake_s: float) -> int | None:
    """The newest head that waits, or comes within `wake_s`."""
    number = None
    try:
        number = _head_in(_parsed(socket.recv(timeout=wake_s)))
        while True:
            number = _head_in(_parsed(socket.recv(timeout=0))) or number
    except TimeoutError:
        return number


def _parsed(message: str | bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(message)
    except orjson.JSONDecodeError as error:
        raise AnswerMalformed("A node sent something that is not JSON where a head belongs.") from error
    return answer if isinstance(answer, dict) else {}


def _head_in(message: dict[str, Any]) -> int | None:
    """The block number of a newHeads message, None for any other message."""
    params = message.get("params")
    result = params.get("result") if isinstance(params, dict) else None
    return number_of(result["number"]) if isinstance(result, dict) and "number" in result else None


def _cause(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
