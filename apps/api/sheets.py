"""The list of orchestrators as CSV: one line a row, figures exact, an empty cell for what is unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from apps.api.tables import TableRenderer

_SCORE = ("value", "low", "high", "coverage", "rank", "method_value", "method_rank", "advice", "severity")
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
_COLUMNS = (
    *_PLAIN,
    *(f"score_{name}" for name in _SCORE),
    "score_gate",
    *_PARTS,
    *(f"w_{name}" for name in _PARTS),
    "beaten_by",
)


class CsvRenderer(TableRenderer):
    """The rows of an envelope as CSV, each with the weights it was ranked by."""

    columns = _COLUMNS

    def stamp(self, meta: Mapping[str, Any]) -> Mapping[str, Any]:
        weights = meta["weights"]
        return {**{f"w_{name}": weights[name] for name in _PARTS}, **super().stamp(meta)}

    def cells(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        return dict(_cells(row))


def _cells(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((name, row[name]) for name in _PLAIN)
    yield "beaten_by", row["beaten_by"]
    score = row["score"]
    if score is None:
        return
    yield from ((f"score_{name}", score[name]) for name in _SCORE)
    yield "score_gate", score["gates"][0]["code"] if score["gates"] else None
    yield from ((part["name"], part["value"]) for part in score["parts"])
