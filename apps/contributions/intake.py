"""What a statement has to fulfil before it is stored: rules on its fields, on its author, and on what it speaks of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apps.contributions.categories import CATEGORIES
from apps.contributions.models import Attestation as AttestationRow
from apps.contributions.models import Claim, State, Statement
from apps.contributions.models import KeyDelegation as KeyDelegationRow
from apps.contributions.models import Revocation as RevocationRow
from apps.protocol.statements import (
    DISPUTE,
    NO_HASH,
    Attestation,
    ContributionClaim,
    KeyDelegation,
    Message,
    Refusal,
    Revocation,
)
from apps.protocol.units import ZERO_ADDRESS, Address

OLDEST = timedelta(days=14)  # a Safe's owners may take days to sign one after the other
AHEAD = timedelta(minutes=10)  # that an author's clock may be fast
LONGEST_DELEGATION = timedelta(days=731)
_DIGEST = re.compile(r"0x[0-9a-f]{64}", re.ASCII)
_SELF = "Nobody attests a contribution of their own, nor of those they sign for."


@dataclass(frozen=True, slots=True)
class Standing:
    """What the fields and our own rows say about a statement: in whose name it is, and what it speaks of."""

    author: Address
    needs_registration: bool
    only_author: bool  # a key that the author authorised may not sign it
    claim: Claim | None = None  # the claim amended, attested or revoked
    subject: Statement | None = None  # what is revoked


def standing_of(message: Message, *, now: datetime) -> Standing | Refusal:
    """Who speaks and of what, or why that cannot be."""
    issued_at = getattr(message, "issued_at", None)
    if issued_at is not None:
        wrong = _clock(issued_at, now)
        if wrong is not None:
            return wrong
    match message:
        case ContributionClaim():
            return _claim(message)
        case Attestation():
            return _attestation(message)
        case Revocation():
            return _revocation(message)
        case KeyDelegation():
            return _delegation(message, now)


def moment(seconds: int) -> datetime:
    """Unix seconds as a time."""
    return datetime.fromtimestamp(seconds, UTC)


def is_digest(text: str) -> bool:
    """Whether a text is written as digests are: 0x and 64 small hex digits."""
    return _DIGEST.fullmatch(text) is not None


def text_of(word: bytes) -> str:
    """A digest as text."""
    return f"0x{word.hex()}"


def _clock(issued_at: int, now: datetime) -> Refusal | None:
    age_s = now.timestamp() - issued_at
    if age_s > OLDEST.total_seconds():
        return Refusal("expired", f"This was signed more than {OLDEST.days} days ago. Sign it anew.")
    if age_s < -AHEAD.total_seconds():
        return Refusal("issued_ahead", "issuedAt lies in the future. Set the clock, or sign with the present time.")
    return None


def _claim(message: ContributionClaim) -> Standing | Refusal:
    if message.category not in CATEGORIES:
        return Refusal("unknown_category", f"There is no such category. There is {', '.join(CATEGORIES)}.")
    if not message.period_start <= message.period_end <= message.issued_at + 86_400:
        return Refusal("bad_period", "The period has to begin before it ends, and to end by the day of signing.")
    if message.orchestrator in message.co_authors or ZERO_ADDRESS in message.co_authors:
        return Refusal("bad_co_authors", "coAuthors names others only: neither the orchestrator itself nor nobody.")
    amended = None
    if message.amends != NO_HASH:
        found = _amended(message)
        if isinstance(found, Refusal):
            return found
        amended = found
    return Standing(message.orchestrator, needs_registration=True, only_author=False, claim=amended)


def _amended(message: ContributionClaim) -> Claim | Refusal:
    claim = Claim.objects.filter(pk=text_of(message.amends)).first()
    if claim is None or claim.orchestrator != message.orchestrator:
        return Refusal("unknown_subject", "amends names no claim of this orchestrator. Submit the first version first.")
    if claim.state == State.REVOKED:
        return Refusal("claim_revoked", "That claim was withdrawn by its author. Make a new claim instead.")
    if message.issued_at <= claim.issued_at.timestamp():
        return Refusal("bad_order", "An amendment has to be issued after the version that it amends.")
    return claim


def _attestation(message: Attestation) -> Standing | Refusal:
    claim = Claim.objects.filter(pk=text_of(message.claim_hash)).first()
    if claim is None:
        return Refusal("unknown_subject", "claimHash names no claim that is known here.")
    if claim.state == State.REVOKED:
        return Refusal("claim_revoked", "That claim was withdrawn by its author, so there is nothing to attest.")
    if claim.superseded_by_id is not None:
        return Refusal(
            "claim_superseded", f"That claim was amended. Attest the newer version: {claim.superseded_by_id}."
        )
    if _is_ones_own(message, message.attester, claim):
        return Refusal("self_attestation", _SELF)
    return Standing(message.attester, needs_registration=False, only_author=False, claim=claim)


def _revocation(message: Revocation) -> Standing | Refusal:
    subject = Statement.objects.filter(pk=text_of(message.subject)).first()
    if subject is None or subject.kind == Statement.Kind.REVOCATION:
        return Refusal("unknown_subject", "subject names no claim, attestation or key delegation that is known here.")
    claim = Claim.objects.filter(pk=subject.pk).first() if subject.kind == Statement.Kind.CLAIM else None
    is_over = claim is not None and claim.state == State.REVOKED
    if is_over or RevocationRow.objects.filter(subject=subject.pk).exists():
        return Refusal("already_revoked", "That statement was revoked before.")
    only_author = subject.kind == Statement.Kind.KEY_DELEGATION
    return Standing(
        Address(subject.author), needs_registration=False, only_author=only_author, claim=claim, subject=subject
    )


def _delegation(message: KeyDelegation, now: datetime) -> Standing | Refusal:
    if message.key in (message.orchestrator, ZERO_ADDRESS):
        return Refusal("bad_key", "key has to be another address than the orchestrator's own.")
    if message.valid_until <= now.timestamp():
        return Refusal("expired", "validUntil is over already.")
    if message.valid_until > (now + LONGEST_DELEGATION).timestamp():
        return Refusal("too_long", f"A key is authorised for at most {LONGEST_DELEGATION.days} days at once.")
    return Standing(message.orchestrator, needs_registration=True, only_author=True)


def _is_ones_own(message: Attestation, who: str, claim: Claim) -> bool:
    """Whether who says this speaks of a claim of its own.

    Nobody endorses where they are the author, a co-author that is named, or a key that the author ever authorised. A
    dispute is barred to the author and to co-authors who signed: to name a critic takes no consent and silences nobody.
    """
    if message.verdict == DISPUTE:
        return who == claim.orchestrator or claim.co_signatures.filter(signer=who).exists()
    return who in (claim.orchestrator, *claim.co_authors) or is_key_of(who, claim.orchestrator)


def signer_refused(message: Message, standing: Standing, signer: Address) -> Refusal | None:
    """Why this signer may not sign it, where that shows in who signed: nobody attests a claim of their own."""
    if isinstance(message, Attestation) and standing.claim and _is_ones_own(message, signer, standing.claim):
        return Refusal("self_attestation", _SELF)
    return None


def is_key_of(key: str, orchestrator: str) -> bool:
    """Whether the orchestrator ever authorised the key, even if that is over."""
    return KeyDelegationRow.objects.filter(orchestrator=orchestrator, key=key).exists()


def authority_of(standing: Standing, signer: Address, *, now: datetime) -> KeyDelegationRow | Refusal | None:
    """The delegation by which the signer speaks for the author; None where it is the author."""
    if signer == standing.author:
        return None
    given = list(KeyDelegationRow.objects.filter(orchestrator=standing.author, key=signer).order_by("-valid_until"))
    if not given:
        return Refusal("not_authorised", f"{signer} is not {standing.author}, and has no key delegation from it.")
    if standing.only_author:
        return Refusal("only_author", f"Only {standing.author} itself can sign this, not a key that it authorised.")
    ended = set(RevocationRow.objects.filter(subject__in=[each.pk for each in given]).values_list("subject", flat=True))
    open_ = [each for each in given if each.pk not in ended]
    if not open_:
        return Refusal("key_revoked", f"{standing.author} has revoked the authority of the key {signer}.")
    if open_[0].valid_until <= now:
        return Refusal("key_expired", f"The authority of the key {signer} ended on {open_[0].valid_until:%Y-%m-%d}.")
    return open_[0]


def own_word_of(attester: str, claim: Claim) -> list[AttestationRow]:
    """What the attester said of that claim before, oldest first by their own clock."""
    return list(claim.attestations.filter(attester=attester).order_by("issued_at", "pk"))
