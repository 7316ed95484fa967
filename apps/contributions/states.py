"""The state of a claim, from everything known of it at one moment. Pure: the same facts give the same state.

Nothing is carried over from the state before, so the order in which statements arrived does not matter, and what is
revoked leaves no trace in it. The first rule that holds gives the state:

    revoked            its author withdrew it
    expired            the work is older than the method's limit
    disputed           counted reviewers dispute it, and their word is not outweighed
    endorsed           evidence was found, and counted reviewers outweigh those against by the method's least
    evidence_checked   evidence was found
    claimed            else; a claim whose evidence is gone falls back to it, whatever others said of it
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from apps.contributions.trust import NO_SUPPORT, ONE, Rules, Support
from apps.protocol.units import Address

StateName = Literal["claimed", "evidence_checked", "endorsed", "disputed", "expired", "revoked"]
Found = Literal["yes", "no", "unknown"]
AUTHOR, CHECK, REVIEWERS, CALENDAR = "author", "evidence check", "reviewers", "calendar"


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of evidence: what its last conclusive check found, or `unknown` where none was conclusive yet.

    `backs` is the digest of an earlier claim that it backs already; empty where it is this claim's own.
    """

    found: Found
    backs: str = ""

    @property
    def holds(self) -> bool:
        return self.found == "yes" and not self.backs


@dataclass(frozen=True, slots=True)
class Claim:
    """What a state follows from. `expires` is the first day on which the claim no longer counts."""

    evidence: tuple[Item, ...]
    expires: date
    revoked_by: Address | None = None
    support: Support = NO_SUPPORT


@dataclass(frozen=True, slots=True)
class State:
    """A state, who brought it about (an address, or the rule that judged), and why, in one sentence."""

    name: StateName
    by: str
    why: str


def state_of(claim: Claim, *, today: date, rules: Rules) -> State:
    """The state of a claim on a day."""
    if claim.revoked_by is not None:
        return State("revoked", claim.revoked_by, "Withdrawn by its author.")
    if today >= claim.expires:
        return State("expired", CALENDAR, f"Work that ended so long ago no longer counts, from {claim.expires} on.")
    if claim.support.is_disputed(rules):
        return State("disputed", _first(claim.support.disputers), _disputed(claim.support))
    if not any(item.holds for item in claim.evidence):
        return State("claimed", CHECK if claim.evidence else AUTHOR, _without(claim.evidence))
    if claim.support.is_endorsed(rules):
        return State("endorsed", _first(claim.support.endorsers), _endorsed(claim.support))
    return State("evidence_checked", CHECK, _checked(claim.evidence, claim.support))


def weight_text(ppm: int) -> str:
    """A weight in reviewers, with two decimals at the most: “2”, “0.25”; one that would round to 0 says so."""
    hundredths = (ppm * 100 + ONE // 2) // ONE
    if ppm and not hundredths:
        return "less than 0.01"
    return f"{hundredths // 100}.{hundredths % 100:02}".rstrip("0").rstrip(".")


def _first(speakers: tuple[Address, ...]) -> str:
    """The one whose word it was; the rule, where it took several."""
    return speakers[0] if len(speakers) == 1 else REVIEWERS


def _endorsed(support: Support) -> str:
    against = f" against {weight_text(support.disputed_ppm)}" if support.disputed_ppm else ""
    return f"Endorsed with weight {weight_text(support.endorsed_ppm)}{against}, where one reviewer weighs 1."


def _disputed(support: Support) -> str:
    by, for_it = weight_text(support.disputed_ppm), weight_text(support.endorsed_ppm)
    return f"Disputed with weight {by} against {for_it} for it, where one reviewer weighs 1."


def _without(evidence: Iterable[Item]) -> str:
    items = tuple(evidence)
    if not items:
        return "It names no evidence."
    if any(item.backs and item.found == "yes" for item in items):
        return "Its evidence backs an earlier claim already."
    if any(item.found == "no" for item in items):
        return "Its evidence was not found where it should be."
    return "Its evidence was not checked yet."


def _checked(evidence: tuple[Item, ...], support: Support) -> str:
    held = sum(item.holds for item in evidence)
    said = f"Evidence found: {held} of {len(evidence)}"
    if support.endorsed_ppm or support.disputed_ppm:
        for_it, against = weight_text(support.endorsed_ppm), weight_text(support.disputed_ppm)
        return f"{said}. Reviewers' weight for it {for_it}, against it {against}: not enough to endorse it."
    return f"{said}. No counted reviewer has spoken."
