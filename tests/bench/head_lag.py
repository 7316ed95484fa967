"""How long after a block is mined the front page shows it, on a whole local installation.

Measured from the moment the node answers the block as its latest to the moment `GET /`, asked as an open page asks,
holds it or a later one; then the page's whole poll interval is added, as if each reader had asked just before.
"""

from __future__ import annotations

import http.client
import os
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from config.env import env
from tests.bench.bench import figure, note
from tests.e2e.conftest import Site, running, share_parts

BLOCKS = 70  # of which the first are not counted, while the workers are still warming up
WARM_UP = 10
NODE_EVERY_S = 0.02
PAGE_EVERY_S = 0.05
LIMIT_S = 240.0
_BLOCK = re.compile(rb"Block <a [^>]*>([\d,]+)</a>")


def main() -> None:
    home = env.data / "test"
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix="head-lag-") as folder:
        data = Path(folder)
        share_parts(data)
        with running(data) as site:
            note(f"installation ready in {site.ready_s:.0f} s")
            lags = measure(site)
    poll_s = page_poll_s()
    note(f"{len(lags)} blocks; without the page's poll interval of {poll_s} s: {_shown(lags)}")
    figure("head_lag_p50", statistics.median(lags) + poll_s, "s")
    figure("head_lag_p95", _percentile(lags, 95) + poll_s, "s")


def measure(site: Site) -> list[float]:
    """Seconds from a block's appearance at the node to its appearance in the page, one for each block counted."""
    mined: dict[int, float] = {}
    shown: dict[int, float] = {}
    stop = threading.Event()
    watchers = [
        threading.Thread(target=_watch, args=(stop, NODE_EVERY_S, _node_head(site.rpc_url), mined)),
        threading.Thread(target=_watch, args=(stop, PAGE_EVERY_S, _page_block(site.url), shown)),
    ]
    for watcher in watchers:
        watcher.start()
    deadline = time.monotonic() + LIMIT_S
    while len(mined) < BLOCKS + WARM_UP and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(5)  # for the last of them to be shown
    stop.set()
    for watcher in watchers:
        watcher.join()
    return _lags(mined, shown)


def _lags(mined: dict[int, float], shown: dict[int, float]) -> list[float]:
    """A block counts as shown once the page stands at it or past it; one that is never shown fails the measurement."""
    counted = sorted(mined)[WARM_UP : WARM_UP + BLOCKS]
    lags = []
    for block in counted:
        seen = [at for number, at in shown.items() if number >= block]
        if not seen:
            raise SystemExit(f"Block {block} was never shown.")
        lags.append(min(seen) - mined[block])
    if len(lags) < 60:
        raise SystemExit(f"Only {len(lags)} blocks were mined within {LIMIT_S:.0f} s.")
    return lags


def _watch(stop: threading.Event, every_s: float, look: Callable[[], int | None], first_seen: dict[int, float]) -> None:
    while not stop.wait(every_s):
        number = look()
        if number is not None:
            first_seen.setdefault(number, time.monotonic())


def _node_head(url: str) -> Callable[[], int | None]:
    line = _line(url)
    body = orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []})

    def look() -> int | None:
        line.request("POST", "/", body, {"content-type": "application/json"})
        answer: dict[str, Any] = orjson.loads(line.getresponse().read())
        return int(answer["result"], 16)

    return look


def _page_block(url: str) -> Callable[[], int | None]:
    """Asks as the script of an open page does: for what changes, and only if it changed."""
    line, headers = _line(url), {"HX-Request": "true"}

    def look() -> int | None:
        line.request("GET", "/", headers=headers)
        answer = line.getresponse()
        body = answer.read()
        if answer.status == 304:
            return None
        headers["If-None-Match"] = answer.headers["ETag"]
        found = _BLOCK.search(body)
        return int(found[1].replace(b",", b"")) if found else None

    return look


def _line(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)


def page_poll_s() -> float:
    """How often a page of the local network asks."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    from django.conf import settings

    return float(settings.PAGE_POLL_S)


def _percentile(values: list[float], percent: int) -> float:
    """The smallest value that so many per cent of the values do not exceed."""
    return sorted(values)[-(-len(values) * percent // 100) - 1]


def _shown(lags: list[float]) -> str:
    return ", ".join(f"p{percent} {_percentile(lags, percent):.2f} s" for percent in (50, 95, 100))


if __name__ == "__main__":
    main()
