"""The scores of a run as the list of orchestrators needs them: one query, no reasons and no sources."""

from __future__ import annotations

from django.db import connection

from apps.network.selectors.orchestrators import Standing
from apps.protocol.units import Address

_SCORES = """
SELECT s.orchestrator, s.value, s.low, s.high, s.coverage, s.rank, s.gates->0->>'code', s.gates->0->>'sentence',
       max(p.value) FILTER (WHERE p.part = 'work'), max(p.value) FILTER (WHERE p.part = 'terms'),
       max(p.value) FILTER (WHERE p.part = 'jobs'), max(p.value) FILTER (WHERE p.part = 'community')
FROM scoring_score s LEFT JOIN scoring_part p ON p.score_id = s.id
WHERE s.run_id = %s GROUP BY s.id
"""


def standings_of(run_id: int | None) -> dict[Address, Standing]:
    """Each orchestrator's standing in the run; nothing before the first run."""
    if run_id is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SCORES, [run_id])
        return {Address(address): _standing(*figures) for address, *figures in cursor.fetchall()}


def _standing(
    value: float | None,
    low: float | None,
    high: float | None,
    coverage: float,
    rank: int | None,
    gate_code: str | None,
    gate: str | None,
    work: float | None,
    terms: float | None,
    jobs: float | None,
    community: float | None,
) -> Standing:
    return Standing(
        value, low, high, coverage, rank, work, terms, jobs, community, gate_code=gate_code or "", gate=gate or ""
    )
