"""The list of orchestrators with the reader's own weights, over 1,000 nodes and over 10,000.

python -m tests.bench.lists NODES   measures one size; without arguments, both of them

Every request comes after a new block in which three nodes were paid, and asks for other weights or another order, so no
answer is one that was given before. `_cold` is the first answer of a process, with nothing in memory.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count, cycle, islice
from typing import Any

from config.env import ROOT
from tests.bench.bench import figure, note, open_database, seconds
from tests.bench.many import HEAD, block_after, fill

REQUESTS = 100
COLD = 5
SORTS = ("", "&sort=-fees", "&sort=-stake", "&sort=reward_cut", "&sort=-work")


def main() -> None:
    if len(sys.argv) > 1:
        measure(int(sys.argv[1]))
        return
    for nodes in (1_000, 10_000):
        subprocess.run([sys.executable, "-m", "tests.bench.lists", str(nodes)], cwd=ROOT, check=True)


def measure(nodes: int) -> None:
    """One size, in a process and a database of its own."""
    open_database("bench_lists")
    note(f"{nodes:,} nodes filled in {seconds(lambda: fill(nodes)):.0f} s")
    name, paths = ("list_10000", _any()) if nodes > 1_000 else ("list_weighted", _own())
    _measure(name, nodes, paths)


def _own() -> Iterator[str]:
    """Other weights each time."""
    for number in count():
        work, terms, jobs = number % 10 + 1, number * 7 % 11, number * 3 % 11
        yield f"/orchestrators/?w_work={work}&w_terms={terms}&w_jobs={jobs}&w_community={number % 3}{SORTS[number % 5]}"


def _any() -> Iterator[str]:
    """By turns plain orders, the reader's own weights, filters, and without beaten choices."""
    own, sorts = _own(), cycle(SORTS)
    for number in count():
        yield (
            f"/orchestrators/?status=all{next(sorts)}",
            next(own),
            f"/orchestrators/?reward_cut_lte=20&payers_gte=3&misses_lte=4{next(sorts)}",
            f"{next(own)}&pareto=1",
        )[number % 4]


def _measure(name: str, nodes: int, paths: Iterator[str]) -> None:
    from django.test import Client

    from apps.network.selectors.board import boards
    from apps.scoring import standings
    from tests.bench.history import address

    client, blocks = Client(), count(HEAD + 1)

    def ask(path: str) -> float:
        block = next(blocks)
        block_after(block, [address("node", block * step % nodes) for step in (1, 7, 31)])
        return seconds(lambda: _get(client, path)) * 1000

    def forget() -> None:
        boards.forget()
        standings.forget()

    figure(f"{name}_cold", _cold(ask, forget, paths), "ms")
    for path in islice(paths, 10):
        ask(path)
    times = [ask(path) for path in islice(paths, REQUESTS)]
    figure(f"{name}_p50", statistics.median(times), "ms")
    figure(f"{name}_p95", statistics.quantiles(times, n=20)[-1], "ms")


def _cold(ask: Callable[[str], float], forget: Callable[[], None], paths: Iterator[str]) -> float:
    """The median of answers that find nothing in memory."""
    ask(next(paths))
    found = []
    for path in islice(paths, COLD):
        forget()
        found.append(ask(path))
    return statistics.median(found)


def _get(client: Any, path: str) -> None:
    answer = client.get(path, headers={"cache-control": "no-cache"})
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")


if __name__ == "__main__":
    main()
