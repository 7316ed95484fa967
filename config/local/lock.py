"""One `make run` for each data folder."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from config.env import SettingError

ORPHANS_LIMIT_S = 25.0  # a killed run's processes get SIGTERM at once and may take 15 s to end


@contextmanager
def data_folder_lock(data: Path, *, wait_s: float = ORPHANS_LIMIT_S) -> Iterator[int]:
    """Holds the data folder; yields the descriptor that child processes inherit, so that it stays held while one lives.

    Raises SettingError when another run holds it. After a run that was killed, waits for its processes to end.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / "run.lock").open("a+", encoding="utf-8") as file:
        _take(file.fileno(), data, wait_s)
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield file.fileno()
        finally:
            file.seek(0)
            file.truncate()


def _take(descriptor: int, data: Path, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if _holder_lives(data) or time.monotonic() > deadline:
                raise SettingError(
                    f"{data} is in use by another `make run`; stop that one, or set MILLRACE_DATA to another folder."
                ) from None
            time.sleep(0.2)


def _holder_lives(data: Path) -> bool:
    text = (data / "run.lock").read_text(encoding="utf-8").strip()
    return text.isdigit() and lives(int(text))


def lives(pid: int) -> bool:
    """Whether a process of this id runs; one that ended and whose parent has not looked yet does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
