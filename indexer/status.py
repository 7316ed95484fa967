"""Whether the index is current, in one word, the same for pages, API, probes and metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from indexer.models import IndexState

Word = Literal["current", "behind", "stale", "stopped", "empty"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How the index stands. Blocks and seconds are None where they are not known.

    `current`: the chain is read. `behind`: it catches up, and its newest block is older than the patience. `stale`: the
    chain was not looked at for longer than that. `stopped`: a person has to look. `empty`: nothing is read yet.
    """

    word: Word
    sentence: str = ""
    lag_blocks: int | None = None  # blocks of the head that are not read
    lag_s: float | None = None  # seconds of chain between the newest block read and the head
    unseen_s: float | None = None  # seconds since the head was last looked at


def standing(index: IndexState | None, read_to: datetime | None, now: datetime, *, patience_s: float) -> Standing:
    """How the index stands at `now`, where `read_to` is the time of the newest block that is read. Pure."""
    if index is None or read_to is None:
        if index is not None and index.trouble:
            return Standing("stopped", index.trouble)
        return Standing("empty", "No block of the chain has been read yet.")
    lag_blocks = None if index.head_block is None else max(0, index.head_block - index.projected_to)
    lag_s = None if index.head_time is None else max(timedelta(0), index.head_time - read_to).total_seconds()
    unseen_s = None if index.looked_at is None else (now - index.looked_at).total_seconds()
    word, sentence = _word(index, lag_blocks or 0, lag_s or 0.0, unseen_s or 0.0, patience_s)
    return Standing(word, sentence, lag_blocks, lag_s, unseen_s)


def _word(index: IndexState, lag_blocks: int, lag_s: float, unseen_s: float, patience_s: float) -> tuple[Word, str]:
    if index.trouble:
        return "stopped", index.trouble
    if unseen_s > patience_s:
        return "stale", f"The chain was last looked at {unseen_s:.0f} s ago."
    if lag_blocks and lag_s > patience_s:
        return "behind", f"The index is {lag_blocks} blocks, {lag_s:.0f} s of chain, behind."
    return "current", ""
