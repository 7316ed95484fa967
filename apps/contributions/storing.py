"""A statement that was found sound, as rows. Everything here runs inside the transaction of its caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from apps.chain.records import Header
from apps.chain.signatures import Proof
from apps.contributions.evidence.indexes import link_of
from apps.contributions.intake import Standing, moment, own_word_of
from apps.contributions.models import (
    Attestation,
    Claim,
    ClaimTransition,
    Evidence,
    KeyDelegation,
    Revocation,
    State,
    Statement,
)
from apps.protocol import statements
from apps.protocol.statements import NO_HASH, Message

_TURN = 0x6D72636F  # "mrco", the advisory lock of this room
_KIND = {
    statements.ContributionClaim: Statement.Kind.CLAIM,
    statements.Attestation: Statement.Kind.ATTESTATION,
    statements.Revocation: Statement.Kind.REVOCATION,
    statements.KeyDelegation: Statement.Kind.KEY_DELEGATION,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement with everything that was found out about it."""

    message: Message
    digest: str
    chain_id: int
    signature: bytes
    standing: Standing
    authority: KeyDelegation | None
    proof: Proof
    block: Header
    source: str
    now: datetime


def take_turn() -> None:
    """Waits until no other transaction stores statements: what was checked then holds until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])


def store(checked: Checked) -> Statement:
    """The statement's row and those that follow from it."""
    statement = _statement(checked)
    match checked.message:
        case statements.ContributionClaim():
            _claim(statement, checked, checked.message)
        case statements.Attestation():
            _attestation(statement, checked, checked.message)
        case statements.Revocation():
            _revocation(statement, checked, checked.message)
        case statements.KeyDelegation():
            KeyDelegation.objects.create(
                statement=statement,
                orchestrator=checked.message.orchestrator,
                key=checked.message.key,
                valid_until=moment(checked.message.valid_until),
                received_at=checked.now,
            )
    return statement


def _statement(checked: Checked) -> Statement:
    issued_at = getattr(checked.message, "issued_at", None)
    return Statement.objects.create(
        digest=checked.digest,
        kind=_KIND[type(checked.message)],
        signer=checked.proof.signer,
        author=checked.standing.author,
        authority=checked.authority,
        message=statements.written(checked.message),
        signature=checked.signature,
        verified_as=checked.proof.verified_as,
        chain_id=checked.chain_id,
        nonce=checked.message.nonce,
        issued_at=None if issued_at is None else moment(issued_at),
        received_at=checked.now,
        block_number=checked.block.number,
        block_hash=checked.block.hash,
        source=checked.source,
    )


def _claim(statement: Statement, checked: Checked, message: statements.ContributionClaim) -> None:
    amended = checked.standing.claim
    claim = Claim(
        statement=statement,
        orchestrator=message.orchestrator,
        category=message.category,
        title=message.title,
        content_hash=None if message.content_hash == NO_HASH else message.content_hash,
        period_start=moment(message.period_start),
        period_end=moment(message.period_end),
        co_authors=list(message.co_authors),
        amends=amended,
        root_id=statement.pk if amended is None else amended.root_id,
        issued_at=moment(message.issued_at),
        received_at=checked.now,
        state=State.CLAIMED,
        state_at=checked.now,
    )
    claim.save(force_insert=True)
    links = [(url, link_of(url)) for url in message.evidence]
    Evidence.objects.bulk_create(
        Evidence(claim=claim, position=place, url=url, normalised_url=link.normalised, kind=link.kind)
        for place, (url, link) in enumerate(links)
    )
    ClaimTransition.objects.create(
        claim=claim, state=State.CLAIMED, at=checked.now, by=checked.proof.signer, why="Signed and received."
    )
    if amended is not None:
        _line_up(Claim, list(Claim.objects.filter(root_id=claim.root_id).order_by("issued_at", "pk")))


def _attestation(statement: Statement, checked: Checked, message: statements.Attestation) -> None:
    claim = checked.standing.claim
    if claim is None:
        raise ValueError("an attestation without its claim")
    Attestation.objects.create(
        statement=statement,
        claim=claim,
        attester=message.attester,
        verdict=message.verdict,
        reason=message.reason,
        conflict=message.conflict,
        issued_at=moment(message.issued_at),
        received_at=checked.now,
    )
    _line_up(Attestation, own_word_of(message.attester, claim))


def _line_up(model: type[Claim] | type[Attestation], rows: Sequence[Claim | Attestation]) -> None:
    """Each row names the next newer one by its author's clock, whatever the order in which they came."""
    for row, newer in zip(rows, [*rows[1:], None], strict=True):
        following = None if newer is None else newer.pk
        if row.superseded_by_id != following:
            model.objects.filter(pk=row.pk).update(superseded_by_id=following)


def _revocation(statement: Statement, checked: Checked, message: statements.Revocation) -> None:
    subject = checked.standing.subject
    if subject is None:
        raise ValueError("a revocation without its subject")
    Revocation.objects.create(statement=statement, subject=subject.pk, reason=message.reason, received_at=checked.now)
    if subject.kind == Statement.Kind.ATTESTATION:
        Attestation.objects.filter(pk=subject.pk).update(revoked=True)
    if checked.standing.claim is not None:
        for claim in Claim.objects.filter(root_id=checked.standing.claim.root_id).order_by("pk"):
            step(claim, State.REVOKED, by=checked.proof.signer, why=message.reason, at=checked.now)


def step(claim: Claim, state: str, *, by: str, why: str, at: datetime) -> None:
    """One more transition, and the claim's state with it."""
    ClaimTransition.objects.create(claim=claim, state=state, at=at, by=by, why=why)
    Claim.objects.filter(pk=claim.pk).update(state=state, state_at=at)
