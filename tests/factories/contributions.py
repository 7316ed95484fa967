"""Signed statements and what was found out about them. Digests are those of the messages; signatures are not real."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import factory

from apps.contributions.evidence.references import reference_of
from apps.contributions.intake import moment as moment_of
from apps.contributions.intake import text_of
from apps.contributions.models import (
    Attestation,
    Claim,
    ClaimTransition,
    CoSignature,
    Evidence,
    EvidenceCheck,
    Hiding,
    KeyDelegation,
    Revocation,
    Statement,
)
from apps.protocol import statements
from tests.factories.base import Rows, address, hash_of
from tests.signing import LOCAL_CHAIN, attestation, claim, delegation, revocation

_KINDS = {
    statements.ContributionClaim: "claim",
    statements.Attestation: "attestation",
    statements.Revocation: "revocation",
    statements.KeyDelegation: "key_delegation",
}


class StatementFactory(Rows):
    """The row of a message: `message_of` is the message, `author` in whose name it speaks."""

    class Meta:
        model = Statement
        exclude = ("message_of",)

    message_of: Any = factory.LazyAttributeSequence(lambda row, n: revocation(text_of(hash_of("subject")), nonce=n))
    digest = factory.LazyAttribute(lambda row: statements.digest_text(row.message_of, LOCAL_CHAIN))
    kind = factory.LazyAttribute(lambda row: _KINDS[type(row.message_of)])
    author = factory.Sequence(address)
    signer = factory.LazyAttribute(lambda row: row.author)
    message = factory.LazyAttribute(lambda row: statements.written(row.message_of))
    signature = bytes(65)
    verified_as = "ecdsa"
    chain_id = LOCAL_CHAIN
    nonce = factory.LazyAttribute(lambda row: row.message_of.nonce)
    issued_at = factory.LazyAttribute(
        lambda row: moment_of(row.message_of.issued_at) if hasattr(row.message_of, "issued_at") else None
    )
    received_at = factory.LazyAttribute(lambda row: row.issued_at or moment_of(int(time.time())))
    block_number = 100
    block_hash = hash_of("block 100")
    source = "api"


class ClaimFactory(Rows):
    """A claim with its statement, its first transition and its evidence. `links` are the addresses it names."""

    class Meta:
        model = Claim
        exclude = ("links", "nonce", "age")

    links = ("https://forum.example/t/water-cooler/12/3",)
    age = timedelta(0)  # how long ago it was signed and received
    nonce = factory.Sequence(lambda n: n + 1000)
    orchestrator = factory.Sequence(address)
    category = "meetings"
    title = "Led the Water Cooler call"
    co_authors: list[str] = []
    amends: Claim | None = None
    issued_at = factory.LazyAttribute(lambda row: moment_of(int(time.time() - row.age.total_seconds())))
    period_start = factory.LazyAttribute(lambda row: row.issued_at - timedelta(days=30))
    period_end = factory.LazyAttribute(lambda row: row.issued_at - timedelta(days=1))
    received_at = factory.LazyAttribute(lambda row: row.issued_at)
    state = "claimed"
    state_at = factory.LazyAttribute(lambda row: row.received_at)
    statement = factory.LazyAttribute(lambda row: _statement_of_claim(row))
    root_id = factory.LazyAttribute(lambda row: row.amends.root_id if row.amends else row.statement.pk)

    @classmethod
    def _create(cls, model_class: type[Claim], *args: Any, **kwargs: Any) -> Claim:
        made = model_class.objects.create(*args, **kwargs)
        ClaimTransitionFactory(claim=made, state="claimed", at=made.received_at, by=made.orchestrator)
        for place, url in enumerate(made.statement.message["evidence"]):
            EvidenceFactory(claim=made, position=place, url=url)
        if made.amends is not None:
            Claim.objects.filter(pk=made.amends.pk).update(superseded_by=made)
        return made


def _statement_of_claim(row: Any) -> Statement:
    message = claim(
        row.orchestrator,
        category=row.category,
        title=row.title,
        evidence=tuple(row.links),
        co_authors=tuple(row.co_authors),
        period_start=_seconds(row.period_start),
        period_end=_seconds(row.period_end),
        amends=bytes.fromhex(row.amends.pk[2:]) if row.amends else bytes(32),
        nonce=row.nonce,
        issued_at=_seconds(row.issued_at),
    )
    made: Statement = StatementFactory(message_of=message, author=row.orchestrator, received_at=row.received_at)
    return made


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


class ClaimTransitionFactory(Rows):
    class Meta:
        model = ClaimTransition

    claim = factory.SubFactory(ClaimFactory)
    state = "claimed"
    at = factory.LazyAttribute(lambda row: row.claim.received_at)
    by = factory.LazyAttribute(lambda row: row.claim.orchestrator)
    why = "Signed and received."


class EvidenceFactory(Rows):
    class Meta:
        model = Evidence

    claim = factory.SubFactory(ClaimFactory, links=())
    position = 0
    url = "https://forum.example/t/water-cooler/12/3"
    normalised_url = factory.LazyAttribute(lambda row: reference_of(row.url).normalised)
    kind = factory.LazyAttribute(lambda row: reference_of(row.url).kind)


class EvidenceCheckFactory(Rows):
    class Meta:
        model = EvidenceCheck

    evidence = factory.SubFactory(EvidenceFactory)
    at = factory.LazyAttribute(lambda row: row.evidence.claim.received_at)
    found = "yes"
    author = "somebody"
    snapshot = b"{}"
    snapshot_hash = factory.LazyAttribute(lambda row: hash_of(row.snapshot))
    detail: dict[str, Any] = {}


class CoSignatureFactory(Rows):
    class Meta:
        model = CoSignature

    claim = factory.SubFactory(ClaimFactory)
    signer = factory.Sequence(lambda n: address(n + 5000))
    signature = bytes(65)
    verified_as = "ecdsa"
    received_at = factory.LazyAttribute(lambda row: row.claim.received_at)
    block_number = 100
    block_hash = hash_of("block 100")


class AttestationFactory(Rows):
    class Meta:
        model = Attestation
        exclude = ("nonce",)

    nonce = factory.Sequence(lambda n: n + 1000)
    claim = factory.SubFactory(ClaimFactory)
    attester = factory.Sequence(lambda n: address(n + 7000))
    verdict = 1
    reason = "I was in the call."
    conflict = ""
    issued_at = factory.LazyAttribute(lambda row: row.claim.issued_at)
    received_at = factory.LazyAttribute(lambda row: row.issued_at)
    statement = factory.LazyAttribute(lambda row: _statement_of_attestation(row))


def _statement_of_attestation(row: Any) -> Statement:
    message = attestation(
        row.claim.pk,
        row.attester,
        verdict=row.verdict,
        reason=row.reason,
        conflict=row.conflict,
        nonce=row.nonce,
        issued_at=_seconds(row.issued_at),
    )
    made: Statement = StatementFactory(message_of=message, author=row.attester, received_at=row.received_at)
    return made


class RevocationFactory(Rows):
    """The end of a statement; the rows of its subject are left as they are."""

    class Meta:
        model = Revocation
        exclude = ("nonce", "author")

    nonce = factory.Sequence(lambda n: n + 1000)
    subject = factory.LazyAttribute(lambda row: ClaimFactory().pk)
    author = factory.LazyAttribute(lambda row: Statement.objects.get(pk=row.subject).author)
    reason = "It was another's."
    received_at = factory.LazyFunction(lambda: moment_of(int(time.time())))
    statement = factory.LazyAttribute(
        lambda row: StatementFactory(
            message_of=revocation(row.subject, reason=row.reason, nonce=row.nonce, issued_at=_seconds(row.received_at)),
            author=row.author,
            received_at=row.received_at,
        )
    )


class KeyDelegationFactory(Rows):
    class Meta:
        model = KeyDelegation
        exclude = ("nonce",)

    nonce = factory.Sequence(lambda n: n + 1000)
    orchestrator = factory.Sequence(address)
    key = factory.Sequence(lambda n: address(n + 9000))
    received_at = factory.LazyFunction(lambda: moment_of(int(time.time())))
    valid_until = factory.LazyAttribute(lambda row: row.received_at + timedelta(days=365))
    statement = factory.LazyAttribute(
        lambda row: StatementFactory(
            message_of=delegation(row.orchestrator, row.key, valid_until=_seconds(row.valid_until), nonce=row.nonce),
            author=row.orchestrator,
            received_at=row.received_at,
        )
    )


class HidingFactory(Rows):
    class Meta:
        model = Hiding

    statement = factory.SubFactory(StatementFactory)
    reason = "It names a private person."
    by = "moderator"
    at = factory.LazyAttribute(lambda row: row.statement.received_at)
