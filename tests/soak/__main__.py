"""`make soak`: plays seeds on a database of its own and prints those that fail.

python -m tests.soak [COUNT | FIRST:LAST]      1000 seeds unless told otherwise; SEEDS in the environment does the same
"""

from __future__ import annotations

import os
import sys
import time

from tests.bench.bench import open_database

DATABASE = "millrace_soak"
DEFAULT = "1000"


def main(arguments: list[str]) -> int:
    """Returns 1 if a seed failed."""
    seeds = chosen(arguments[0] if arguments else os.environ.get("SEEDS") or DEFAULT)
    open_database(DATABASE)
    from tests.soak.run import Wrong, play, surroundings

    failed: list[int] = []
    began = time.monotonic()
    with surroundings() as side:
        for seed in seeds:
            try:
                play(seed, side)
            except Wrong as wrong:
                failed.append(seed)
                print(f"{wrong}\nrepeat it: make soak SEEDS={seed}:{seed}\n", flush=True)
    took_s = time.monotonic() - began
    print(f"{len(seeds)} seeds in {took_s:.0f} s, {len(failed)} failed: {failed or 'none'}")
    return 1 if failed else 0


def chosen(text: str) -> range:
    """Seeds of a count, or of `first:last` with both included."""
    first, colon, last = text.partition(":")
    return range(int(first), int(last) + 1) if colon else range(1, int(first) + 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
