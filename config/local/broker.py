"""The queue of files that serves as Celery's broker where no other is named."""

from __future__ import annotations

import shutil
from pathlib import Path

FOLDERS = ("queue", "control", "done")


def empty(data: Path) -> None:
    """An empty queue. What was in it is not missed: work to do is a row, and beat asks again within seconds."""
    shutil.rmtree(data / "broker", ignore_errors=True)
    for name in FOLDERS:
        (data / "broker" / name).mkdir(parents=True)
