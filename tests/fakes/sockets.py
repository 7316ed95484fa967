"""A node that speaks WebSocket: it tells the heads it is given, or does something wrong instead."""

from __future__ import annotations

import http
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

SUBSCRIPTION = "0x1"


@dataclass
class FakeSocketNode:
    """Heads queued in `heads` are sent at once after the subscription; then the line is held, or cut."""

    chain_id: int = 31337
    heads: list[int] = field(default_factory=list)
    refuses_subscriptions: bool = False
    refuses_with: http.HTTPStatus | None = None  # instead of opening the line
    sends: bytes | None = None  # instead of an answer
    cuts: bool = False  # the line, after the heads
    opened: int = 0
    ending: threading.Event = field(default_factory=threading.Event)

    def talk(self, socket: ServerConnection) -> None:
        self.opened += 1
        try:
            for _ in range(2):
                self._answer(socket, orjson.loads(socket.recv()))
            for number in self.heads:
                socket.send(orjson.dumps(_head(number)), text=True)
            if not self.cuts:
                self.ending.wait(10)
        except ConnectionClosed:
            return

    def _answer(self, socket: ServerConnection, asked: dict[str, Any]) -> None:
        if self.sends is not None:
            socket.send(self.sends, text=True)
            return
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": asked["id"], "result": hex(self.chain_id)}
        if asked["method"] == "eth_subscribe":
            answer["result"] = SUBSCRIPTION
            if self.refuses_subscriptions:
                del answer["result"]
                answer["error"] = {"code": -32601, "message": "the method eth_subscribe does not exist"}
        socket.send(orjson.dumps(answer), text=True)

    def greet(self, socket: ServerConnection, request: Request) -> Response | None:
        if self.refuses_with is None:
            return None
        return socket.respond(self.refuses_with, "no\n")


@contextmanager
def listening(node: FakeSocketNode) -> Iterator[str]:
    """The node at a local address; gives its URL."""
    with serve(node.talk, "127.0.0.1", 0, process_request=node.greet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            node.ending.set()
            server.shutdown()
            thread.join()


def _head(number: int) -> dict[str, Any]:
    result = {"number": hex(number), "hash": "0x" + "11" * 32}
    return {"jsonrpc": "2.0", "method": "eth_subscription", "params": {"subscription": SUBSCRIPTION, "result": result}}
