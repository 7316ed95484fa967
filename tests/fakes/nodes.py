"""Nodes that show a FakeChain over JSON-RPC: true, late, limited, lying or failing, each by its own seed."""

from __future__ import annotations

import multiprocessing
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any, Literal, TypeAlias

import httpx
import orjson

from tests.fakes.chain import FINALIZED_DEPTH, SAFE_DEPTH, FakeChain, RpcError

Failure: TypeAlias = Literal["429", "503", "500", "html", "timeout", "refused", "cut"]

HANG_S = 30.0  # how long a silent node keeps the line open; longer than any client's patience in tests


@dataclass
class Faults:
    """What a node does wrong. All off unless set; may be changed while the node runs."""

    chain_id: int | None = None  # another chain's id
    lag_blocks: int = 0  # blocks its view is behind, with empty logs beyond it
    claims_head: bool = False  # a lagging node that still names the true head
    no_tags: bool = False  # knows neither safe nor finalized
    max_range: int | None = None  # blocks an eth_getLogs may span
    max_results: int | None = None  # logs it may return
    range_message: str = "eth_getLogs is limited to a {limit} range"
    results_message: str = "query returned more than {limit} results"
    outside: int = 0  # blocks to either side of the range from which it returns logs as well
    ignores_filters: bool = False
    forgets_transactions: bool = False  # answers null for each, as a node without an index of them does
    repeats: bool = False  # each log twice
    shuffles: bool = False
    wrong_hashes: bool = False  # every second log names another block hash
    loses_answers: bool = False  # the last of a batch
    mixes_batches: bool = False  # answers of a batch in any order
    no_batches: bool = False
    max_batch: int | None = None
    latency_s: float = 0.0
    failures: tuple[Failure, ...] = ()  # what to choose from when a request fails
    failure_rate: float = 0.0
    retry_after_s: float | None = None
    seed: int = 0


