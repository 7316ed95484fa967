"""`manage.py devnet` as the supervisor runs it: three processes, ended by signals."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from apps.devnet import deployment as deployments
from apps.devnet.wire import block_number
from config.env import NAMES, ROOT, env
from tests.integration.conftest import client_of

pytestmark = pytest.mark.integration


@pytest.fixture
def data(tmp_path: Path, binary: Path, contracts: object) -> Path:
    """A data folder with the npm parts in it, and a port for its node."""
    (tmp_path / "npm").symlink_to(env.data / "npm")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    (tmp_path / "run.json").write_bytes(orjson.dumps({"rpc_url": url}))
    return tmp_path


def url_of(data: Path) -> str:
    return str(orjson.loads((data / "run.json").read_bytes())["rpc_url"])


def start(data: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    return subprocess.Popen(
        [sys.executable, "manage.py", "devnet", *arguments],
        cwd=ROOT,
        env={**environment, "MILLRACE_DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings.dev"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def running(data: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = start(data, *arguments)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_devnet__anvil_build_play__then_ctrl_c__leaves_a_chain_that_rests(data: Path) -> None:
    with running(data, "anvil") as node:
        build = start(data, "build", "--rounds", "2")
        told, _ = build.communicate(timeout=120)
        assert build.returncode == 0, told
        assert "Simulated network: round 3 of 3" in told
        assert "0 refused" in told
        client = client_of(url_of(data))
        built = deployments.load(data / "devnet")
        assert built is not None
        assert built.built == block_number(client) == 119
        with running(data, "play") as player:
            _wait_for_block(data, 122)
            player.send_signal(signal.SIGINT)
            assert player.wait(timeout=20) == 0
        resting = block_number(client)
        time.sleep(1.2)
        assert block_number(client) == resting
        node.send_signal(signal.SIGTERM)
        node.wait(timeout=20)
    with running(data, "anvil"):
        _wait_for_block(data, resting)
        assert block_number(client) == resting


def test_devnet__play_without_a_network__says_what_to_do(data: Path) -> None:
    with running(data, "anvil"):
        player = start(data, "play")
        told, _ = player.communicate(timeout=60)
    assert player.returncode == 1
    assert "There is no network on this chain yet; run `manage.py devnet build` first." in told


def _wait_for_block(data: Path, wanted: int) -> None:
    client = client_of(url_of(data))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if block_number(client) >= wanted:
                return
        except Exception:
            time.sleep(0.2)
        time.sleep(0.2)
    raise AssertionError(f"block {wanted} did not come")
