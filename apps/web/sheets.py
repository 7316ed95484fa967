"""Tables as CSV: exact amounts, and text that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from apps.protocol.spreadsheets import cell


def sheet(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A CSV download (RFC 4180, UTF-8) with one line of names, asked for anew each time."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(head)
    out.writerows([cell(value) for value in row] for row in rows)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response
