"""anvil as the network's node: how it is started and where it keeps its chain."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from apps.devnet import deployment
from apps.devnet.safekeeping import STATE_NAME, restore

CHAIN_ID = 31337  # so that nothing signed here means anything on Arbitrum One (42161)
HOST = "127.0.0.1"
BLOCK_GAS = 1_000_000_000  # a whole round's calls fit in one block
HARDFORK = "cancun"  # later ones store a hash a block in a contract, and anvil hashes all storage in every block
# Blocks whose state can be asked for. Each is a copy of all accounts: 1 MB at first, 14 MB after a hundred rounds.
KEPT_STATES = 24  # a node that runs for hours: time enough to read a block that has just been indexed
KEPT_FOR_TESTS = 128  # a node of some minutes, whose blocks are also taken back
SAVE_EVERY_S = 5
START_LIMIT_S = 20.0


class NodeFailed(Exception):
    """anvil did not come up; the message says what to look at."""


@dataclass(frozen=True, slots=True)
class Anvil:
    """A running node."""

    url: str
    pid: int
    data_dir: Path


def command(
    binary: Path, data_dir: Path, *, port: int, genesis_time: int | None = None, kept_states: int = KEPT_STATES
) -> list[str]:
    """The command line. Blocks come only when asked for, from one block to the next in order of arrival.

    `genesis_time` (Unix seconds) counts for a new chain only; a saved one keeps its own.
    """
    arguments = {
        "--host": HOST,
        "--port": port,
        "--chain-id": CHAIN_ID,
        "--state": data_dir / STATE_NAME,
        "--state-interval": SAVE_EVERY_S,
        "--cache-path": data_dir / "cache",
        "--prune-history": kept_states,
        "--gas-limit": BLOCK_GAS,
        "--order": "fifo",
        "--accounts": 10,
        "--hardfork": HARDFORK,
    }
    if genesis_time is not None and not (data_dir / STATE_NAME).exists():
        arguments["--timestamp"] = genesis_time
    flags = ["--no-request-size-limit", "--no-mining", "--auto-impersonate", "--quiet"]
    return [str(binary), *flags, *(str(part) for pair in arguments.items() for part in pair)]


def environment(data_dir: Path) -> dict[str, str]:
    """The process environment, with home and temporary files inside the data folder."""
    return {**os.environ, "HOME": str(data_dir), "TMPDIR": str(data_dir / "cache")}


def prepare(data_dir: Path) -> None:
    """Makes the folders and sees to it that the saved chain, if there is one, is sound."""
    (data_dir / "cache").mkdir(parents=True, exist_ok=True)
    saved = deployment.load(data_dir)
    restore(data_dir, finished=saved is not None and saved.built is not None)


@contextmanager
def start_anvil(binary: Path, data_dir: Path, port: int = 0, *, genesis_time: int | None = None) -> Iterator[Anvil]:
    """A node of our own on a free port or the one given, stopped on leaving. Raises NodeFailed if it does not start."""
    prepare(data_dir)
    chosen = port or _free_port()
    process = subprocess.Popen(
        command(binary, data_dir, port=chosen, genesis_time=genesis_time, kept_states=KEPT_FOR_TESTS),
        env=environment(data_dir),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    url = f"http://{HOST}:{chosen}"
    try:
        _wait_until_it_answers(url, process)
        yield Anvil(url, process.pid, data_dir)
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NodeFailed(f"anvil ended at once with exit code {process.returncode}; is its port taken?")
        if answers(url):
            return
        time.sleep(0.05)
    raise NodeFailed(f"anvil did not answer at {url} within {START_LIMIT_S:.0f} s.")


def answers(url: str) -> bool:
    """Whether a node serves at this address."""
    question = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
    try:
        return httpx.post(url, json=question, timeout=2).is_success
    except httpx.HTTPError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
