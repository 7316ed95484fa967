"""Reading the chain ahead of the writer: windows fetched by a few threads, handed over in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from apps.chain.client import ChainClient
from apps.chain.errors import TooManyLogs, WindowTooWide
from indexer.models import WatchedContract
from indexer.sources.chain_logs import Batch, fetch
from indexer.windows import FIRST_BLOCKS, Window, WindowSize

ENOUGH_LOGS = 8_000  # a fuller window is only more memory
READ_AHEAD = 2  # windows fetched while one is written


def batches(chain: ChainClient, first: int, head: int) -> Iterator[Batch]:
    """The windows from `first` to `head` in order; a long stretch is fetched ahead while it is written."""
    contracts = dict(WatchedContract.objects.values_list("address", "name"))
    if first > head:
        return
    if head - first < FIRST_BLOCKS:
        yield from _fetch_all(chain, Window(first, head), contracts)
        return
    with ThreadPoolExecutor(READ_AHEAD) as readers:
        yield from _read_ahead(chain, readers, first, head, contracts)


def _read_ahead(
    chain: ChainClient, readers: ThreadPoolExecutor, first: int, head: int, contracts: dict[str, str]
) -> Iterator[Batch]:
    size = WindowSize()
    waiting: deque[tuple[Window, Future[Batch]]] = deque()
    while first <= head or waiting:
        while len(waiting) < READ_AHEAD and (window := size.next_window(first, head)):
            waiting.append((window, readers.submit(fetch, chain, window, contracts)))
            first = window.last + 1
        window, future = waiting.popleft()
        try:
            batch = future.result()
        except (TooManyLogs, WindowTooWide) as refusal:
            size = size.after(refusal.limit_blocks if isinstance(refusal, WindowTooWide) else None)
            first = window.first
            waiting.clear()
            continue
        size = size.grown() if len(batch.logs) < ENOUGH_LOGS else size
        if len(batch.contracts) > len(contracts):  # windows fetched ahead do not know the new contract yet
            contracts, first = batch.contracts, window.last + 1
            waiting.clear()
        yield batch


def _fetch_all(chain: ChainClient, window: Window, contracts: dict[str, str]) -> Iterator[Batch]:
    """A short stretch in one window, or in halves where the provider finds it too much."""
    try:
        yield fetch(chain, window, contracts)
    except (TooManyLogs, WindowTooWide):
        if window.first == window.last:
            raise
        middle = (window.first + window.last) // 2
        for half in (Window(window.first, middle), Window(middle + 1, window.last)):
            for batch in _fetch_all(chain, half, contracts):
                contracts = batch.contracts
                yield batch
