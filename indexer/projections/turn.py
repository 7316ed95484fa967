"""Whose turn it is to write."""

from __future__ import annotations

from django.db import connection

_TURN = 0x6D696C6C  # advisory lock of the writer, an arbitrary number of our own


def take_writer_turn() -> None:
    """Wait for the writer before us; the turn ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # a window is as long as it is
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
