"""What each word on a claim weighs, and why; until a run of the score says it, nothing counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings

from apps.contributions import reviewers
from apps.contributions.states import weight_text
from apps.web.contributions.rows import Word


@dataclass(frozen=True, slots=True)
class Weighed:
    """A word's weight, where one reviewer weighs 1,000,000, and the reason in a sentence."""

    ppm: int
    why: str

    @property
    def counts(self) -> bool:
        return self.ppm > 0

    @property
    def text(self) -> str:
        return weight_text(self.ppm)


@dataclass(frozen=True, slots=True)
class Weighing:
    """The weights of one claim's words, the size of the published list on that day, and when they were weighed."""

    reviewers: int
    at: datetime | None = None
    known: Mapping[str, Weighed] = field(default_factory=dict)

    def of(self, word: Word) -> Weighed:
        """A word that stands no longer, or came after the last weighing, weighs nothing and says so."""
        if word.row.revoked:
            return Weighed(0, "Its author revoked it.")
        if word.row.superseded_by_id is not None:
            return Weighed(0, "The same account said something else of this claim later.")
        return self.known.get(str(word.row.pk), Weighed(0, self._unknown))

    @property
    def _unknown(self) -> str:
        if not self.reviewers:
            return "No reviewers are appointed on this chain, so no word counts."
        return "It has not been weighed yet."


def weights_of(claim: str, words: Sequence[Word]) -> Weighing:
    """The weights of these words on the claim."""
    now = datetime.now(UTC)
    return Weighing(reviewers=len(reviewers.seed_of(settings.CHAIN_ID, now.date())))
