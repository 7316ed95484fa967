"""The indexer's memory while it reads a long history. The chain is served by another process."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

from tests.bench.bench import figure, note, open_database, seconds

if TYPE_CHECKING:
    from tests.fakes.nodes import FakeNode

DATABASE = "bench_long"  # left behind for tests.bench.long_history


def node() -> FakeNode:
    """A node that shows a chain of 200,000 logs."""
    from tests.bench.history import Shape, logs
    from tests.fakes.chain import FakeChain
    from tests.fakes.nodes import FakeNode

    chain = FakeChain()
    chain.load(logs(Shape()))
    return FakeNode(chain)


def main() -> None:
    open_database(DATABASE)
    from django.conf import settings

    from apps.chain.client import ChainClient
    from indexer import sync
    from indexer.store import Books
    from tests.fakes.chain import ADDRESSES
    from tests.fakes.nodes import served_elsewhere

    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    with served_elsewhere(node) as url:
        done = sync.Progress()

        def read() -> None:
            nonlocal done
            done = sync.follow(ChainClient([url]), books=Books())

        took = seconds(read)
    note(f"{done.logs:,} logs in {done.windows} windows, {took:.0f} s")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figure("rss_indexer_200k", peak_mb, "MB")


if __name__ == "__main__":
    main()
