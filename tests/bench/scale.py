"""Replay of ten thousand, a hundred thousand and a million logs, each in a process of its own: does it stay linear?

python -m tests.bench.scale ROUNDS NAME   measures one size; without arguments, all of them
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

from config.env import ROOT
from tests.bench.bench import figure, median_seconds, note, open_database, seconds
from tests.bench.memory import chain, read_all

if TYPE_CHECKING:
    from tests.fakes.nodes import FakeNode

SIZES = {"10k": 50, "100k": 497, "1m": 4_970}  # rounds of about 201 logs
ONCE = "1m"  # the others are medians


def node(rounds: int) -> FakeNode:
    """A node that shows a chain of that many rounds."""
    from tests.fakes.nodes import FakeNode

    return FakeNode(chain(rounds))


def measure(rounds: int, name: str) -> None:
    """Read a history of that size and replay it; gives the peak of memory while it was read, for the largest."""
    open_database("bench_scale")
    peak_mb = read_all(partial(node, rounds))
    if name == ONCE:
        figure(f"rss_indexer_{name}", peak_mb, "MB")

    from indexer.models import ChainLog
    from indexer.projections.replay import replay

    logs = ChainLog.objects.count()
    took = seconds(replay) if name == ONCE else median_seconds(replay)
    note(f"{logs:,} logs replayed in {took:.1f} s")
    figure(f"replay_{name}", logs / took, "logs/s")


def main() -> None:
    if len(sys.argv) > 1:
        measure(int(sys.argv[1]), sys.argv[2])
        return
    for name, rounds in SIZES.items():
        subprocess.run([sys.executable, "-m", "tests.bench.scale", str(rounds), name], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
