"""`make soak`: plays seeds of storms on databases of its own, then seeds of plans on chains of its own.

python -m tests.soak [COUNT | FIRST:LAST]      1000 storms unless told otherwise; SEEDS in the environment does the same

PLANS in the environment is how many plans, 3000 unless told otherwise, or FIRST:LAST of their seeds, a hundred plans
each. Whoever names only one of both plays only that. Seeds that fail are printed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from config.env import ROOT
from tests.bench.bench import open_database

DEFAULT = "1000"
DEFAULT_PLANS = "3000"
WITH_PROCESSES = 10  # one seed in so many also kills real processes
PART, PLANS_PART = "--part", "--plans"  # of this process, as number/count


def main(arguments: list[str]) -> int:
    """Returns 1 if a seed failed."""
    if arguments[:1] in ([PART], [PLANS_PART]):
        number, count = map(int, arguments[1].split("/"))
        if arguments[0] == PLANS_PART:
            return plans_part(plan_seeds(arguments[2])[number::count], number=number)
        return part(chosen(arguments[2])[number::count], database=f"millrace_soak_{number}")
    storms, plans = arguments[0] if arguments else os.environ.get("SEEDS"), os.environ.get("PLANS")
    if not storms and not plans:
        storms, plans = DEFAULT, DEFAULT_PLANS
    failed = [
        *([shared(PART, storms, chosen(storms), "storms")] if storms else []),
        *([shared(PLANS_PART, plans, plan_seeds(plans), "seeds of a hundred plans")] if plans else []),
    ]
    return 1 if any(failed) else 0


def shared(kind: str, text: str, seeds: range, what: str) -> bool:
    """Shares the seeds among as many processes as there are cores; whether one failed."""
    began, count = time.monotonic(), min(os.cpu_count() or 1, len(seeds))
    own = [sys.executable, "-m", "tests.soak", kind]
    processes = [subprocess.Popen([*own, f"{number}/{count}", text], cwd=ROOT) for number in range(count)]
    failed = sum(process.wait() for process in processes) > 0
    took_s = time.monotonic() - began
    print(f"{len(seeds)} {what} in {took_s:.0f} s: {'some failed' if failed else 'all as they should be'}", flush=True)
    return failed


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


def plans_part(seeds: range, *, number: int) -> int:
    """Plays these seeds of plans on one chain, which goes back to its start for each; returns 1 if one failed."""
    from tests.soak.plans import Tally, Wrong, play_plans, stages

    failed, whole = 0, Tally()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, stages(Path(folder)) as anew:
        for seed, stage in zip(seeds, anew, strict=False):
            try:
                whole.add(play_plans(seed, stage))
            except Wrong as wrong:
                failed += 1
                print(f"{wrong}\nrepeat it: make soak PLANS={seed}:{seed}\n", flush=True)
    print(f"part {number}: {whole}", flush=True)
    return 1 if failed else 0


def plan_seeds(text: str) -> range:
    """Seeds of `first:last`, or as many as give that many plans, a hundred of each."""
    return chosen(text) if ":" in text else range(1, -(-int(text) // 100) + 1)


def chosen(text: str) -> range:
    """Seeds of a count, or of `first:last` with both included."""
    first, colon, last = text.partition(":")
    return range(int(first), int(last) + 1) if colon else range(1, int(first) + 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
