"""Writes the scores of a run: every part with its reason, copied in, since a large network has tens of thousands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from apps.scoring.models import Score, ScorePart, ScoreRun
from apps.scoring.results import Part, Result

_SCORE = "id, run_id, orchestrator, value, low, high, coverage, rank, gates, advice, severity"
_PART = "score_id, part, value, low, high, weight, coverage, reason, sources, raises"


def scores_copy(run: ScoreRun, results: Sequence[Result]) -> None:
    """Stores all scores of a run and their parts; the caller holds the transaction."""
    keys = _keys(len(results))
    _copy(Score._meta.db_table, _SCORE, (_score(key, run.pk, one) for key, one in zip(keys, results, strict=True)))
    parts = (_part(key, part) for key, one in zip(keys, results, strict=True) for part in one.parts)
    _copy(ScorePart._meta.db_table, _PART, parts)


def _keys(count: int) -> list[int]:
    """Ids set aside for that many scores, so that their parts can name them in the same stroke."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Score._meta.db_table, count],
        )
        return [key for (key,) in cursor.fetchall()]


def _copy(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


def _score(key: int, run_id: int, one: Result) -> tuple[Any, ...]:
    gates = [{"code": gate.code, "sentence": gate.sentence} for gate in one.gates]
    figures = (_number(one.value), _number(one.low), _number(one.high), _number(one.coverage))
    return (key, run_id, one.address, *figures, one.rank, _json(gates), one.advice.sentence, one.advice.severity)


def _part(score: int, part: Part) -> tuple[Any, ...]:
    return (
        score,
        part.name,
        _number(part.value),
        _number(part.low),
        _number(part.high),
        part.weight,
        _number(part.coverage),
        part.reason,
        _json(part.sources),
        _json(part.raises),
    )


def _number(value: Decimal | None) -> float | None:
    """The nearest binary number, which prints as the same four decimals again."""
    return None if value is None else float(value)


def _json(value: Any) -> str:
    return json.dumps(value, default=dict)  # figures may be read-only mappings
