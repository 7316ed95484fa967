"""The indexer's memory while it reads a long history. The chain is served by another process."""

from __future__ import annotations

import resource
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.bench.bench import figure, note, open_database, seconds

if TYPE_CHECKING:
    from tests.fakes.chain import FakeChain
    from tests.fakes.nodes import FakeNode

DATABASE = "bench_long"  # left behind for tests.bench.reorg and tests.bench.long_history


def chain(rounds: int) -> FakeChain:
    """A chain of so many rounds, about 200 logs each."""
    from tests.bench.history import Shape, logs
    from tests.fakes.chain import FakeChain

    made = FakeChain()
    made.load(logs(Shape(rounds=rounds)))
    return made


def node() -> FakeNode:
    """A node that shows a chain of 200,000 logs."""
    from tests.fakes.nodes import FakeNode

    return FakeNode(chain(1_000))


def read_all(make: Callable[[], FakeNode]) -> float:
    """Read the whole chain of a node in another process; gives the peak of this process's memory, in MB."""
    from django.conf import settings

    from apps.chain.client import ChainClient
    from indexer import sync
    from indexer.store import Books
    from tests.fakes.chain import ADDRESSES
    from tests.fakes.nodes import served_elsewhere

    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    with served_elsewhere(make) as url:
        done = sync.Progress()

        def read() -> None:
            nonlocal done
            done = sync.follow(ChainClient([url]), books=Books())

        took = seconds(read)
    note(f"{done.logs:,} logs in {done.windows} windows, {took:.0f} s")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    open_database(DATABASE)
    figure("rss_indexer_200k", read_all(node), "MB")


if __name__ == "__main__":
    main()
