"""Celery's queue of files, made safe for readers: kombu's own lets them see a message before it is written."""

from __future__ import annotations

import fcntl
import uuid
from pathlib import Path
from time import monotonic_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

from config.local.runtime import replace

SCHEME = "files"


class Channel(filesystem.Channel):
    """Every file appears whole. A worker that met an empty one, as happens on a busy machine, would end for good."""

    # kombu's classes disagree on this signature
    def _put(self, queue: str, payload: Any, **_options: Any) -> None:  # type: ignore[override]
        name = f"{monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"  # read in the order of their names
        replace(Path(self.data_folder_out) / name, dumps(payload).encode())

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None) -> None:
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with (self.control_folder / "lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            table = self.get_table(exchange)
            if bound not in table:
                replace(self.control_folder / f"{exchange}.exchange", dumps([bound, *table]).encode())


class Transport(filesystem.Transport):
    """A queue of files in one folder."""

    Channel = Channel


def register() -> None:
    """From here on a broker's address may begin with files://."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
