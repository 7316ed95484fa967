"""One `make run` for each data folder."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from config.env import SettingError

LEFTOVERS_GRACE_S = 16.0  # what a killed run left gets SIGTERM and this long to end, then SIGKILL
LEFTOVERS_LIMIT_S = 25.0
TICK_S = 0.2


@contextmanager
def data_folder_lock(data: Path, *, wait_s: float = LEFTOVERS_LIMIT_S) -> Iterator[int]:
    """Holds the data folder; yields the descriptor that child processes inherit, so that it stays held while one lives.

    Raises SettingError when another run holds it. What a killed run left behind is ended first.
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
    began, told = time.monotonic(), False
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = time.monotonic() - began
            if _holder_lives(data) or waited > wait_s:
                raise SettingError(
                    f"{data} is in use by another `make run`; stop that one, or set MILLRACE_DATA to another folder."
                ) from None
            if not told or waited > LEFTOVERS_GRACE_S:
                _signal_leftovers(data, signal.SIGTERM if waited < LEFTOVERS_GRACE_S else signal.SIGKILL)
                told = True
            time.sleep(TICK_S)


def _holder_lives(data: Path) -> bool:
    text = (data / "run.lock").read_text(encoding="utf-8").strip()
    return text.isdigit() and lives(int(text))


def _signal_leftovers(data: Path, number: signal.Signals) -> None:
    """Signals every process that inherited the lock from a run that is no more."""
    path = str(data / "run.lock")
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and any(file.path == path for file in process.open_files()):
                process.send_signal(number)
        except psutil.Error:
            continue


def lives(pid: int) -> bool:
    """Whether a process of this id runs; one that ended and whose parent has not looked yet does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
