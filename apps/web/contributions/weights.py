"""What each word on a claim weighs, and why; until a run of the score says it, nothing counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from apps.contributions import reviewers
from apps.contributions.states import weight_text
from apps.contributions.trust import SENTENCES
from apps.scoring.models import AttestationWeight
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
    """The weights of one claim's words, and how many reviewers of the published list serve today."""

    reviewers: int
    known: Mapping[str, Weighed]

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


def weights_of(words: Sequence[Word]) -> Weighing:
    """The weights of these words, as they were weighed last."""
    rows = AttestationWeight.objects.filter(pk__in=[word.shown.digest for word in words])
    known = {row.attestation: Weighed(row.weight_ppm, SENTENCES.get(row.code, row.code)) for row in rows}
    return Weighing(len(reviewers.seed_of(settings.CHAIN_ID, datetime.now(UTC).date())), known)
