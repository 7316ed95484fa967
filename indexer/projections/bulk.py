"""Loading whole tables: keys and indexes wait until the rows are there.

Checking a row at a time costs as much as storing it; checking a table once costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

_KEYS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint WHERE contype = %s AND conrelid = ANY(%s::regclass[]) ORDER BY 1, 2
"""
_INDEXES = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
    WHERE i.indrelid = ANY(%s::regclass[]) AND c.oid IS NULL AND NOT i.indisunique ORDER BY 1
"""


@contextmanager
def bulk_load(appended: Sequence[str], replaced: Sequence[str]) -> Iterator[None]:
    """Take foreign keys and secondary indexes off the tables and put them back, checked, at the end.

    Tables that are only `appended` to lose their primary keys too; where rows are `replaced` they are found by it.
    Must run in a transaction: a failure leaves the tables as they were.
    """
    both = [*appended, *replaced]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_INDEXES, [both])
        indexes = cursor.fetchall()
        cursor.execute(_KEYS, ["f", both])
        foreign_keys = cursor.fetchall()
        cursor.execute(_KEYS, ["p", list(appended)])
        keys = foreign_keys + cursor.fetchall()  # foreign keys go first and come back last
        for table, name, _ in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in reversed(keys):
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
