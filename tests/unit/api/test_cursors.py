"""Cursors come back as they were written, and nothing else is taken for one."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.api import cursors
from apps.api.cursors import Cursor
from apps.api.errors import Problem

pytestmark = pytest.mark.unit

pairs = st.lists(st.tuples(st.sampled_from(["q", "sort"]), st.text(max_size=20)), max_size=3).map(tuple)


@given(pairs, st.text(max_size=42), st.integers(0, 2**31 - 1))
def test_cursor__written_and_read__is_the_same(filters: tuple[tuple[str, str], ...], after: str, at: int) -> None:
    cursor = Cursor(filters, after, at)

    assert cursors.read(cursors.write(cursor)) == cursor


@given(st.text(max_size=60))
def test_read__any_text__is_a_cursor_or_a_problem(text: str) -> None:
    with suppress(Problem):
        assert isinstance(cursors.read(text), Cursor)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        7,
        [[], "0x", -1],
        [[], "0x", 2**31],
        [[], "0x", True],
        [[], 1, 1],
        [["q"], "0x", 1],
        [[["q", 1]], "0x", 1],
    ],
)
def test_read__json_of_another_kind__is_refused(body: object) -> None:
    word = urlsafe_b64encode(json.dumps(body).encode()).decode()

    with pytest.raises(Problem):
        cursors.read(word)


@pytest.mark.parametrize("word", ["A" * 2001, "é", "[" * 1990, "AAA\x00"])
def test_read__what_no_cursor_looks_like__is_refused(word: str) -> None:
    with pytest.raises(Problem):
        cursors.read(word)


def test_resumed__with_the_cursors_own_filters_repeated__goes_on() -> None:
    cursor = Cursor((("q", "a"), ("sort", "-stake")), "0x", 3)
    given_again = [("sort", "-stake"), ("q", "a")]

    assert cursors.resumed(given_again, cursors.write(cursor)) == (cursor.pairs, cursor)
    assert cursors.resumed([], cursors.write(cursor)) == (cursor.pairs, cursor)


def test_resumed__with_other_filters_beside_it__is_refused() -> None:
    word = cursors.write(Cursor((("q", "a"),), "0x", 3))

    with pytest.raises(Problem, match="bad_cursor"):
        cursors.resumed([("q", "b")], word)
