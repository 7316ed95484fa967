"""Rows of an answer as CSV: figures exact, an empty cell for what is unknown, each row with where it stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rest_framework.renderers import BaseRenderer

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class TableRenderer(BaseRenderer):
    """A table with these columns; `rows` and `cells` say where they come from. Problems never come here.

    Rows that stand at blocks of their own name those, and not that of the answer.
    """

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"
    columns: Sequence[str] = ()

    def rows(self, data: Any) -> Iterable[Mapping[str, Any]]:
        """The rows in the data of the answer."""
        rows: Iterable[Mapping[str, Any]] = data
        return rows

    def cells(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """The cells of a row by column; a column that is left out is empty."""
        return {name: row[name] for name in self.columns}

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        sheet = io.StringIO(newline="")
        as_of = data["meta"]["as_of"]
        stamp = {"as_of_block": as_of["block"], "as_of_round": as_of["round"]}
        stamp = {name: value for name, value in stamp.items() if name not in self.columns}
        writer = csv.DictWriter(sheet, fieldnames=[*self.columns, *stamp])
        writer.writeheader()
        for row in self.rows(data["data"]):
            writer.writerow({name: safe(value) for name, value in {**self.cells(row), **stamp}.items()})
        return sheet.getvalue().encode()


def safe(value: Any) -> Any:
    """The cell; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
