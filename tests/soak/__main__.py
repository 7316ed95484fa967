"""`make soak`: plays seeds on databases of its own and prints those that fail.

python -m tests.soak [COUNT | FIRST:LAST]      1000 seeds unless told otherwise; SEEDS in the environment does the same
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from config.env import ROOT
from tests.bench.bench import open_database

DEFAULT = "1000"
WITH_PROCESSES = 10  # one seed in so many also kills real processes
PART = "--part"  # of this process, as number/count


def main(arguments: list[str]) -> int:
    """Shares the seeds among as many processes as there are cores. Returns 1 if a seed failed."""
    if arguments[:1] == [PART]:
        number, count = map(int, arguments[1].split("/"))
        return part(chosen(arguments[2])[number::count], database=f"millrace_soak_{number}")
    text = arguments[0] if arguments else os.environ.get("SEEDS") or DEFAULT
    seeds, began = chosen(text), time.monotonic()
    count = min(os.cpu_count() or 1, len(seeds))
    own = [sys.executable, "-m", "tests.soak", PART]
    processes = [subprocess.Popen([*own, f"{number}/{count}", text], cwd=ROOT) for number in range(count)]
    failed = [process.wait() for process in processes]
    print(f"{len(seeds)} seeds in {time.monotonic() - began:.0f} s: {'some failed' if any(failed) else 'all equal'}")
    return 1 if any(failed) else 0


def part(seeds: range, *, database: str) -> int:
    """Plays these seeds one after the other; returns 1 if one failed."""
    open_database(database)
    from tests.soak.killed import play_killed
    from tests.soak.run import Wrong, play, surroundings

    failed = 0
    with surroundings() as side:
        for seed in seeds:
            try:
                play(seed, side)
                if seed % WITH_PROCESSES == 0:
                    play_killed(seed)
            except Wrong as wrong:
                failed += 1
                print(f"{wrong}\nrepeat it: make soak SEEDS={seed}:{seed}\n", flush=True)
    return 1 if failed else 0


def chosen(text: str) -> range:
    """Seeds of a count, or of `first:last` with both included."""
    first, colon, last = text.partition(":")
    return range(int(first), int(last) + 1) if colon else range(1, int(first) + 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
