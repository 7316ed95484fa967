"""Every projection as plain rows, to say that two ways led to the same tables."""

from __future__ import annotations

from typing import Any

from django.db import connection

from indexer.projections.writer import COLUMNS


def projections() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all projections, in the order of their columns."""
    found = {}
    with connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            names = ", ".join(columns)
            cursor.execute(f"SELECT {names} FROM {table} ORDER BY {names}")
            found[table] = cursor.fetchall()
    return found


def difference(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The rows that only one of the two has, by table; empty when they agree."""
    apart = {table: sorted(set(one[table]) ^ set(other[table]), key=str) for table in one}
    return {table: rows for table, rows in apart.items() if rows}
