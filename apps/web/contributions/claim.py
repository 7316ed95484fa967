"""The page of one claim: what was signed, what was found, what others say, and how it came to its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from apps.contributions import selectors
from apps.contributions.models import ClaimTransition, CoSignature, Statement
from apps.contributions.selectors import ShownClaim
from apps.network.selectors import identities
from apps.network.selectors.identities import Name
from apps.protocol import statements
from apps.protocol.statements import Message, Refusal
from apps.web.contributions import words
from apps.web.contributions.rows import ClaimRow, Word, claim_rows, words_on
from apps.web.contributions.signing import rows_of
from apps.web.contributions.weights import Weighed, weights_of

_PLACEHOLDER = "(hidden)"


@dataclass(frozen=True, slots=True)
class CoAuthor:
    """Somebody whom the claim names beside its author; `signed` is None until they sign."""

    address: str
    signed: CoSignature | None


@dataclass(frozen=True, slots=True)
class Said:
    """A word on the claim with what it weighs, and why."""

    word: Word
    weight: Weighed


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """Everything contributions/claim.html needs."""

    row: ClaimRow
    statement: Statement
    names: Mapping[str, Name]
    fields: Sequence[tuple[str, str]]
    co_authors: Sequence[CoAuthor]
    counted: Sequence[Said]
    others: Sequence[Said]
    history: Sequence[ClaimTransition]
    versions: Sequence[ShownClaim]
    reviewers: int

    @property
    def verified(self) -> str:
        return words.VERIFIED[self.statement.verified_as]

    @property
    def means(self) -> str:
        return words.STATES[self.row.claim.state].means

    @property
    def waiting(self) -> Sequence[CoAuthor]:
        return [one for one in self.co_authors if one.signed is None]

    @property
    def is_open(self) -> bool:
        """Whether its author may still change it and others may still speak of it."""
        return self.row.claim.state not in ("revoked", "expired") and self.row.claim.superseded_by_id is None

    @property
    def signature(self) -> str:
        return f"0x{bytes(self.statement.signature).hex()}"


def claim_page(shown: ShownClaim) -> ClaimPage:
    """The page of a claim in the version that was asked for."""
    claim, statement = shown.claim, shown.claim.statement
    (row,) = claim_rows([shown])
    every = words_on(selectors.attestations_of(shown.digest))
    weighing = weights_of(every)
    said = [Said(word, weighing.of(word)) for word in reversed(every)]
    signed = {one.signer: one for one in selectors.co_signatures_of(shown.digest)}
    return ClaimPage(
        row=row,
        statement=statement,
        names=identities.names(),
        fields=_fields(statement, is_hidden=row.hidden is not None),
        co_authors=[CoAuthor(one, signed.get(one)) for one in claim.co_authors],
        counted=[one for one in said if one.weight.counts],
        others=[one for one in said if not one.weight.counts],
        history=selectors.transitions_of(shown.digest)[::-1],
        versions=selectors.versions_of(str(claim.root_id)),
        reviewers=weighing.reviewers,
    )


def _fields(statement: Statement, *, is_hidden: bool) -> Sequence[tuple[str, str]]:
    """The message as it was signed; what moderators hide is left out and says so."""
    message = message_of(statement)
    if isinstance(message, Refusal):
        return ()
    hidden = ("title", "evidence") if is_hidden else ()
    return [(name, _PLACEHOLDER if name in hidden else value) for name, value in rows_of(message)]


def message_of(statement: Statement) -> Message | Refusal:
    """The message of a stored statement, read again."""
    document: dict[str, Any] = {
        "types": {},
        "primaryType": PRIMARY[statement.kind],
        "domain": statements.domain(settings.CHAIN_ID),
        "message": statement.message,
    }
    kind = document["primaryType"]
    document["types"] = {kind: [{"name": name, "type": type_} for type_, name in statements.TYPES[kind]]}
    return statements.parse(document, chain_id=settings.CHAIN_ID)


PRIMARY: Mapping[str, str] = {
    "claim": "ContributionClaim",
    "attestation": "Attestation",
    "revocation": "Revocation",
    "key_delegation": "KeyDelegation",
}
