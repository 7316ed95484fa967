"""Cells that a spreadsheet cannot run."""

from __future__ import annotations

import pytest

from apps.api import sheets

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-x", "'-x"),
        ("node.example", "node.example"),
        (-1, -1),
        (True, "true"),
        (None, None),
    ],
)
def test_safe__text_that_starts_a_formula__gets_an_apostrophe(value: object, cell: object) -> None:
    assert sheets._safe(value) == cell
