"""Claims and words as pages list them. Hidden texts never reach a template."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from apps.contributions import selectors
from apps.contributions.categories import CATEGORIES
from apps.contributions.evidence.standing import Standing, standings_of
from apps.contributions.models import Attestation, Claim
from apps.contributions.selectors import Hidden, ShownAttestation, ShownClaim
from apps.web.contributions import words
from apps.web.contributions.words import Badge


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of evidence and what the newest look at it found."""

    standing: Standing
    is_hidden: bool

    @property
    def kind(self) -> str:
        return words.EVIDENCE.get(self.standing.kind, self.standing.kind)

    @property
    def badge(self) -> Badge:
        return words.FOUND[self.standing.found]

    @property
    def sentence(self) -> str:
        """What was found; it may repeat what a host says, so it is kept back with a hidden claim's text."""
        return "" if self.is_hidden else str(self.standing.detail.get("sentence", ""))


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim in a list, with what is known of its evidence. `title` is empty where it is hidden."""

    shown: ShownClaim
    evidence: Sequence[Item]

    @property
    def claim(self) -> Claim:
        return self.shown.claim

    @property
    def digest(self) -> str:
        return self.shown.digest

    @property
    def title(self) -> str:
        return self.shown.title or ""

    @property
    def hidden(self) -> Hidden | None:
        return self.shown.hidden

    @property
    def category(self) -> str:
        known = CATEGORIES.get(self.claim.category)
        return known.title if known else self.claim.category

    @property
    def found(self) -> int:
        return sum(one.standing.holds for one in self.evidence)


@dataclass(frozen=True, slots=True)
class Word:
    """An endorsement or dispute, with the title of its claim; texts are empty where they are hidden."""

    shown: ShownAttestation
    claim_title: str

    @property
    def row(self) -> Attestation:
        return self.shown.attestation

    @property
    def hidden(self) -> Hidden | None:
        return self.shown.hidden

    @property
    def endorses(self) -> bool:
        return self.row.verdict == Attestation.Verdict.ENDORSE

    @property
    def reason(self) -> str:
        return self.shown.reason or ""

    @property
    def conflict(self) -> str:
        return self.shown.conflict or ""

    @property
    def anchor(self) -> str:
        return f"word-{self.shown.digest[2:12]}"


def claim_rows(claims: Sequence[ShownClaim]) -> list[ClaimRow]:
    """The claims as given, each with its evidence. Two queries more."""
    evidence = standings_of([one.digest for one in claims]) if claims else {}
    return [
        ClaimRow(one, [Item(each, one.hidden is not None) for each in evidence.get(one.digest, [])]) for one in claims
    ]


def words_on(attestations: Sequence[ShownAttestation]) -> list[Word]:
    """The words as given. One query more."""
    hidden = hidden_among([str(one.attestation.claim_id) for one in attestations])
    return [
        Word(one, "" if str(one.attestation.claim_id) in hidden else one.attestation.claim.title)
        for one in attestations
    ]


def hidden_among(digests: Collection[str]) -> Collection[str]:
    """Which of these statements moderators hide now."""
    return selectors.hidings(list(digests))
