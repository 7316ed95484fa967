"""Rows of an answer as CSV: figures exact, an empty cell for what is unknown, each row with where it stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rest_framework.renderers import BaseRenderer

from apps.protocol.spreadsheets import cell


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

    def stamp(self, meta: Mapping[str, Any]) -> Mapping[str, Any]:
        """What every row says of the answer; a row's own cell of the same name stands in its place."""
        as_of = meta["as_of"]
        return {"as_of_block": as_of["block"], "as_of_round": as_of["round"]}

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        sheet = io.StringIO(newline="")
        stamp = self.stamp(data["meta"])
        writer = csv.DictWriter(
            sheet, fieldnames=[*self.columns, *(name for name in stamp if name not in self.columns)]
        )
        writer.writeheader()
        for row in self.rows(data["data"]):
            writer.writerow({name: cell(value) for name, value in {**stamp, **self.cells(row)}.items()})
        return sheet.getvalue().encode()
