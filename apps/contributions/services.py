"""The ways in which something changes here: a statement comes in, a co-author signs, a claim changes its state."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.chain import signatures
from apps.chain.client import ChainClient
from apps.chain.provider import Request
from apps.chain.readers import bonding, required
from apps.chain.records import Header, block_param
from apps.chain.signatures import MAGIC_6492, MOST_BYTES, Proof
from apps.contributions import intake, storing
from apps.contributions.intake import Standing
from apps.contributions.models import Claim, CoSignature, State, Statement
from apps.contributions.storing import Checked
from apps.network.selectors.contracts import addresses_now
from apps.protocol import statements
from apps.protocol.statements import Refusal
from apps.protocol.units import Address

log = structlog.get_logger(__name__)

_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A statement that was stored: its digest, and what kind it is."""

    digest: str
    kind: str


def statement_submit(
    client: ChainClient,
    *,
    document: Any,
    signature: str,
    signer: Address | None = None,
    source: str,
    now: datetime | None = None,
) -> Accepted | Refusal:
    """Stores a signed statement if everything about it holds; a refusal stores nothing.

    `document` is the typed data that was signed, `signature` 0x and hex. `signer` has to be named only where a
    contract signed that is not the author. Raises ChainError where the chain does not answer.
    """
    at = now or timezone.now()
    message = statements.parse(document, chain_id=settings.CHAIN_ID)
    if isinstance(message, Refusal):
        return message
    signed = signature_bytes(signature)
    if isinstance(signed, Refusal):
        return signed
    digest = statements.digest(message, settings.CHAIN_ID)
    text = intake.text_of(digest)
    found = _refused(message, text, now=at)
    if isinstance(found, Refusal):
        return found
    account = signer or _likely(digest, signed, found.author)
    head = client.head()
    proof = _proved(client, found, digest, signed, account, head, at)
    if isinstance(proof, Refusal):
        return proof
    made = _stored(message, text, signed, proof, head, source, at)
    log.info("statement", digest=text, kind=message.TYPE, refused=made.code if isinstance(made, Refusal) else "")
    return made


def signature_bytes(text: str) -> bytes | Refusal:
    """The bytes of a signature as wallets and command lines give it."""
    plain = text.strip()
    plain = plain if plain.startswith("0x") else f"0x{plain}"
    if len(plain) > 2 * MOST_BYTES + 2 or not _HEX.fullmatch(plain):
        return Refusal("bad_signature", "A signature is 0x and hexadecimal digits. Copy it whole.")
    return bytes.fromhex(plain[2:])


def _refused(message: statements.Message, digest: str, *, now: datetime) -> Standing | Refusal:
    """What our own rows say of the statement."""
    if Statement.objects.filter(pk=digest).exists():
        return Refusal("already_known", f"This statement was submitted before and stands as {digest}.")
    return intake.standing_of(message, now=now)


def _likely(digest: bytes, signature: bytes, author: Address) -> Address:
    """The account to prove the signature for: a key's own where it may speak for the author, else the author."""
    if signature.endswith(MAGIC_6492):
        return author
    found = signatures.recovered(digest, signature)
    return found if isinstance(found, str) and intake.is_key_of(found, author) else author


def _proved(
    client: ChainClient,
    standing: Standing,
    digest: bytes,
    signature: bytes,
    account: Address,
    head: Header,
    now: datetime,
) -> Proof | Refusal:
    """The proof of the signature, and of the author's registration where it takes one, at that block."""
    old = _age_refused(head, now)
    if old is not None:
        return old
    manager = addresses_now().get("BondingManager") if standing.needs_registration else None
    asked: list[Request] = [signatures.code_request(account, head.hash)]
    if manager is not None:
        called = bonding.is_registered(manager, standing.author)
        asked.append(("eth_call", [{"to": manager, "data": f"0x{called.data.hex()}"}, block_param(head.hash)]))
    code, *registered = client.batch(asked)
    proof = signatures.prove(client, digest=digest, signature=signature, account=account, block=head.hash, code=code)
    if isinstance(proof, Refusal) or not standing.needs_registration:
        return proof
    if manager is None:
        return Refusal("not_ready", "The index has not read the protocol's contracts yet. Try again in a minute.")
    if not required(called, bytes.fromhex(registered[0][2:])):
        return Refusal(
            "not_registered", f"{standing.author} is not a registered orchestrator: it is not bonded to itself."
        )
    return proof


def _age_refused(head: Header, now: datetime) -> Refusal | None:
    """Why nothing is checked against a block that old: what held then may not hold now."""
    age_s = int(now.timestamp()) - head.timestamp
    if age_s <= settings.HEAD_STALE_S:
        return None
    return Refusal("stale", f"The newest block is {age_s:,} seconds old, too old to check against. Try later.")


def _stored(
    message: statements.Message,
    digest: str,
    signature: bytes,
    proof: Proof,
    head: Header,
    source: str,
    now: datetime,
) -> Accepted | Refusal:
    with transaction.atomic():
        storing.take_turn()
        standing = _refused(message, digest, now=now)  # again: another statement may have come in between
        if isinstance(standing, Refusal):
            return standing
        authority = intake.signer_refused(message, standing, proof.signer) or intake.authority_of(
            standing, proof.signer, now=now
        )
        if isinstance(authority, Refusal):
            return authority
        if Statement.objects.filter(signer=proof.signer, nonce=message.nonce).exists():
            return Refusal("nonce_used", f"{proof.signer} signed another statement with this nonce. Take a new one.")
        checked = Checked(message, digest, settings.CHAIN_ID, signature, standing, authority, proof, head, source, now)
        return Accepted(digest, storing.store(checked).kind)


def cosignature_submit(
    client: ChainClient, *, claim: str, signature: str, signer: Address | None = None, now: datetime | None = None
) -> Accepted | Refusal:
    """Stores a named co-author's signature under a claim's digest; a refusal stores nothing."""
    at = now or timezone.now()
    found = Claim.objects.filter(pk=claim).first()
    if found is None:
        return Refusal("unknown_claim", "There is no such claim.")
    if found.state == State.REVOKED:
        return Refusal("claim_revoked", "That claim was withdrawn by its author.")
    signed = signature_bytes(signature)
    if isinstance(signed, Refusal):
        return signed
    digest = bytes.fromhex(claim[2:])
    account = signer or signatures.recovered(digest, signed)
    if isinstance(account, Refusal):
        return account
    if account not in found.co_authors:
        return Refusal("not_co_author", f"The claim does not name {account} as a co-author.")
    head = client.head()
    proof = _age_refused(head, at) or signatures.prove(
        client, digest=digest, signature=signed, account=account, block=head.hash
    )
    if isinstance(proof, Refusal):
        return proof
    _made, is_new = CoSignature.objects.get_or_create(
        claim=found,
        signer=proof.signer,
        defaults={
            "signature": signed,
            "verified_as": proof.verified_as,
            "received_at": at,
            "block_number": head.number,
            "block_hash": head.hash,
        },
    )
    return Accepted(claim, "co_signature") if is_new else Refusal("already_known", "This co-author signed before.")


def transition_record(claim: str, state: str, *, by: str, why: str, at: datetime | None = None) -> bool:
    """Takes a claim to a state; False where it is there already or was revoked, which is for good."""
    with transaction.atomic():
        storing.take_turn()
        found = Claim.objects.get(pk=claim)
        if found.state in (state, State.REVOKED):
            return False
        storing.step(found, state, by=by, why=why, at=at or timezone.now())
        return True
