"""Whether this worker has been asked to end; a long run looks between two windows and leaves in good order."""

from __future__ import annotations

import mmap
from typing import Any

from celery import signals

_flag = mmap.mmap(-1, 1)  # one byte shared with every process forked from here on: a pool's children see it too


def asked() -> bool:
    """True from the moment SIGTERM reached the worker."""
    return _flag[0] != 0


@signals.worker_shutting_down.connect
def ask(**_: Any) -> None:
    """Ask every run of this worker to end."""
    _flag[0] = 1


def withdraw() -> None:
    """Take it back, as a process does that goes on after all."""
    _flag[0] = 0
