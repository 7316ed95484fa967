"""The scores of a run as the list of orchestrators needs them: one query, no reasons and no sources."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from django.db import connection

from apps.network.selectors.orchestrators import PartFigures, Standing
from apps.protocol.units import Address
from apps.scoring.results import PARTS

# figures of parts come in whole ten-thousandths, which is how exactly they were stored
_SCORES = """
SELECT s.orchestrator, s.value, s.low, s.high, s.coverage, s.rank, s.gates->0->>'code', s.gates->0->>'sentence',
       json_object_agg(p.part, json_build_array(
           round(p.value * 10000), round(p.low * 10000), round(p.high * 10000), round(p.coverage * 10000)
       )) FILTER (WHERE p.value IS NOT NULL)
FROM scoring_score s LEFT JOIN scoring_part p ON p.score_id = s.id
WHERE s.run_id = %s GROUP BY s.id
"""
_NONE: Mapping[Address, Standing] = MappingProxyType({})
_STEP = 10_000
_UNKNOWN = PartFigures(None, 0, 100 * _STEP, 0)

StoredPart = tuple[int, int | None, int | None, int]


def standings_of(run_id: int | None) -> Mapping[Address, Standing]:
    """Each orchestrator's standing in the run; nothing before the first run."""
    return _NONE if run_id is None else _stored(run_id)


def forget() -> None:
    """Drop what is kept of runs."""
    _stored.cache_clear()


@lru_cache(maxsize=2)  # a run is stored at once and never changes; a newer one has another id
def _stored(run_id: int) -> Mapping[Address, Standing]:
    with connection.cursor() as cursor:
        cursor.execute(_SCORES, [run_id])
        found = {Address(address): _standing(*figures) for address, *figures in cursor.fetchall()}
    return MappingProxyType(found)


def _standing(
    value: float | None,
    low: float | None,
    high: float | None,
    coverage: float,
    rank: int | None,
    gate_code: str | None,
    gate: str | None,
    parts: Mapping[str, StoredPart] | None,
) -> Standing:
    work, terms, jobs, community = (_figures((parts or {}).get(name)) for name in PARTS)
    return Standing(
        value,
        low,
        high,
        coverage,
        rank,
        _shown(work),
        _shown(terms),
        _shown(jobs),
        _shown(community),
        gate_code=gate_code or "",
        gate=gate or "",
        parts=(work, terms, jobs, community),
        method_rank=rank,
        method_value=value,
    )


def _shown(part: PartFigures) -> float | None:
    return None if part.value is None else part.value / _STEP


def _figures(stored: StoredPart | None) -> PartFigures:
    if stored is None:
        return _UNKNOWN
    value, low, high, coverage = stored
    return PartFigures(value, low or 0, _UNKNOWN.high if high is None else high, coverage)
