"""The community facts of a run: every claim that stands, as it is judged at the run's block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from apps.protocol.units import Address
from apps.scoring.communal.judging import Judged, Judgement, judge
from apps.scoring.facts import ClaimFact, CommunityFacts, LinkFact
from apps.scoring.method import Method

_OVER = ("expired", "revoked")


def read_community(
    *, until: datetime, block: int, links: Sequence[LinkFact], method: Method
) -> Mapping[Address, CommunityFacts]:
    """By orchestrator, of those with a claim that stands; a run's block is at `until`."""
    return facts_of(judge(until, block=block, links=links, method=method))


def facts_of(judgement: Judgement) -> Mapping[Address, CommunityFacts]:
    """The claims that stand, by orchestrator."""
    claims: dict[Address, list[ClaimFact]] = defaultdict(list)
    for one in judgement.claims:
        if one.state.name not in _OVER:
            claims[one.row.orchestrator].append(_fact(one))
    return {who: CommunityFacts(tuple(each), judgement.reviewers) for who, each in claims.items()}


def _fact(one: Judged) -> ClaimFact:
    return ClaimFact(
        digest=one.row.digest,
        category=one.row.category,
        state=one.state.name,
        age_days=one.age_days,
        authors=len(one.row.authors),
        endorsed_ppm=one.support.endorsed_ppm,
        disputed_ppm=one.support.disputed_ppm,
        standing_ppm=one.standing_ppm,
    )
