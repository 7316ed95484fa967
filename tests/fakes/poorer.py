"""A node that lacks what another has: requests go to a real one but for some methods, which it does not know."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import httpx
import orjson


class Lacking(httpx.BaseTransport):
    """Answers `methods` as a node that never heard of them, eth_call with overrides too where they are not taken.

    `asked` counts the requests by method.
    """

    def __init__(self, *methods: str, takes_overrides: bool = True) -> None:
        self._real = httpx.HTTPTransport()
        self._methods: Collection[str] = methods
        self._takes_overrides = takes_overrides
        self.asked: dict[str, int] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = orjson.loads(request.read())
        each = asked if isinstance(asked, list) else [asked]
        for one in each:
            self.asked[one["method"]] = self.asked.get(one["method"], 0) + 1
        if not any(self._refusal(one) for one in each):
            return self._real.handle_request(request)
        answers = [self._refusal(one) or self._passed_on(request, one) for one in each]
        return httpx.Response(200, json=answers if isinstance(asked, list) else answers[0])

    def close(self) -> None:
        self._real.close()

    def _refusal(self, one: dict[str, Any]) -> dict[str, Any] | None:
        error = None
        if one["method"] in self._methods:
            error = {"code": -32601, "message": f"the method {one['method']} does not exist/is not available"}
        elif one["method"] == "eth_call" and len(one["params"]) > 2 and not self._takes_overrides:
            error = {"code": -32602, "message": "too many arguments, want at most 2"}
        return None if error is None else {"jsonrpc": "2.0", "id": one["id"], "error": error}

    def _passed_on(self, request: httpx.Request, one: dict[str, Any]) -> Any:
        alone = httpx.Request("POST", request.url, json=one)
        return orjson.loads(self._real.handle_request(alone).read())
