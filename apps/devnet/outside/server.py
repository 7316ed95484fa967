"""The simulated sources over HTTP, each under its own path of one origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from apps.devnet.cast import Cast
from apps.devnet.outside import analytics, boards, community, gateways
from apps.devnet.outside.boards import BadRequest
from apps.devnet.outside.world import World

Clock = Callable[[], datetime]

_BOARDS: Mapping[str, Callable[..., Any]] = {
    "/api/aggregated_stats": boards.aggregated,
    "/api/raw_stats": boards.raw,
    "/api/top_ai_score": boards.top,
}


def answer(world: World, path: str, query: Mapping[str, str]) -> tuple[int, Any]:
    """Status and body for a path; 404 for one that nobody serves, 400 for a question the real servers refuse."""
    try:
        found = _found(world, path, query)
    except BadRequest as error:
        return 400, {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": str(error)}
    if found is None:
        return 404, {"type": "about:blank", "title": "Not Found", "status": 404}
    return 200, found


def _found(world: World, path: str, query: Mapping[str, str]) -> Any:
    place, _, rest = path.removeprefix("/").partition("/")
    rest = f"/{rest}"
    if place in ("leaderboard", "ai-leaderboard"):
        return _board(world, rest, query, ai=place == "ai-leaderboard")
    if place == "naap":
        return {"status": "ok"} if rest == "/healthz" else analytics.answer(world, rest, query)
    if place == "gateways":
        return _gateway(world, rest)
    if place in community.HOSTS:
        return community.answer(world, place, rest)
    return gateways.price_list(world) if path == "/orchestratorStats" else None


def _board(world: World, path: str, query: Mapping[str, str], *, ai: bool) -> Any:
    if path == "/api/regions":
        return boards.regions(world, ai=ai)
    if path == "/api/pipelines":
        return boards.pipelines(world, ai=ai)
    read = _BOARDS.get(path)
    return None if read is None else read(world, query, ai=ai)


def _gateway(world: World, path: str) -> Any:
    name, _, call = path.removeprefix("/").partition("/")
    gateway = next((each for each in world.cast.gateways if each.name == name), None)
    if gateway is None:
        return None
    if call == "getNetworkCapabilities":
        return gateways.capabilities(world, name)
    return gateways.events(world, gateway) if call == "events" else None


class Handler(BaseHTTPRequestHandler):
    """GET only, and quiet."""

    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds a connection may idle

    def __init__(self, cast: Cast, clock: Clock, *args: Any) -> None:
        self._cast, self._clock = cast, clock
        super().__init__(*args)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        status, body = answer(World(self._cast, self._clock()), parts.path, dict(parse_qsl(parts.query)))
        is_page = isinstance(body, str)
        content = body.encode() if is_page else orjson.dumps(body)
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8" if is_page else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: readers ask all day."""


def _now() -> datetime:
    return datetime.now(UTC)


def make_server(cast: Cast, *, port: int, clock: Clock = _now) -> ThreadingHTTPServer:
    """A server on this machine only, not yet serving; port 0 takes any free one."""
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, cast, clock))
    server.daemon_threads = True
    return server
