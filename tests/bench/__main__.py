"""Runs every measurement, each in a process of its own, one after the other."""

from __future__ import annotations

import subprocess
import sys
import time

from config.env import ROOT

PARTS = (
    "tests.bench.local_chain",
    "tests.bench.empty",
    "tests.bench.verify",
    "tests.bench.head_lag",
    "tests.bench.memory",
    "tests.bench.reorg",
    "tests.bench.long_history",
    "tests.bench.lists",
    "tests.bench.positions",
    "tests.bench.plans",
    "tests.bench.scale",
    "tests.bench.score",
    "tests.bench.backtest",
    "tests.bench.contributions",
    "tests.bench.trust",
)
LIMIT_S = 30 * 60


def main() -> int:
    """Figures on standard output, progress on standard error. Returns 1 if a part fails or time runs out."""
    started = time.monotonic()
    failed = [part for part in PARTS if not _measured(part, started)]
    print(f"done in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 1 if failed else 0


def _measured(part: str, started: float) -> bool:
    """Whether the part went well; the others are measured all the same."""
    print(f"{part} …", file=sys.stderr, flush=True)
    left = LIMIT_S - (time.monotonic() - started)
    try:
        done = subprocess.run([sys.executable, "-m", part], cwd=ROOT, stdin=subprocess.DEVNULL, timeout=max(left, 1))
    except subprocess.TimeoutExpired:
        print(f"{part} was cut off: all of it may take {LIMIT_S // 60} minutes.", file=sys.stderr)
        return False
    if done.returncode:
        print(f"{part} failed; its last lines say why.", file=sys.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
