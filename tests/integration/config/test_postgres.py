"""The program's own PostgreSQL: comes up, keeps its data, and gets over a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from config.env import ROOT
from config.local import postgres
from config.local.lock import lives

pytestmark = pytest.mark.integration


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process that runs the server, and the server's address; ended as a run ends it."""
    postgres.url_file(folder).unlink(missing_ok=True)
    process = subprocess.Popen([sys.executable, "-m", "config.local.postgres", str(folder)], cwd=ROOT)
    try:
        deadline = time.monotonic() + 60
        while not postgres.url_file(folder).is_file():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield process, postgres.url_file(folder).read_text(encoding="utf-8")
    finally:
        process.terminate()
        process.wait(timeout=30)


def server_pid(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])


def test_serve__when_ended_and_started_again__then_the_rows_are_still_there(data_folder: Path) -> None:
    folder = data_folder / "postgres"
    with served(folder) as (process, url):
        named = postgres.ensure_database(url, "millrace_31337_00ff00ff")
        with psycopg.connect(named, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        pid = server_pid(folder)
    assert process.returncode == 0
    assert not lives(pid)
    assert not postgres.url_file(folder).exists()
    with served(folder) as (_, url):
        named = postgres.ensure_database(url, "millrace_31337_00ff00ff")
        with psycopg.connect(named) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
            assert connection.execute("SELECT current_database()").fetchone() == ("millrace_31337_00ff00ff",)


def test_serve__when_everything_was_killed__then_it_recovers_and_stops_again(data_folder: Path) -> None:
    folder = data_folder / "postgres"
    with served(folder) as (process, url):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        process.kill()
        postmaster = psutil.Process(server_pid(folder))
        for server in [postmaster, *postmaster.children()]:
            with suppress(psutil.NoSuchProcess):
                server.kill()
        process.wait(timeout=5)
    lines = (folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    (folder / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n", encoding="utf-8")
    with served(folder) as (again, url):
        pid = server_pid(folder)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    assert again.returncode == 0
    assert not lives(pid)


def test_serve__when_it_was_killed_while_it_was_made__then_it_is_made_again(data_folder: Path) -> None:
    folder = data_folder / "postgres"
    folder.mkdir()
    (folder / "PG_VERSION").write_text("18\n", encoding="utf-8")
    with served(folder) as (_, url), psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_serve__when_the_server_dies__then_the_process_ends_with_an_error(data_folder: Path) -> None:
    folder = data_folder / "postgres"
    with served(folder) as (process, _):
        os.kill(server_pid(folder), signal.SIGINT)
        assert process.wait(timeout=30) == 1


def test_stop_leftover__when_the_server_outlived_its_run__then_it_is_ended(data_folder: Path) -> None:
    folder = data_folder / "postgres"
    with served(folder) as (process, _):
        pid = server_pid(folder)
        process.kill()
        process.wait(timeout=5)
    assert lives(pid)
    postgres.stop_leftover(folder)
    assert not lives(pid)
    postgres.stop_leftover(folder)
