"""The community part: claimed contributions that reviewers endorsed, fading with time, capped by category.

A claim brings the points of its category, times its standing, times what time has left of it, shared with co-authors. A
category counts from its least and up to its most. Who has no claim that counts is unknown here, and not zero: the part
neither helps nor harms (see `headline` for how it lifts the score).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache

from apps.scoring import communitywords as words
from apps.scoring.facts import ClaimFact, CommunityFacts, OrchestratorFacts
from apps.scoring.method import Method
from apps.scoring.results import ONE, ZERO, Part, clipped, fixed, unknown
from apps.scoring.windows import SCALE, exact

MILLION = Decimal(1_000_000)
PENDING = ("claimed", "evidence_checked")


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """What a fresh claim that stands in full brings, from where a category counts, and where it ends; in points."""

    claim: Decimal
    minimum: Decimal
    maximum: Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """Points by category: all that its claims bring, and what of that counts."""

    brought: Mapping[str, Decimal]
    counted: Mapping[str, Decimal]
    points: Decimal


def categories_of(method: Method) -> Mapping[str, CategoryRule]:
    """The categories by name, in the order of the method's file; none where it does not know contributions."""
    least, most = method.section("community_minimum"), method.section("community_maximum")
    return {
        name: CategoryRule(claim, least[name], most[name]) for name, claim in method.section("community_claim").items()
    }


def community_part(one: OrchestratorFacts, method: Method, *, weight: int) -> Part:
    """The community part of one orchestrator; unknown where no claim of it counts."""
    if not categories_of(method):
        return unknown("community", weight=weight, reason=words.NONE_RECORDED)
    if one.community is None or not one.community.claims:
        return unknown("community", weight=weight, reason=words.NO_CLAIM, raises=(words.CLAIM_SOMETHING,))
    return _part(one.community, method, weight)


def _part(facts: CommunityFacts, method: Method, weight: int) -> Part:
    now = sums_of(facts.claims, method, _stands)
    could = sums_of(facts.claims, method, _could_stand)
    told = words.Told(facts, now, could, categories_of(method))
    sources = _sources(facts, now, could, method)
    if not now.points:
        reason = words.nothing_counts(told)
        return unknown("community", weight=weight, reason=reason, sources=sources, raises=words.raises(told))
    return Part(
        name="community",
        weight=weight,
        value=fixed(clipped(now.points)),
        low=fixed(clipped(now.points)),
        high=fixed(clipped(could.points)),
        coverage=fixed(_coverage(facts.claims, method)),
        reason=words.reason(told),
        sources=sources,
        raises=words.raises(told),
    )


def sums_of(claims: Iterable[ClaimFact], method: Method, share: Callable[[ClaimFact], Decimal]) -> Sums:
    """What the claims bring and what of it counts, each by the share of its points that `share` gives it."""
    rules = categories_of(method)
    brought: dict[str, Decimal] = defaultdict(Decimal)
    for claim in claims:
        kept = share(claim)
        if kept and claim.category in rules:
            brought[claim.category] += kept * points_of(claim, method)
    counted = {
        name: min(rules[name].maximum, points)
        for name, points in sorted(brought.items())
        if points >= rules[name].minimum
    }
    most = method.number("community", "most")
    return Sums(dict(sorted(brought.items())), counted, min(most, sum(counted.values(), ZERO)))


def points_of(claim: ClaimFact, method: Method) -> Decimal:
    """What the claim brings where it stands in full: the points of its category, faded and shared with co-authors."""
    rule = categories_of(method).get(claim.category)
    if rule is None:
        return ZERO
    return rule.claim * kept_after(claim.age_days, method) / (SCALE * max(1, claim.authors))


def kept_after(days: int, method: Method) -> int:
    """What time leaves of a claim so many days after the work, in units of 1/SCALE; nothing from its expiry on."""
    half_life = method.number("community", "half_life_days")
    return 0 if days >= method.whole("community", "expiry_days") else _decay(max(0, days), half_life)


@cache
def _decay(days: int, half_life: Decimal) -> int:
    with localcontext(exact()):
        return int((Decimal(2) ** (Decimal(-days) / half_life)) * SCALE)


def _stands(claim: ClaimFact) -> Decimal:
    return claim.standing_ppm / MILLION if claim.state == "endorsed" else ZERO


def _could_stand(claim: ClaimFact) -> Decimal:
    """The same, if every claim that waits were endorsed in full."""
    return ONE if claim.state in PENDING else _stands(claim)


def _coverage(claims: Iterable[ClaimFact], method: Method) -> Decimal:
    """The share of all claims that reviewers have judged, by the points that they could bring."""
    judged = whole = ZERO
    for claim in claims:
        points = points_of(claim, method)
        whole += points
        judged += ZERO if claim.state in PENDING else points
    return judged / whole if whole else ZERO


def _sources(facts: CommunityFacts, now: Sums, could: Sums, method: Method) -> dict[str, object]:
    states = [claim.state for claim in facts.claims]
    return {
        "points": _text(now.points) if now.points else None,
        "could_be_points": _text(could.points),
        "endorsed": states.count("endorsed"),
        "disputed": states.count("disputed"),
        "waiting": sum(state in PENDING for state in states),
        "reviewers": facts.reviewers,
        "categories": {
            name: {"brought_points": _text(points), "counted_points": _text(now.counted.get(name, ZERO))}
            for name, points in now.brought.items()
        },
        "claims": [_claim(claim, method) for claim in facts.claims],
    }


def _claim(claim: ClaimFact, method: Method) -> dict[str, object]:
    return {
        "digest": claim.digest,
        "category": claim.category,
        "state": claim.state,
        "age_days": claim.age_days,
        "standing_ppm": int(claim.standing_ppm),
        "points": _text(_stands(claim) * points_of(claim, method)),
    }


def _text(points: Decimal) -> str:
    return f"{fixed(points):.4f}"
