"""Opaque cursors: the query a page belongs to and where the next one begins, as one URL-safe word.

A cursor is no secret and grants nothing: whatever it says is read by the same rules as a query of its own.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.api.errors import Problem

Pairs = Sequence[tuple[str, str]]

_LONGEST = 2000
_HELP = "Take it unchanged from paging.next_cursor, or leave it out to begin anew."


@dataclass(frozen=True, slots=True)
class Cursor:
    """`pairs` are the filters and the order, `after` names the last row that was shown, `at` how many came before."""

    pairs: tuple[tuple[str, str], ...]
    after: str
    at: int


def write(cursor: Cursor) -> str:
    body = json.dumps([list(map(list, cursor.pairs)), cursor.after, cursor.at], separators=(",", ":"))
    return urlsafe_b64encode(body.encode()).decode().rstrip("=")


def read(text: str) -> Cursor:
    """The cursor in a word. Raises Problem for anything that `write` did not make."""
    try:
        pairs, after, at = json.loads(_decoded(text))
        cursor = Cursor(tuple((name, value) for name, value in pairs), after, at)
    except (ValueError, TypeError, RecursionError, binascii.Error) as wrong:
        raise Problem("bad_cursor", _HELP) from wrong
    if not _is_sound(cursor.pairs, after, at):
        raise Problem("bad_cursor", _HELP)
    return cursor


def _decoded(text: str) -> bytes:
    if len(text) > _LONGEST or not text.isascii():
        raise ValueError("no cursor")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _is_sound(pairs: Iterable[tuple[Any, Any]], after: Any, at: Any) -> bool:
    texts = [after, *(text for pair in pairs for text in pair)]
    return all(isinstance(text, str) for text in texts) and type(at) is int and 0 <= at < 2**31


def resumed(pairs: Pairs, cursor: str | None) -> tuple[Pairs, Cursor | None]:
    """The pairs to answer by: those of the request or, with a cursor, those it was made for.

    Filters may be repeated beside a cursor; others than its own are refused, since the page would belong to neither.
    """
    if cursor is None:
        return pairs, None
    found = read(cursor)
    if pairs and sorted(pairs) != sorted(found.pairs):
        raise Problem("bad_cursor", "It belongs to other filters or another order. " + _HELP)
    return found.pairs, found
