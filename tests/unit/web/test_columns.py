"""Which columns of the list are shown where."""

from __future__ import annotations

import pytest

from apps.web.columns import COLUMNS, chosen

pytestmark = pytest.mark.unit


def test_chosen__nothing__is_every_column_and_some_drop_out_on_a_phone() -> None:
    assert chosen([]) == COLUMNS
    assert {column.key for column in COLUMNS if column.lo} == {"rate", "payers", "offers", "stake"}


def test_chosen__by_the_reader__drop_out_nowhere_and_have_a_label_there() -> None:
    columns = chosen(["stake", "rate"])
    assert [(column.key, column.lo, column.short) for column in columns] == [
        ("rate", False, "ETH per M"),
        ("stake", False, "Stake, LPT"),
    ]
    assert columns[1].opening(first=True) == '<td role="cell" class="n g" data-l="Stake, LPT">'
