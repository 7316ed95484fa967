"""A port that another program takes between the look for it and its use."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.env import env
from config.local import runtime, up
from config.local.supervisor import Died

pytestmark = pytest.mark.integration


class Group:
    """A supervisor whose chain has ended."""

    def __init__(self, *_: object, **__: object) -> None:
        self.stopped = 0

    def listen(self) -> None: ...

    def mute(self) -> None: ...

    def stop(self) -> None:
        self.stopped += 1

    def has_failed(self, name: str) -> bool:
        return name == "chain"


@pytest.fixture
def taken(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port that somebody listens on, and that the last start chose for its chain."""
    monkeypatch.setattr(up, "env", dataclasses.replace(env, data=data_folder, arbitrum_rpc_urls=()))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = int(other.getsockname()[1])
        runtime.save(data_folder, runtime.Runtime(rpc_url=f"http://127.0.0.1:{port}"))
        yield port


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[Group]:
    """Every start of `main`, each of which loses its chain."""
    found: list[Group] = []

    @contextmanager
    def lock(folder: Path) -> Iterator[int]:
        yield 0

    def start(group: Group) -> None:
        found.append(group)
        raise Died("chain ended unexpectedly (exit code 1)")

    monkeypatch.setattr(up, "Supervisor", Group)
    monkeypatch.setattr(up, "data_folder_lock", lock)
    monkeypatch.setattr(up, "_start", start)
    monkeypatch.setattr("config.local.checks.before_start", lambda env: None)
    return found


def test_start__when_another_program_took_the_chains_port__then_it_starts_again(
    taken: int, starts: list[Group], capsys: pytest.CaptureFixture[str]
) -> None:
    assert up.main() == 1
    assert [group.stopped for group in starts] == [1] * up.PORT_TRIES
    said = capsys.readouterr()
    sentence = f"Another program took port {taken} in the meantime; starting again on another.\n"
    assert said.out == sentence * (up.PORT_TRIES - 1)
    assert said.err == "millrace: chain ended unexpectedly (exit code 1); what it said is above.\n"


def test_start__when_the_chain_ended_for_another_reason__then_it_says_so_at_once(
    starts: list[Group], data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up, "env", dataclasses.replace(env, data=data_folder, arbitrum_rpc_urls=()))
    free = up._free_port(0)
    runtime.save(data_folder, runtime.Runtime(rpc_url=f"http://127.0.0.1:{free}"))
    assert up.main() == 1
    assert len(starts) == 1
