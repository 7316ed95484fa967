"""What goes wrong while one run reads: at a request, at a statement, at a commit, or with the process itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias
from unittest.mock import patch

import httpx
import psycopg
from django.db import OperationalError, connection

from apps.chain import survey
from indexer import reading
from indexer.projections.turn import _TURN

StatementFault: TypeAlias = Literal["error", "killed", "cancelled", "death"]
CommitFault: TypeAlias = Literal["lost", "unsure", "death before", "death after"]
STATEMENT_FAULTS: tuple[StatementFault, ...] = ("error", "killed", "cancelled", "death")
COMMIT_FAULTS: tuple[CommitFault, ...] = ("lost", "unsure", "death before", "death after")


class Death(BaseException):
    """The process ends here, as by kill -9: nothing is rolled back in good order and nothing is remembered."""


class Moments:
    """Calls what is due at the n-th request of the run; those of a transport and of a node both count."""

    def __init__(self) -> None:
        self.due: dict[int, Callable[[], None]] = {}
        self._passed = 0
        self._busy = False
        self._lock = threading.Lock()

    def plan(self, due: dict[int, Callable[[], None]]) -> None:
        """Begin to count anew."""
        with self._lock:
            self.due, self._passed = due, 0

    def passed(self) -> None:
        """One request more. While something happens, requests pass uncounted."""
        with self._lock:
            if self._busy:
                return
            self._passed += 1
            action = self.due.pop(self._passed, None)
            self._busy = action is not None
        if action is None:
            return
        try:
            action()
        finally:
            self._busy = False


class OneThread(Executor):
    """Does at once what it is given, so that a seed goes the same way each time."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Takes what a pool of threads takes."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


@contextmanager
def one_thread() -> Iterator[None]:
    """The indexer's and the client's readers, one after the other."""
    with patch.object(reading, "ThreadPoolExecutor", OneThread), patch.object(survey, "ThreadPoolExecutor", OneThread):
        yield


class Watched(httpx.BaseTransport):
    """A transport that proves of every request that no transaction is open, and lets things happen before it."""

    def __init__(self, inner: httpx.BaseTransport, before: Callable[[], None]) -> None:
        self._inner, self._before = inner, before

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if connection.in_atomic_block:
            raise AssertionError("a request to the chain inside a transaction")
        self._before()
        return self._inner.handle_request(request)


@contextmanager
def database_trouble(
    side: psycopg.Connection[Any],
    *,
    statement: tuple[int, StatementFault] | None = None,
    commit: tuple[int, CommitFault] | None = None,
    turn_taken: bool = False,
) -> Iterator[None]:
    """Lets the n-th statement or commit of this thread's connection fail, or another process keep the writer's turn.

    `side` is a connection of another process, which may end ours.
    """
    connection.ensure_connection()
    troubled = _Troubled(side, statement, commit)
    commit_now = connection._commit  # type: ignore[attr-defined]
    if turn_taken:
        side.execute("SELECT pg_advisory_lock(%s)", [_TURN])
        connection.connection.execute("SET lock_timeout = '10ms'")
    try:
        with (
            connection.execute_wrapper(troubled.execute),
            patch.object(connection, "_commit", lambda: troubled.commit(commit_now)),
        ):
            yield
    finally:
        if turn_taken:
            side.execute("SELECT pg_advisory_unlock(%s)", [_TURN])
            connection.close()


class _Troubled:
    def __init__(
        self,
        side: psycopg.Connection[Any],
        statement: tuple[int, StatementFault] | None,
        commit: tuple[int, CommitFault] | None,
    ) -> None:
        self._side = side
        self._statements, self._statement_fault = statement or (0, "error")
        self._commits, self._commit_fault = commit or (0, "lost")

    def execute(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self._statements -= 1
        if self._statements == 0:
            self._strike(execute, context)
        return execute(sql, params, many, context)

    def _strike(self, execute: Callable[..., Any], context: Any) -> None:
        match self._statement_fault:
            case "error":
                raise OperationalError("the database is not well")
            case "killed":
                self._kill()
            case "cancelled":
                execute("SET statement_timeout = '1ms'", None, False, context)
                execute("SELECT pg_sleep(1)", None, False, context)
            case "death":
                _die()

    def commit(self, commit_now: Callable[[], None]) -> None:
        self._commits -= 1
        if self._commits != 0:
            commit_now()
            return
        match self._commit_fault:
            case "lost":
                self._kill()
                commit_now()
            case "unsure":
                commit_now()
                raise OperationalError("the connection was lost before the answer came")
            case "death before":
                _die()
            case "death after":
                commit_now()
                _die()

    def _kill(self) -> None:
        self._side.execute("SELECT pg_terminate_backend(%s, 1000)", [connection.connection.info.backend_pid])


def _die() -> None:
    connection.connection.close()
    raise Death
