"""Celery workers as production starts them: processes of their own, with production's settings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import psutil

from config.env import NAMES, ROOT, inherited
from tests import composed

PATIENCE_S = 90  # a machine that does much else is slow, and that is no fault of a worker


def until(true: Callable[[], bool], what: str, *, within_s: float = PATIENCE_S) -> None:
    """Returns once it holds. Raises TimeoutError, naming what was waited for."""
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {within_s:g} s")
        time.sleep(0.05)


def environment(settings: str, **values: str) -> dict[str, str]:
    """This process's environment without its Millrace settings, and with these."""
    kept = {name: value for name, value in inherited().items() if name not in NAMES}
    fixed = {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": settings, "CELERY_SKIP_CHECKS": "1"}
    programs = f"{Path(sys.executable).parent}:{kept.get('PATH', '')}"
    return {**kept, **fixed, "PATH": programs, **values}


class Worker:
    """A worker as compose.yaml has it, and its pool, in a process group of their own; its log is kept in a file."""

    def __init__(self, name: str, environ: Mapping[str, str], folder: Path) -> None:
        self.log = folder / f"{name}-{time.monotonic_ns()}.log"
        command = composed.command(composed.services()["indexer"], {})
        command[command.index("--hostname") + 1] = f"{name}@test"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"a worker ended at its start:\n{self.log.read_text()}")
        return b'"worker_ready"' in self.log.read_bytes()

    def events(self) -> Iterator[dict[str, Any]]:
        """The lines of its log. Raises JSONDecodeError for one that is no JSON."""
        for line in self.log.read_bytes().splitlines():
            if line.startswith(b"{"):
                yield orjson.loads(line)

    def kill_pool(self) -> None:
        """Kills the processes that run tasks, and leaves the one that reads the queue."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            child.kill()

    def kill(self) -> None:
        """Ends all of it without a warning."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


class Crew:
    """The workers of a test run; those that a test ended are replaced by the next that wants some."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self._environ, self._folder = environ, folder
        self.workers: list[Worker] = []

    def of(self, number: int) -> list[Worker]:
        """So many running workers on the queue `indexer`."""
        self.workers = [worker for worker in self.workers if worker.process.poll() is None]
        while len(self.workers) < number:
            self.workers.append(Worker(f"w{len(self.workers)}", self._environ, self._folder))
        until(lambda: all(worker.is_ready for worker in self.workers), "workers are ready")
        return self.workers[:number]

    def busy(self) -> Worker:
        """The worker that stored the newest window."""

        def newest(worker: Worker) -> str:
            return max((event["timestamp"] for event in worker.events() if event["event"] == "window"), default="")

        return max(self.workers, key=newest)

    def dismiss(self) -> None:
        for worker in self.workers:
            print(f"{worker.log.name}:\n{worker.log.read_text()[-4000:]}")  # shown beside a failure
            if worker.process.poll() is None:
                worker.kill()
