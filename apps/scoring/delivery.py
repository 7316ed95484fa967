"""Quality of delivery, a piece of the work part: how paid sessions went, and how tests went, kept apart and marked.

A session that a gateway paid for says more than a test, so telemetry weighs more. Small samples are drawn toward what
the others reached with the same source, and weigh less. Nothing known of one is no mark against it, and nothing at all
is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from apps.protocol.units import PPM
from apps.scoring import words
from apps.scoring.jobfacts import PROBE, TELEMETRY, DeliveryFacts, QualityFact
from apps.scoring.method import Method
from apps.scoring.results import HUNDRED, ONE, ZERO, clipped

UNKNOWN = "No gateway or tester reports how its work went."
MARKS: Mapping[str, str] = {TELEMETRY: "prior_sessions", PROBE: "prior_tests"}


@dataclass(frozen=True, slots=True)
class SubPart:
    """A piece of a part, 0 to 100 with a 90 % interval; without a value nothing is known of it and `reason` says so.

    `coverage` is the share, 0 to 1, of what it would like to rest on; `sources` keeps each mark's figures apart.
    """

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    coverage: Decimal
    reason: str
    sources: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Mark:
    """One mark of quality, shares of 0 to 1: as measured, drawn toward the others, and how far it may be off."""

    name: str
    count: int
    success: Decimal
    score: Decimal
    drawn: Decimal
    off: Decimal
    weight: Decimal  # by what kind of mark it is, and less for few
    full_weight: Decimal


def delivery(facts: DeliveryFacts | None, method: Method) -> SubPart:
    """How well the node's work went. Better successes or scores never lower it; none known gives no value."""
    marks = [_mark(name, rows, method) for name, rows in _by_mark(facts).items()]
    if not marks:
        return SubPart(None, None, None, ZERO, UNKNOWN)
    weight = sum((mark.weight for mark in marks), ZERO)
    value = sum((mark.drawn * mark.weight for mark in marks), ZERO) / weight
    off = sum((mark.off * mark.weight for mark in marks), ZERO) / weight
    return SubPart(
        value=HUNDRED * value,
        low=clipped(HUNDRED * (value - off)),
        high=clipped(HUNDRED * (value + off)),
        coverage=weight / sum((method.number("delivery", name) for name in MARKS), ZERO),
        reason=" ".join(_sentence(mark) for mark in marks),
        sources={mark.name: _figures(mark) for mark in marks},
    )


def _by_mark(facts: DeliveryFacts | None) -> Mapping[str, Sequence[QualityFact]]:
    """The rows of each mark that measured anything."""
    rows = facts.quality if facts is not None else ()
    found = {name: [each for each in rows if each.mark == name and each.count > 0] for name in MARKS}
    return {name: held for name, held in found.items() if held}


def _mark(name: str, rows: Sequence[QualityFact], method: Method) -> _Mark:
    count = sum(each.count for each in rows)
    others = sum(each.others_count for each in rows)
    prior = method.number("delivery", MARKS[name]) if others else ZERO
    success = Decimal(sum(each.success_ppm_sum for each in rows)) / count / PPM
    own = sum((_score(name, each.success_ppm_sum, each.score_ppm_sum, method) for each in rows), ZERO)
    theirs = sum((_score(name, each.others_success_ppm_sum, each.others_score_ppm_sum, method) for each in rows), ZERO)
    score = own / count
    usual = theirs / others if others else ZERO
    drawn = (score * count + usual * prior) / (count + prior)
    spread = (drawn * (ONE - drawn) / (count + prior)).sqrt() if ZERO < drawn < ONE else ZERO
    full = method.number("delivery", name)
    weight = full * count / (count + method.number("delivery", MARKS[name]))
    return _Mark(
        name,
        count,
        success,
        score,
        drawn,
        method.number("delivery", "interval_deviations") * spread,
        weight,
        full,
    )


def _score(mark: str, success: int, score: int, method: Method) -> Decimal:
    """A sum of scores of 0 to 1: what a reporter marked, or what a tester found of success and speed together."""
    if mark == TELEMETRY:
        return Decimal(score) / PPM
    return (method.number("delivery", "success") * success + method.number("delivery", "speed") * score) / PPM


def _sentence(mark: _Mark) -> str:
    if mark.name == TELEMETRY:
        seen = words.count(mark.count, "reported session or job", "reported sessions and jobs")
        return f"{words.percent(mark.success)} of {seen} went well."
    tests = words.count(mark.count, "hour of tests", "hours of tests")
    return f"Testers found {words.percent(mark.success)} to succeed in {tests}."


def _figures(mark: _Mark) -> dict[str, object]:
    return {
        "count": mark.count,
        "success": f"{mark.success:.6f}",
        "score": f"{mark.score:.6f}",
        "drawn_to_the_others": f"{mark.drawn:.6f}",
        "weight": f"{mark.weight:.6f}",
    }
