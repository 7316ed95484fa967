"""The end of a run: in order, complete, and told in one sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.local.lock import lives

pytestmark = pytest.mark.integration

# A run of three processes. Each writes when it begins and when SIGTERM reaches it; `stubborn` ignores SIGTERM.
SCRIPT = """
import os, sys
from pathlib import Path
from config.local import supervisor
from config.local.lock import data_folder_lock

folder, kind = Path(sys.argv[1]), sys.argv[2]
supervisor.GRACE_S = 1.0
CHILD = '''
import os, signal, sys, time
from pathlib import Path
folder, name = Path(sys.argv[1]), sys.argv[2]
def note(word):
    with (folder / "notes").open("a") as file:
        file.write(f"{name} {word}\\\\n")
def end(*_):
    note("told")
    if name != "stubborn":
        time.sleep(0.3)
        note("ended")
        sys.exit(0)
signal.signal(signal.SIGTERM, end)
(folder / f"{name}.pid").write_text(str(os.getpid()))
if name == "short":
    time.sleep(0.2)
    sys.exit(3)
while True:
    time.sleep(0.05)
'''

with data_folder_lock(folder) as leash:
    group = supervisor.Supervisor(dict(os.environ), leash_fd=leash)
    group.listen()
    try:
        for name, stage in (("server", 1), ("worker", 0), *([(kind, 0)] if kind else [])):
            group.start(name, [sys.executable, "-c", CHILD, str(folder), name], stage=stage)
            if name != "short":
                group.wait_until((folder / f"{name}.pid").exists, within_s=20, what=name)
        print("up", flush=True)
        group.hold()
    except (supervisor.Stopped, supervisor.Died) as end:
        print(f"{type(end).__name__}: {end}", flush=True)
    finally:
        group.stop()
"""


def begin(folder: Path, kind: str = "") -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), kind],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def living(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.pid") if lives(int(path.read_text())))


def notes(folder: Path) -> list[str]:
    return (folder / "notes").read_text().splitlines()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stop__when_a_signal_comes__then_servers_end_last(number: signal.Signals, data_folder: Path) -> None:
    process = begin(data_folder)
    process.send_signal(number)
    said, _ = process.communicate(timeout=20)
    assert said == "Stopped: \n"
    assert notes(data_folder) == ["worker told", "worker ended", "server told", "server ended"]
    assert living(data_folder) == []


def test_stop__when_a_process_does_not_end__then_it_is_killed_and_the_servers_still_end_well(data_folder: Path) -> None:
    process = begin(data_folder, "stubborn")
    process.terminate()
    process.communicate(timeout=20)
    assert notes(data_folder)[-2:] == ["server told", "server ended"]
    assert "stubborn told" in notes(data_folder)
    assert living(data_folder) == []


def test_hold__when_a_process_ends_by_itself__then_everything_ends_and_it_is_named(data_folder: Path) -> None:
    process = begin(data_folder, "short")
    said, _ = process.communicate(timeout=20)
    assert said == "Died: short ended unexpectedly (exit code 3)\n"
    assert notes(data_folder) == ["worker told", "worker ended", "server told", "server ended"]
    assert living(data_folder) == []


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends orphans on Linux only")
def test_leash__when_the_supervisor_is_killed__then_its_processes_end_and_free_the_folder(data_folder: Path) -> None:
    process = begin(data_folder)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=5)
    deadline = time.monotonic() + 10
    while living(data_folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert living(data_folder) == []
    again = begin(data_folder)
    again.terminate()
    assert again.wait(timeout=20) == 0


def test_lock__when_another_run_holds_the_folder__then_the_second_is_refused_at_once(data_folder: Path) -> None:
    process = begin(data_folder)
    program = (
        "import sys\nfrom pathlib import Path\nfrom config.local.lock import data_folder_lock\n"
        "with data_folder_lock(Path(sys.argv[1])): pass"
    )
    began = time.monotonic()
    second = subprocess.run(
        [sys.executable, "-c", program, str(data_folder)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"{data_folder} is in use by another `make run`" in second.stderr
    assert time.monotonic() - began < 5
    process.terminate()
    process.communicate(timeout=20)
