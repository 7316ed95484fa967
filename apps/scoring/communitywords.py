"""The community part in sentences: what counts, why nothing does, and what would raise it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from apps.contributions.categories import CATEGORIES
from apps.scoring import words
from apps.scoring.facts import CommunityFacts

NONE_RECORDED = "Unknown: no verified contributions are recorded yet, so this part neither helps nor harms."  # to 1.0
NO_CLAIM = "Unknown: it has claimed no contribution that stands, so this part neither helps nor harms."
NO_REVIEWERS = (
    "Unknown: nobody has been appointed as a reviewer on this network yet, so no claim counts as endorsed; "
    "this part neither helps nor harms."
)
CLAIM_SOMETHING = (
    "Sign a claim of what you did for the network, with a link that others can check; it counts once reviewers "
    "endorse it, and never lowers the score."
)


class Rule(Protocol):
    @property
    def minimum(self) -> Decimal: ...
    @property
    def maximum(self) -> Decimal: ...


class Points(Protocol):
    @property
    def brought(self) -> Mapping[str, Decimal]: ...
    @property
    def counted(self) -> Mapping[str, Decimal]: ...
    @property
    def points(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Told:
    """What the sentences are made from: the claims, what they bring now, and what if all that wait were endorsed."""

    facts: CommunityFacts
    now: Points
    could: Points
    rules: Mapping[str, Rule]

    def count(self, *states: str) -> int:
        return sum(claim.state in states for claim in self.facts.claims)


def reason(told: Told) -> str:
    """Why the part has its value."""
    endorsed = sum(claim.state == "endorsed" and claim.category in told.now.counted for claim in told.facts.claims)
    titles = [_title(name) for name in sorted(told.now.counted, key=lambda name: (-told.now.counted[name], name))]
    counted = f"{words.count(endorsed, 'endorsed contribution')} in {_listed(titles)}"
    return f"{words.sentence(counted)}, faded by age{_also(told)}."


def nothing_counts(told: Told) -> str:
    """Why none of its claims counts."""
    if not told.facts.reviewers:
        return NO_REVIEWERS
    number = len(told.facts.claims)
    claims, is_one = words.count(number, "claim"), number == 1
    if told.now.brought:
        low = _listed([_title(name) for name in told.now.brought])
        why = f"what counts of its {claims} is below the least of {low}"
    elif told.count("disputed") == number:
        why = f"its {claims} {'is' if is_one else 'are'} disputed"
    else:
        why = "its one claim is not endorsed" if is_one else f"none of its {claims} is endorsed"
    return f"Unknown: {why}, so this part neither helps nor harms."


def raises(told: Told) -> tuple[str, ...]:
    """What its operator can do, the weightiest first."""
    return tuple(_raises(told))


def _raises(told: Told) -> Iterator[str]:
    if told.could.points > told.now.points and told.facts.reviewers:
        waiting = words.count(told.count("claimed", "evidence_checked"), "waiting claim")
        yield f"Endorsements for {waiting}: the part would be {_points(told.could.points)} at most."
    if without := told.count("claimed"):
        yield f"Evidence that can be found for {words.count(without, 'claim')}: without it no endorsement counts."
    if disputed := told.count("disputed"):
        yield f"An answer to the disputes of {words.count(disputed, 'claim')}: they count for nothing while they stand."
    for name, points in told.now.brought.items():
        rule = told.rules[name]
        if points < rule.minimum:
            yield f"More in {_title(name)}: it brings {_points(points)} and counts from {_points(rule.minimum)} on."
    full = [name for name in told.now.counted if told.now.counted[name] == told.rules[name].maximum]
    if full:
        yield f"Something else than {_listed([_title(name) for name in full])}, which counts for no more than it has."


def _also(told: Told) -> str:
    others = []
    if waiting := told.count("claimed", "evidence_checked"):
        others.append(f"{words.count(waiting, 'more', 'more')} wait{'s' if waiting == 1 else ''} to be endorsed")
    if disputed := told.count("disputed"):
        others.append(f"{words.count(disputed, 'is', 'are')} disputed")
    return f"; {', '.join(others)}" if others else ""


def _title(name: str) -> str:
    """The category's title inside a sentence."""
    found = CATEGORIES.get(name)
    return (found.title[:1].lower() + found.title[1:]) if found else name


def _listed(titles: list[str]) -> str:
    return ", ".join(titles)  # with commas alone, since titles have an “and” of their own


def _points(value: Decimal) -> str:
    text = f"{value.quantize(Decimal('0.1')):f}".removesuffix(".0")
    return f"{text} {'point' if text == '1' else 'points'}"
