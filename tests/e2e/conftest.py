"""A browser, and a whole installation of the program for it to look at."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from config.env import NAMES, ROOT, env, inherited
from config.local import browser, runtime
from tests.e2e.town import ground as ground
from tests.e2e.town import town as town

# Playwright's synchronous interface keeps an event loop in this thread, which Django takes for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

WORKERS_LIMIT_S = 60
FIRST_START_LIMIT_S = 240  # deploys the contracts and lives through the first rounds


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run came to its end, and where the chain stood before."""

    returncode: int
    seconds: float
    leftovers: list[str]  # command lines of processes that should be gone
    genesis: str
    head: int
    head_hash: str


@dataclass(slots=True)
class Site:
    """A running installation."""

    url: str  # without a slash at its end
    rpc_url: str
    data: Path
    process: subprocess.Popen[bytes]
    ready_s: float
    stopped: Ended | None = None  # the run before the one before
    killed: Ended | None = None  # the run before

    def block(self, number: str) -> dict[str, Any]:
        """The block at that tag or hex number, as the local chain's node tells it."""
        answer: dict[str, Any] = self.rpc("eth_getBlockByNumber", [number, False])
        return answer

    def rpc(self, method: str, params: list[Any]) -> Any:
        """What the local chain's node answers."""
        question = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return httpx.post(self.rpc_url, json=question, timeout=10).json()["result"]

    def indexed_to(self) -> int:
        """The block that pages and API stand at."""
        return int(httpx.get(f"{self.url}/api/v1/status", timeout=10).json()["data"]["index"]["projected_to"])

    def manage(self, *arguments: str) -> str:
        """What a management command of this installation prints. The test fails if the command does."""
        environ = {name: value for name, value in inherited().items() if name not in NAMES}
        settings = {"MILLRACE_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
        command = [sys.executable, "manage.py", *arguments]
        ended = subprocess.run(
            command, cwd=ROOT, env={**environ, **settings}, capture_output=True, text=True, timeout=120, check=False
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def end(self) -> Ended:
        """As Ctrl-C ends it."""
        return self._end(lambda: self.process.send_signal(signal.SIGINT))

    def kill(self) -> Ended:
        """As a machine that goes down ends it: every process at once."""

        def kill_all() -> None:
            for process in processes_of(self.data):
                with suppress(psutil.Error):
                    process.kill()

        return self._end(kill_all)

    def _end(self, do: Callable[[], None]) -> Ended:
        genesis, head = self.block("0x0")["hash"], self.block("latest")
        began = time.monotonic()
        do()
        returncode = self.process.wait(timeout=60)
        seconds = time.monotonic() - began
        leftovers = [
            name for process in psutil.wait_procs(processes_of(self.data), timeout=2)[1] if (name := _name(process))
        ]
        return Ended(returncode, seconds, leftovers, genesis, int(head["number"], 16), head["hash"])


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Headless, without the sandbox that root cannot have, and without calls to its maker."""
    quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": browser.find_or_install(), "args": [*quiet, *sandbox]}


@pytest.fixture
def shots(pytestconfig: pytest.Config) -> Path | None:
    """Where pictures of pages go with `--screenshot on`."""
    if pytestconfig.getoption("--screenshot") != "on":
        return None
    folder = env.data / "test" / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The program as `make run` starts it, on its own port and data, after one orderly end and one kill.

    Its history is kept for the next test run.
    """
    data = env.data / "test" / "site"
    share_parts(data)
    with running(data) as first:
        stopped = first.end()
    with running(data) as second:
        killed = second.kill()
    with running(data) as found:
        found.stopped, found.killed = stopped, killed
        _wait_until_it_moves(found)
        yield found


@contextmanager
def running(data: Path) -> Iterator[Site]:
    """A run on this data folder, ended as Ctrl-C ends it unless it has ended."""
    port, began, log = free_port(), time.monotonic(), data / "output.txt"
    environ = {name: value for name, value in inherited().items() if name not in NAMES}
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
        rpc_url = runtime.load(data).rpc_url or ""
        yield Site(f"http://localhost:{port}", rpc_url, data, process, time.monotonic() - began)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def processes_of(data: Path) -> list[psutil.Process]:
    """Every live process of a run on this data folder, told by its environment or, for PostgreSQL, its arguments."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = process.environ().get("MILLRACE_DATA") == str(data) or str(data / "postgres") in process.cmdline()
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def _name(process: psutil.Process) -> str | None:
    """The command line of a process that is still there."""
    try:
        return None if process.status() == psutil.STATUS_ZOMBIE else " ".join(process.cmdline())
    except psutil.Error:
        return None


def share_parts(data: Path) -> None:
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


def _wait_until_it_moves(site: Site) -> None:
    """The workers start once the site is there; with them come new blocks."""
    deadline, first = time.monotonic() + WORKERS_LIMIT_S, site.indexed_to()
    while site.indexed_to() == first:
        if time.monotonic() > deadline:
            pytest.fail(f"no new block was indexed within {WORKERS_LIMIT_S} s")
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
