"""Makes .venv what the locks say and runs a command in it. Standard library only: it runs before anything is there.

python3.11 config/local/bootstrap.py local -m config.local.up
python3.11 config/local/bootstrap.py dev -m pytest tests/unit
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "millrace-locks.json"
LOCKS = ROOT / "requirements"
COMPILED = ROOT / ".millrace" / "cache" / "compiled"
CONTAINS = {"local": ("local",), "dev": ("dev", "local"), "node": ("node",)}  # what installing a set makes good
BAR_CELLS = 32
MINIMUM = (3, 11)


def main(arguments: list[str]) -> int:
    """Never returns when all went well: the process becomes the command."""
    if sys.version_info < MINIMUM:
        return _refuse(
            "Python 3.11 or later is needed; install it, or name it as in `make run PYTHON=/path/to/python3.11`."
        )
    wanted, *command = arguments
    try:
        ensure(wanted)
        if shutil.which("npm") is None:
            ensure("node")
    except InstallError as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        return 130
    os.chdir(ROOT)
    return os.execve(PYTHON, [str(PYTHON), *command], compiled_once(os.environ))


def compiled_once(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment in which every process keeps what it compiled, in a folder of ours and not beside the sources.

    A machine that forbids Python to write there (containers do) would compile all of it anew at each start, which is
    more than half of the time that a start takes.
    """
    kept = {name: value for name, value in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {"PYTHONPYCACHEPREFIX": str(COMPILED), **kept}


class InstallError(Exception):
    """An installation that failed; the message is the sentence a person reads."""


def ensure(wanted: str) -> None:
    """Installs the set unless its lock is the one that was installed last."""
    digests = {name: _digest(name) for name in CONTAINS[wanted]}
    stamps = _stamps()
    if PYTHON.exists() and stamps.get(wanted) == digests[wanted] and _runs():
        return
    if not (PYTHON.exists() and _runs()):
        _make_venv()
        stamps = {}
    _install(LOCKS / f"{wanted}.txt")
    kept = stamps if wanted == "node" else {"node": stamps.get("node")}
    STAMP.write_text(json.dumps({**kept, **digests}), encoding="utf-8")


def _digest(name: str) -> str:
    """Changes with the lock and with the Python that installed it."""
    content = (LOCKS / f"{name}.txt").read_bytes()
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


def _stamps() -> dict[str, str | None]:
    try:
        stamps: dict[str, str | None] = json.loads(STAMP.read_text(encoding="utf-8"))
        return stamps
    except (OSError, ValueError):
        return {}


def _runs() -> bool:
    return subprocess.run([PYTHON, "-c", ""], capture_output=True, check=False).returncode == 0


def _make_venv() -> None:
    print("Making .venv …", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise InstallError(
            f"{sys.executable} cannot make a virtual environment; on Debian install python3-venv, then try again."
        )


def _install(lock: Path) -> None:
    """Installs without compiling: what is imported gets compiled then, and most is never imported."""
    command = [
        str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-input", "--disable-pip-version-check",
        "--no-compile", "--progress-bar", "off", "-r", str(lock),
    ]  # fmt: skip
    total = len(re.findall(r"^[A-Za-z0-9].*==", lock.read_text(encoding="utf-8"), re.MULTILINE))
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    bar = _Bar(f"Installing {total} packages", total)
    said = _follow(process, bar)
    bar.end(done=process.returncode == 0)
    if process.returncode:
        print("".join(said[-15:]), file=sys.stderr)
        raise InstallError(f"pip could not install {lock.relative_to(ROOT)}; it says why above.")


def _follow(process: subprocess.Popen[str], bar: _Bar) -> list[str]:
    """Everything pip said. Fetching is the first half of the bar, told by its lines; unpacking, of which it tells
    nothing, the second half, told by the folders that appear."""
    assert process.stdout is not None
    said, resolved = [], 0
    before = _installed()
    for line in process.stdout:
        said.append(line)
        resolved += line.startswith(("Collecting ", "Requirement already satisfied", "Ignoring "))
        bar.show(resolved / 2)
        if line.startswith("Installing collected packages"):
            watch = threading.Thread(target=_watch, args=(process, bar, before), daemon=True)
            watch.start()
    process.wait()
    return said


def _watch(process: subprocess.Popen[str], bar: _Bar, before: int) -> None:
    start = bar.at
    while process.poll() is None:
        bar.show(max(start, bar.total / 2) + (_installed() - before) / 2)
        time.sleep(0.3)


def _installed() -> int:
    return sum(1 for _ in VENV.glob("lib/python*/site-packages/*.dist-info"))


class _Bar:
    """A bar on a terminal; elsewhere a line at the start and one at the end."""

    def __init__(self, title: str, total: int) -> None:
        self.title, self.total, self.at = title, max(total, 1), 0.0
        self._began = time.monotonic()
        if not sys.stdout.isatty():
            print(f"{title} …", flush=True)

    def show(self, at: float) -> None:
        self.at = min(max(at, self.at), self.total)
        if sys.stdout.isatty():
            full = int(BAR_CELLS * self.at / self.total)
            cells = "━" * full + " " * (BAR_CELLS - full)
            print(f"\r{self.title} {cells} {100 * self.at / self.total:3.0f}%", end="", flush=True)

    def end(self, *, done: bool) -> None:
        if done:
            self.show(self.total)
        if sys.stdout.isatty():
            print()
        elif done:
            print(f"{self.title}: done in {time.monotonic() - self._began:.0f} s", flush=True)


def _refuse(sentence: str) -> int:
    print(f"millrace: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