@dataclass
class FakeNode:
    """One node in front of a chain. `requests` counts HTTP requests, `methods` JSON-RPC ones by method."""

    chain: FakeChain
    faults: Faults = field(default_factory=Faults)
    requests: int = 0
    methods: dict[str, int] = field(default_factory=dict)
    before_answer: Callable[[], None] = lambda: None  # also between two answers of one batch

    def __post_init__(self) -> None:
        self._random = random.Random(self.faults.seed)
        self._lock = threading.Lock()

    @property
    def head(self) -> int:
        return max(0, self.chain.head - self.faults.lag_blocks)

    def next_failure(self) -> Failure | None:
        """Drawn once for each HTTP request, in the order they arrive."""
        with self._lock:
            self.requests += 1
            if self.faults.failures and self._random.random() < self.faults.failure_rate:
                return self._random.choice(self.faults.failures)
            return None

    def reply(self, body: bytes) -> bytes:
        """The answer to one HTTP body: a single request or a batch."""
        asked = orjson.loads(body)
        if not isinstance(asked, list):
            return orjson.dumps(self._answer(asked))
        if self.faults.no_batches or len(asked) > (self.faults.max_batch or len(asked)):
            return orjson.dumps(_refusal(None, RpcError(-32600, "batch of that size is not supported")))
        answers = [self._answer(each) for each in asked]
        if self.faults.loses_answers:
            answers.pop()
        if self.faults.mixes_batches:
            self._random.shuffle(answers)
        return orjson.dumps(answers)

    def _answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self.before_answer()
        method, params = request["method"], request.get("params") or []
        self.methods[method] = self.methods.get(method, 0) + 1
        handler = _METHODS.get(method)
        try:
            if handler is None:
                raise RpcError(-32601, f"the method {method} does not exist/is not available")
            with self.chain.lock:
                return {"jsonrpc": "2.0", "id": request["id"], "result": handler(self, params)}
        except RpcError as error:
            return _refusal(request["id"], error)

    def _chain_id(self, params: Sequence[Any]) -> str:
        return hex(self.faults.chain_id or self.chain.chain_id)

    def _block_number(self, params: Sequence[Any]) -> str:
        return hex(self.chain.head if self.faults.claims_head else self.head)

    def _block_by_number(self, params: Sequence[Any]) -> dict[str, Any] | None:
        if self.faults.no_tags and params[0] in ("safe", "finalized"):
            raise RpcError(-32602, f"invalid argument 0: hex string without 0x prefix: {params[0]}")
        number = self._number(params[0])
        return self.chain.block(number) if number <= self.head else None

    def _block_by_hash(self, params: Sequence[Any]) -> dict[str, Any] | None:
        number = self.chain.number_of(params[0])
        return None if number is None or number > self.head else self.chain.block(number)

    def _logs(self, params: Sequence[Any]) -> list[dict[str, Any]]:
        wanted = params[0]
        if "blockHash" in wanted:
            first = last = self._known_hash(wanted["blockHash"])
        else:
            first, last = self._number(wanted.get("fromBlock", "latest")), self._number(wanted.get("toBlock", "latest"))
        self._check_span(first, last)
        addresses, topics = _addresses(wanted.get("address")), wanted.get("topics") or ()
        if self.faults.ignores_filters:
            addresses, topics = None, ()
        first, last = max(0, first - self.faults.outside), last + self.faults.outside
        found = self.chain.logs(first, min(last, self.head), addresses, topics)
        if self.faults.max_results is not None and len(found) > self.faults.max_results:
            raise RpcError(-32005, self.faults.results_message.format(limit=self.faults.max_results))
        return self._distorted(found)

    def _check_span(self, first: int, last: int) -> None:
        limit = self.faults.max_range
        if limit is not None and last - first + 1 > limit:
            raise RpcError(-32602, self.faults.range_message.format(limit=f"{limit:,}"))

    def _distorted(self, logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if self.faults.wrong_hashes:
            logs = [{**log, "blockHash": "0x" + "ee" * 32} if n % 2 else log for n, log in enumerate(logs)]
        if self.faults.repeats:
            logs = [log for log in logs for _ in range(2)]
        if self.faults.shuffles:
            self._random.shuffle(logs)
        return logs

    def _transaction(self, params: Sequence[Any]) -> dict[str, Any] | None:
        found = None if self.faults.forgets_transactions else self.chain.transaction(params[0])
        return None if found is None or int(found["blockNumber"], 16) > self.head else found

    def _call(self, params: Sequence[Any]) -> str:
        at = params[1] if len(params) > 1 else "latest"
        number = self._known_hash(at["blockHash"]) if isinstance(at, dict) else self._number(at)
        if number > self.head:
            raise RpcError(-32000, "header not found")
        data = params[0].get("data") or params[0].get("input") or "0x"
        return "0x" + self.chain.call(params[0]["to"], bytes.fromhex(data[2:]), number).hex()

    def _known_hash(self, block_hash: str) -> int:
        number = self.chain.number_of(block_hash)
        if number is None or number > self.head:
            raise RpcError(-32000, "header not found")
        return number

    def _number(self, block: str) -> int:
        depths = {"latest": 0, "pending": 0, "safe": SAFE_DEPTH, "finalized": FINALIZED_DEPTH}
        if block == "earliest":
            return 0
        return max(0, self.head - depths[block]) if block in depths else int(block, 16)


_METHODS: dict[str, Callable[[FakeNode, Sequence[Any]], Any]] = {
    "eth_chainId": FakeNode._chain_id,
    "eth_blockNumber": FakeNode._block_number,
    "eth_getBlockByNumber": FakeNode._block_by_number,
    "eth_getBlockByHash": FakeNode._block_by_hash,
    "eth_getLogs": FakeNode._logs,
    "eth_getTransactionByHash": FakeNode._transaction,
    "eth_call": FakeNode._call,
}


def transport(nodes: FakeNode | Mapping[str, FakeNode]) -> httpx.MockTransport:
    """Nodes without sockets: one for every URL, or one for each host name."""

    def handle(request: httpx.Request) -> httpx.Response:
        node = nodes if isinstance(nodes, FakeNode) else nodes[request.url.host]
        failure = node.next_failure()
        if node.faults.latency_s:
            time.sleep(node.faults.latency_s)
        if failure == "timeout":
            raise httpx.ReadTimeout("the fake node stays silent", request=request)
        if failure == "refused":
            raise httpx.ConnectError("connection refused", request=request)
        status, headers, body = _failed(failure, node) if failure else (200, {}, b"")
        return httpx.Response(status, headers=headers, content=body or _cut(node.reply(request.content), failure))

    return httpx.MockTransport(handle)


@contextmanager
def served(node: FakeNode) -> Iterator[str]:
    """The node behind a real local HTTP server; gives its URL."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.node = node
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def served_elsewhere(make: Callable[[], FakeNode]) -> Iterator[str]:
    """As `served`, in a process of its own that also makes the node: neither its time nor its memory is ours.

    `make` is a function at the top of a module.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve_until_told, args=(make, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours.recv()
    finally:
        ours.close()
        process.join(5)
        if process.is_alive():
            process.kill()


def _serve_until_told(make: Callable[[], FakeNode], pipe: Connection[str, str]) -> None:
    with served(make()) as url:
        pipe.send(url)
        try:
            pipe.recv()
        except EOFError:
            return


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    node: FakeNode

    def __init__(self, *arguments: Any) -> None:
        self.stopping = threading.Event()
        super().__init__(*arguments)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away in the middle is not our error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement
    server: _Server

    def do_POST(self) -> None:
        node = self.server.node
        length = int(self.headers["content-length"])
        body = self.rfile.read(length)
        if len(body) < length:  # who asked is gone
            self.close_connection = True
            return
        failure = node.next_failure()
        time.sleep(node.faults.latency_s)
        if failure == "timeout":
            self.server.stopping.wait(HANG_S)
        if failure in ("timeout", "refused"):
            self.close_connection = True
            return
        status, headers, content = _failed(failure, node) if failure else (200, {}, b"")
        content = content or _cut(node.reply(body), failure)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Keeps the test output quiet."""


def _failed(failure: Failure, node: FakeNode) -> tuple[int, dict[str, str], bytes]:
    wait = node.faults.retry_after_s
    headers = {} if wait is None else {"retry-after": f"{wait:g}"}
    if failure in ("429", "503", "500"):
        return int(failure), headers, b"the fake node is not well"
    return 200, {}, b"<html>welcome</html>" if failure == "html" else b""


def _cut(body: bytes, failure: Failure | None) -> bytes:
    return body[: len(body) // 2] if failure == "cut" else body


def _addresses(wanted: str | Sequence[str] | None) -> frozenset[str] | None:
    if not wanted:
        return None
    return frozenset({wanted.lower()} if isinstance(wanted, str) else {address.lower() for address in wanted})


def _refusal(request_id: Any, error: RpcError) -> dict[str, Any]:
    detail: dict[str, Any] = {"code": error.code, "message": str(error)}
    if error.data is not None:
        detail["data"] = error.data
    return {"jsonrpc": "2.0", "id": request_id, "error": detail}
