"""The scores of a run as the list of orchestrators needs them: one query, no reasons and no sources."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, Q

from apps.network.selectors.orchestrators import Standing
from apps.protocol.units import Address
from apps.scoring.models import Score
from apps.scoring.results import PARTS

_HEADLINE = ("orchestrator", "value", "low", "high", "coverage", "rank", "gates")


def standings_of(run_id: int | None) -> dict[Address, Standing]:
    """Each orchestrator's standing in the run; nothing before the first run."""
    if run_id is None:
        return {}
    parts: dict[str, Any] = {f"{name}_part": Max("parts__value", filter=Q(parts__part=name)) for name in PARTS}
    scores = Score.objects.filter(run_id=run_id).values_list(*_HEADLINE).annotate(**parts)
    return {Address(address): _standing(*figures) for address, *figures in scores}


def _standing(
    value: float | None,
    low: float | None,
    high: float | None,
    coverage: float,
    rank: int | None,
    gates: list[dict[str, str]],
    *parts: float | None,
) -> Standing:
    first = gates[0] if gates else {"code": "", "sentence": ""}
    return Standing(value, low, high, coverage, rank, *parts, gate_code=first["code"], gate=first["sentence"])
