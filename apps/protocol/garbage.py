"""When Python looks for garbage: seldom, while much is made that holds no cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def few_collections() -> Iterator[None]:
    """Let Python look for cycles among objects a hundred times less often than usual.

    Logs, events, facts and rows are tuples by the hundred thousand and hold no cycles; looking for some took a third of
    the time of a replay.
    """
    before = gc.get_threshold()
    gc.set_threshold(100 * before[0], *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
