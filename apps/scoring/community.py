"""The community part: verified contributions, which count for at most a tenth of the headline (see `headline`)."""

from __future__ import annotations

from decimal import Decimal

from apps.scoring import words
from apps.scoring.facts import OrchestratorFacts
from apps.scoring.results import ONE, Part, known, unknown

NONE_RECORDED = "Unknown: no verified contributions are recorded yet, so this part neither helps nor harms."


def community_part(one: OrchestratorFacts, *, weight: int) -> Part:
    """The community part of one orchestrator; unknown where nothing verified is known of it."""
    if one.community is None:
        return unknown("community", weight=weight, reason=NONE_RECORDED)
    points = Decimal(one.community.points)
    contributions = words.count(one.community.contributions, "verified contribution")
    return known(
        "community",
        weight=weight,
        value=points,
        low=points,
        high=points,
        coverage=ONE,
        reason=f"{words.sentence(contributions)}.",
        sources={"points": one.community.points, "contributions": one.community.contributions},
    )
