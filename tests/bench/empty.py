"""Blocks without logs, at a node that takes its time and allows few blocks a question: what most of a real chain is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.bench import figure, median_seconds, note, open_database
from tests.bench.local_chain import empty

if TYPE_CHECKING:
    from tests.fakes.nodes import FakeNode

BLOCKS = 5_000_000
LATENCY_S = 0.05
MAX_RANGE = 10_000
RUNS = 3


def node() -> FakeNode:
    """A node of five million blocks, none of them with a log of ours."""
    from tests.fakes.chain import FakeChain
    from tests.fakes.nodes import FakeNode, Faults

    chain = FakeChain()
    chain.skip(BLOCKS)
    return FakeNode(chain, Faults(latency_s=LATENCY_S, max_range=MAX_RANGE))


def main() -> None:
    open_database("bench_empty")
    from django.conf import settings

    from apps.chain.client import ChainClient
    from indexer import sync
    from indexer.models import CoveredRange
    from indexer.store import Books
    from tests.fakes.chain import ADDRESSES
    from tests.fakes.nodes import served_elsewhere

    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    with served_elsewhere(node) as url:
        done = sync.Progress()

        def read() -> None:
            nonlocal done
            empty()
            done = sync.follow(ChainClient([url]), books=Books())  # a client that has yet to learn the limit

        emptying = median_seconds(empty, runs=RUNS)
        took = median_seconds(read, runs=RUNS) - emptying
    covered = CoveredRange.objects.get().blocks
    if (covered.lower, covered.upper) != (0, BLOCKS + 1):
        raise SystemExit(f"{covered} was read, not {BLOCKS:,} blocks")
    note(f"{done.windows} commits in {took:.1f} s")
    figure("empty_blocks", BLOCKS / took, "blocks/s")


if __name__ == "__main__":
    main()
