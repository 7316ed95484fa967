"""Reading the chain ahead of the writer: many windows in flight, handed over in order, neighbours in one piece."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import replace

from apps.chain.client import ChainClient
from apps.chain.errors import ChainError, ProviderBusy, TooManyLogs, WindowTooWide
from indexer.models import WatchedContract
from indexer.sources.chain_logs import Batch, fetch
from indexer.windows import ENOUGH_LOGS, LARGEST_BLOCKS, Window, WindowSize

# Questions open at once. At 50 ms an answer that is 320 a second, which paid plans allow and our own node does not
# notice; a provider that finds it too much says so, and from then on is asked half as many, down to one.
IN_FLIGHT = 16
AHEAD = 2 * IN_FLIGHT  # windows asked for or waiting: the threads have work while one is written
WAITING_LOGS = 3 * ENOUGH_LOGS  # logs that may wait, about 1 kB each and ten times that while they are parsed


def batches(chain: ChainClient, first: int, head: int, *, final: int | None = None) -> Iterator[Batch]:
    """Blocks `first` to `head` in order, in pieces to commit. A piece is one window, or neighbours with few logs.

    No piece crosses `final`, the newest finalized block: it is stored, and so a reorg above it has where to go back to.
    Raises ChainError where a provider's refusal cannot be met by asking for less.
    """
    threads = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="reader")
    reader = _Reader(chain, threads, dict(WatchedContract.objects.values_list("address", "name")))
    middle = first - 1 if final is None else min(max(final, first - 1), head)
    try:
        yield from reader.read(first, middle)
        yield from reader.read(middle + 1, head)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


class _Reader:
    """What was learned while reading: the size of windows, how many at once, and the contracts announced."""

    def __init__(self, chain: ChainClient, threads: ThreadPoolExecutor, contracts: dict[str, str]) -> None:
        self._chain = chain
        self._threads = threads
        self._contracts = contracts
        self._size = WindowSize()
        self._room = AHEAD
        self._logs_each = ENOUGH_LOGS  # of the newest window; the first may be full ones
        self._waiting: deque[tuple[Window, Future[Batch]]] = deque()

    def read(self, first: int, last: int) -> Iterator[Batch]:
        """The blocks in order. What is fetched already is joined; nobody waits for more to join."""
        held: Batch | None = None
        while first <= last or self._waiting:
            first = self._ask(first, last)
            if held is not None and not _is_there(self._waiting[0][1]):
                yield held
                held = None
                continue
            window, answer = self._waiting.popleft()
            try:
                batch = answer.result()
            except (TooManyLogs, WindowTooWide, ProviderBusy) as refusal:
                self._ask_for_less(window, refusal)
                first = self._start_over(window.first, is_busy=isinstance(refusal, ProviderBusy))
                continue
            if self._learn(window, batch):
                self._complete_those_ahead()
            if held is not None and not _may_join(held, batch):
                yield held
                held = None
            held = batch if held is None else _joined(held, batch)
        if held is not None:
            yield held

    def _ask(self, first: int, last: int) -> int:
        """Ask for windows from `first` on as far as there is room; gives the first block not asked for."""
        room = max(1, min(self._room, WAITING_LOGS // max(1, self._logs_each)))
        while len(self._waiting) < room and (window := self._size.next_window(first, last)):
            self._waiting.append((window, self._submit(fetch, self._chain, window, self._contracts)))
            first = window.last + 1
        return first

    def _complete_those_ahead(self) -> None:
        """The windows asked for already are asked for what they lack: the logs of the contracts just announced."""
        self._waiting = deque(
            (window, self._submit(_completed, self._chain, asked, self._contracts)) for window, asked in self._waiting
        )

    def _submit(self, work: Callable[..., Batch], *arguments: object) -> Future[Batch]:
        """With the log's context of the task, which a thread does not inherit."""
        return self._threads.submit(copy_context().run, work, *arguments)

    def _start_over(self, first: int, *, is_busy: bool) -> int:
        """Drop what was asked for after a window that was refused; gives the block to go on from.

        A busy provider still works on what cannot be taken back, so that is waited for: else less would be as much.
        """
        under_way = [asked for _, asked in self._waiting if not asked.cancel()]
        if is_busy:
            wait(under_way)
        self._waiting.clear()
        return first

    def _learn(self, window: Window, batch: Batch) -> bool:
        """Note size and contracts; True if windows fetched ahead lack the logs of a contract announced in this one."""
        self._size = self._size.answered(window, len(batch.logs))
        self._logs_each = len(batch.logs)
        is_new = len(batch.contracts) > len(self._contracts)
        self._contracts = batch.contracts
        return is_new

    def _ask_for_less(self, window: Window, refusal: ChainError) -> None:
        """Narrower windows, or fewer at once. Raises the refusal where there is nothing left to give up."""
        if isinstance(refusal, ProviderBusy):
            if self._room == 1:
                raise refusal
            self._room = min(self._room, IN_FLIGHT) // 2
        elif window.first == window.last:
            raise refusal
        else:
            limit_blocks = refusal.limit_blocks if isinstance(refusal, WindowTooWide) else None
            self._size = self._size.within(window).after(limit_blocks)


def _completed(chain: ChainClient, asked: Future[Batch], contracts: dict[str, str]) -> Batch:
    """The window with the logs of these contracts too. Tasks begin in order, so what is waited for here has begun."""
    batch = asked.result()
    return fetch(chain, batch.window, contracts, batch)


def _is_there(answer: Future[Batch]) -> bool:
    return answer.done() and answer.exception() is None


def _may_join(one: Batch, other: Batch) -> bool:
    """Whether two neighbours are of one chain and small enough for one commit."""
    return (
        other.parent_hash == one.headers[-1].hash
        and len(one.logs) + len(other.logs) <= ENOUGH_LOGS
        and one.window.blocks + other.window.blocks <= LARGEST_BLOCKS
    )


def _joined(one: Batch, other: Batch) -> Batch:
    """Two neighbours as one window; the end of the first is not kept unless it has logs."""
    end = one.headers[-1]
    kept = one.headers if one.logs and one.logs[-1].block_number == end.number else one.headers[:-1]
    return replace(
        other,
        window=Window(one.window.first, other.window.last),
        parent_hash=one.parent_hash,
        headers=(*kept, *other.headers),
        logs=(*one.logs, *other.logs),
        announced={**other.announced, **one.announced},
    )
