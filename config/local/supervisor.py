"""Starts processes, shows what they print, and ends all of them in order.

honcho runs the processes and prints their lines; what is added here is the order of the end, processes that run in
front of the others and come to an end by themselves, and a leash: no child outlives this process.
"""

from __future__ import annotations

import functools
import os
import queue
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from honcho.manager import Manager
from honcho.printer import Printer
from honcho.process import Popen, Process

GRACE_S = 15.0  # how long a process may take to end before it is killed
TICK_S = 0.05
SAID_WHY = 1  # the exit code of our own commands after a sentence on standard error


class Stopped(Exception):
    """Somebody asked for the end, by Ctrl-C or SIGTERM."""


class Died(Exception):
    """A process that should have gone on, or should have ended well, did not; the message says which."""


class Refused(Died):
    """A process that came to its end in front of the others and has itself said, in a sentence, why it failed."""


class Supervisor(Manager):  # type: ignore[misc]  # honcho has no types
    """A group of processes. `stage` says when one is ended: all of stage 0 first, then all of stage 1."""

    def __init__(self, environ: Mapping[str, str], *, leash_fd: int) -> None:
        super().__init__(Printer(sys.stdout))
        self.events = queue.Queue[object]()
        self._environ = dict(environ)
        self._fds = (leash_fd,)
        self._stages: dict[str, int] = {}
        self._front: dict[str, subprocess.Popen[bytes]] = {}
        self._signals = 0
        self._muted = False

    def listen(self) -> None:
        """From here on SIGINT and SIGTERM ask for the end instead of causing it, and so does a closed terminal."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # under nohup a closed terminal is to change nothing
            signal.signal(signal.SIGHUP, self._on_signal)

    def start(self, name: str, command: Sequence[str], *, stage: int = 0) -> None:
        """Starts a process that is to run until the end."""
        process: Process = self.add_process(name, f"exec {shlex.join(_leashed(command))}", env=self._environ)
        process._child_ctor = functools.partial(Popen, pass_fds=self._fds, stdin=subprocess.DEVNULL)
        self._stages[name] = stage
        threading.Thread(target=process.run, args=(self.events,), daemon=True, name=name).start()

    def run(self, name: str, command: Sequence[str]) -> None:
        """Runs a process that comes to an end, on this terminal. Raises Died if it ends badly."""
        self.begin(name, command)
        self.finish(name)

    def begin(self, name: str, command: Sequence[str]) -> None:
        """Starts what `finish` waits for."""
        self._front[name] = subprocess.Popen(
            _leashed(command),
            env=self._environ,
            stdin=subprocess.DEVNULL,
            pass_fds=self._fds,
            start_new_session=True,  # so that Ctrl-C reaches this process only, which then ends the others in order
        )

    def has_ended(self, name: str) -> bool:
        return self._front[name].poll() is not None

    def finish(self, name: str) -> None:
        process = self._front[name]
        self.wait_until(lambda: process.poll() is not None)
        del self._front[name]
        if process.returncode:
            raise (Refused if process.returncode == SAID_WHY else Died)(f"{name} failed ({_how(process.returncode)})")

    def wait_until(self, true: Callable[[], bool], *, within_s: float | None = None, what: str = "") -> None:
        """Returns once the condition holds. Raises Stopped, or Died for a process or for the time that ran out."""
        deadline = time.monotonic() + within_s if within_s is not None else None
        while not true():
            self._pump()
            if self._signals:
                raise Stopped
            if dead := self._dead():
                raise Died(f"{dead} ended unexpectedly ({_how(self._processes[dead]['returncode'])})")
            if deadline is not None and time.monotonic() > deadline:
                raise Died(f"{what} did not get ready within {within_s:.0f} s")

    def a_process_ended(self) -> bool:
        """Whether one of those that were to run until the end is no more."""
        return self._dead() is not None

    def has_failed(self, name: str) -> bool:
        """Whether this process was started and is no more."""
        return "returncode" in self._processes.get(name, {})

    def hold(self) -> None:
        """Never returns: raises Stopped or Died."""
        self.wait_until(lambda: False)

    def mute(self) -> None:
        """From here on nothing is printed of what the processes say: all that is left to say is farewell."""
        self._muted = True

    def stop(self) -> None:
        """Ends everything, stage by stage. A second signal kills what is left of stage 0 at once."""
        self._wait_for_pids()
        for process in self._front.values():
            _signal_group(process.pid, signal.SIGTERM)
        for stage in sorted({0, *self._stages.values()}):
            self._stop_stage(stage)

    def _stop_stage(self, stage: int) -> None:
        names = [name for name, at in self._stages.items() if at == stage]
        heard, deadline = self._signals, time.monotonic() + GRACE_S
        for name in self._running(names):
            self._procmgr.terminate(self._processes[name]["pid"])
        front = list(self._front.values()) if stage == 0 else []
        while self._running(names) or any(process.poll() is None for process in front):
            self._pump()
            if time.monotonic() > deadline or (stage == 0 and self._signals > heard):
                break
        for pid in [*(self._processes[name].get("pid") for name in names), *(process.pid for process in front)]:
            _signal_group(pid, signal.SIGKILL)  # also what a process left behind in its group

    def _wait_for_pids(self) -> None:
        """A process asked for a moment ago tells its pid by an event; without it there is nothing to signal."""
        deadline = time.monotonic() + 2
        while any("pid" not in entry for entry in self._processes.values()) and time.monotonic() < deadline:
            self._pump()

    def _running(self, names: Sequence[str]) -> list[str]:
        entries = self._processes
        return [name for name in names if "pid" in entries[name] and "returncode" not in entries[name]]

    def _dead(self) -> str | None:
        return next((name for name, entry in self._processes.items() if "returncode" in entry), None)

    def _pump(self) -> None:
        """Takes the events of one tick: prints lines, notes starts and ends."""
        try:
            message = self.events.get(timeout=TICK_S)
            while True:
                self._take(message)
                message = self.events.get_nowait()
        except queue.Empty:
            return

    def _take(self, message: object) -> None:
        kind, data, name = message.type, message.data, message.name  # type: ignore[attr-defined]
        if kind == "line":
            if not self._muted:
                self._printer.write(message)
        else:
            self._processes[name].update(data)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._signals += 1


def _leashed(command: Sequence[str]) -> list[str]:
    """The command, ended by the kernel when this process dies, where the system offers that (Linux)."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return [setpriv, "--pdeathsig", "TERM", "--", *command] if setpriv else list(command)


def _signal_group(pid: int | None, number: signal.Signals) -> None:
    if pid is None:
        return
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _how(returncode: int) -> str:
    if returncode < 0:
        return f"killed by {signal.Signals(-returncode).name}"
    return f"exit code {returncode}"
