"""Work that waits, by queue, as the broker tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.web.health.queues import depths

_WORK = {
    "indexer": "the chain into rows",
    "scoring": "rows into scores",
    "sources": "sources beside the chain",
    "checks": "figures compared with the contracts",
    "default": "everything else",
}


@dataclass(frozen=True, slots=True)
class Depth:
    """A queue: what it does, and how many tasks wait in it."""

    name: str
    work: str
    waiting: int


def waiting() -> Sequence[Depth] | None:
    """Every queue; None where the broker does not answer."""
    found = depths()
    return None if found is None else [Depth(name, _WORK.get(name, ""), tasks) for name, tasks in found.items()]
