"""Cells that a spreadsheet cannot run."""

from __future__ import annotations

import pytest

from apps.protocol.spreadsheets import cell

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0, "0"),
        (-1, "-1"),
        (10**30, "1" + "0" * 30),
        (True, "true"),
        (False, "false"),
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-x", "'-x"),
        ("\t=1", "'\t=1"),
        ("node.example", "node.example"),
        ("a,b", "a,b"),
    ],
)
def test_cell__when_written__then_unknown_is_empty_and_no_formula_runs(value: object, text: str) -> None:
    assert cell(value) == text
