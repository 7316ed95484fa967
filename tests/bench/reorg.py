"""A reorg as deep as finality allows, after 200,000 logs: from the look at the head to the rows of the new branch."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from tests.bench.bench import RUNS, figure, note, open_database, seconds
from tests.bench.memory import DATABASE, node

if TYPE_CHECKING:
    from tests.fakes.chain import FakeChain

DEPTH = 64


def main() -> None:
    """Measures whole calls of `follow`: it notices, goes back, and reads and commits the 64 blocks anew.

    The node answers in this process, so its time counts too. The new branch holds the logs of the old one.
    """
    open_database(DATABASE, fresh=False)
    from django.conf import settings

    from apps.chain.client import ChainClient
    from indexer import sync
    from indexer.models import IndexState
    from indexer.store import Books
    from tests.fakes.chain import ADDRESSES
    from tests.fakes.nodes import transport

    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    shown = node()
    client, books = ChainClient(["http://node"], transport=transport(shown)), Books()
    sync.follow(client, books=books)
    before = IndexState.objects.get()
    times = []
    for _ in range(1 + RUNS):
        replaced = branch_off(shown.chain, DEPTH)
        times.append(seconds(lambda: sync.follow(client, books=books)))
    after = IndexState.objects.get()
    if (after.reorgs, after.projected_to) != (before.reorgs + 1 + RUNS, before.projected_to):
        raise SystemExit(f"{after.reorgs - before.reorgs} reorgs were healed, to block {after.projected_to}")
    note(f"{replaced} logs in the replaced blocks")
    figure("reorg64_heal", statistics.median(times[1:]) * 1000, "ms")


def branch_off(chain: FakeChain, depth: int) -> int:
    """Replace the last blocks by others that hold the same logs in other transactions; gives how many logs."""
    from itertools import groupby

    from tests.fakes.chain import FakeLog

    last = [log for log in chain.raw_logs() if log.block_number > chain.head - depth]
    end = chain.head
    chain.rollback(depth)
    for number, in_block in groupby(last, key=lambda log: log.block_number):
        chain.skip(number - 1 - chain.head)
        transactions = [list(logs) for _, logs in groupby(in_block, key=lambda log: log.tx_index)]
        chain.mine(
            *(
                [FakeLog(log.address, tuple("0x" + t.hex() for t in log.topics), "0x" + log.data.hex()) for log in logs]
                for logs in transactions
            )
        )
    chain.skip(end - chain.head)
    return len(last)


if __name__ == "__main__":
    main()
