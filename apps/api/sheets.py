"""Lists as CSV: one line a row, figures exact, an empty cell for what is unknown."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_SCORE = ("value", "low", "high", "coverage", "rank", "method_value", "method_rank", "advice", "severity")


class CsvRenderer(BaseRenderer):
    """The rows of an envelope as CSV, each with the block and round it stands at. Problems never come here."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        sheet = io.StringIO(newline="")
        writer = csv.DictWriter(sheet, fieldnames=columns())
        writer.writeheader()
        as_of = data["meta"]["as_of"]
        weights = data["meta"]["weights"]
        used = {f"w_{name}": weights[name] for name in _PARTS}
        stamp = {**used, "as_of_block": as_of["block"], "as_of_round": as_of["round"]}
        for row in data["data"]:
            writer.writerow({name: _safe(value) for name, value in [*_cells(row), *stamp.items()]})
        return sheet.getvalue().encode()


def columns() -> list[str]:
    """The head of the sheet; it is the same for an empty list."""
    score = (*(f"score_{name}" for name in _SCORE), "score_gate", *_PARTS, *(f"w_{name}" for name in _PARTS))
    return [*_PLAIN, *score, "beaten_by", "as_of_block", "as_of_round"]


_PLAIN = (
    "address",
    "address_checksummed",
    "name",
    "name_source",
    "status",
    "registered",
    "active",
    "in_pool",
    "service_host",
    "stake_lpt_wei",
    "reward_cut_ppm",
    "fee_share_ppm",
    "fees_90_eth_wei",
    "fees_90_per_million_lpt_eth_wei",
    "payers_90",
    "reward_calls_30",
    "active_rounds_30",
)
_PARTS = ("work", "terms", "jobs", "community")


def _cells(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((name, row[name]) for name in _PLAIN)
    yield "beaten_by", row["beaten_by"]
    score = row["score"]
    if score is None:
        return
    yield from ((f"score_{name}", score[name]) for name in _SCORE)
    yield "score_gate", score["gates"][0]["code"] if score["gates"] else None
    yield from ((part["name"], part["value"]) for part in score["parts"])


def _safe(value: Any) -> Any:
    """The cell; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
