"""A browser, and a whole installation of the program for it to look at."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from config.env import NAMES, ROOT, env, inherited
from config.local import browser, runtime

# Playwright's synchronous interface keeps an event loop in this thread, which Django takes for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

FIRST_START_LIMIT_S = 240  # deploys the contracts and lives through the first rounds


@dataclass(frozen=True, slots=True)
class Site:
    """A running installation."""

    url: str  # without a slash at its end
    rpc_url: str
    data: Path


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Headless, without the sandbox that root cannot have, and without calls to its maker."""
    quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": browser.find_or_install(), "args": [*quiet, *sandbox]}


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The program as `make run` starts it, on its own port and data; its history is kept for the next test run."""
    data = env.data / "test" / "site"
    _share_parts(data)
    with running(data) as found:
        yield found


@contextmanager
def running(data: Path) -> Iterator[Site]:
    """A run on this data folder, ended as Ctrl-C ends it."""
    port = free_port()
    environ = {name: value for name, value in inherited().items() if name not in NAMES}
    log = data / "output.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.local.up"],
            cwd=ROOT,
            env={**environ, "PORT": str(port), "MILLRACE_DATA": str(data)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_announced(process, log)
        assert answers(port)
        yield Site(f"http://localhost:{port}", runtime.load(data).rpc_url or "", data)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _share_parts(data: Path) -> None:
    """Uses what is already downloaded."""
    data.mkdir(parents=True, exist_ok=True)
    (env.data / "npm").mkdir(exist_ok=True)
    if not (data / "npm").exists():
        (data / "npm").symlink_to(env.data / "npm")


def _wait_until_announced(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + FIRST_START_LIMIT_S
    while b"Millrace is at" not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"the site did not start; its output ends with:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.2)


def answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
    return connection.getresponse().status == 200


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
