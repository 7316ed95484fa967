"""Signing in with a wallet, and out again."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from apps.accounts.models import SpentNonce, WalletSession
from apps.accounts.nonces import LIFE, ends_at, nonce_issue, nonce_spend
from apps.chain.client import ChainClient
from apps.chain.signatures import Proof, prove
from apps.protocol import siwe
from apps.protocol.siwe import BadSignIn, SignIn
from apps.protocol.statements import Refusal
from apps.protocol.units import Address

SESSION_LIFE = timedelta(hours=12)
STATEMENT = "Sign in to Millrace. This sends no transaction, costs nothing and gives nobody access to your funds."
_CLOCKS_APART = timedelta(minutes=2)  # how far ahead of ours the clock may be that wrote the time of issue

# (account, digest, signature): the proof that the account signed these 32 bytes, or why it is none
Verify = Callable[[Address, bytes, bytes], Proof | Refusal]


@dataclass(frozen=True, slots=True)
class Site:
    """Where a reader signs in: the name that the browser shows, the page's own address, and the chain."""

    domain: str
    uri: str
    chain_id: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A session, and the secret for its cookie, which is kept nowhere else."""

    session: WalletSession
    token: str


def proved_on(chain: Callable[[], ChainClient]) -> Verify:
    """Verifies signatures of keys and of contract accounts, as things are at the head of the chain that is given."""

    def verify(account: Address, digest: bytes, signature: bytes) -> Proof | Refusal:
        client = chain()
        return prove(client, digest=digest, signature=signature, account=account, block=client.head().hash)

    return verify


def message_write(address: Address, *, site: Site, now: datetime) -> str:
    """The message for this account to sign, with a fresh nonce; good for ten minutes."""
    return siwe.written(
        SignIn(
            domain=site.domain,
            address=address,
            uri=site.uri,
            chain_id=site.chain_id,
            nonce=nonce_issue(now),
            issued_at=_rfc3339(now),
            expiration_time=_rfc3339(now + LIFE),
            statement=STATEMENT,
        )
    )


def _rfc3339(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def session_open(text: str, signature: bytes, *, site: Site, now: datetime, verify: Verify) -> Opened | Refusal:
    """A session of the account that signed the message. Nothing is kept on a refusal.

    `verify` may ask the chain, so it is called before anything is written. The nonce is used up only by a signature
    that holds: nobody else can spend it.
    """
    try:
        message = siwe.parsed(text)
    except BadSignIn as wrong:
        return Refusal("bad_message", f"The message is not as it was given out. {wrong}")
    refused = _refused(message, site, now)
    if refused is not None:
        return refused
    proof = verify(message.address, siwe.digest(text), signature)
    if isinstance(proof, Refusal):
        return proof
    with transaction.atomic():
        if not nonce_spend(message.nonce, now):
            return _USED
        return _opened(message, proof.verified_as, now)


_USED = Refusal("nonce_used", "This message was used already or is too old. Ask for a new one and sign that.")


def _refused(message: SignIn, site: Site, now: datetime) -> Refusal | None:
    """What is wrong with a message by itself, before any signature is looked at."""
    if message.domain != site.domain or message.uri != site.uri:
        return Refusal("wrong_domain", f"The message is for {message.domain[:100]}, and this is {site.domain}.")
    if message.chain_id != site.chain_id:
        return Refusal("wrong_chain", f"The message is for chain {message.chain_id}, and this is {site.chain_id}.")
    if siwe.moment(message.issued_at) > now + _CLOCKS_APART:
        return Refusal("not_yet", "The message was issued in the future. Set the clock right and sign a new one.")
    if message.not_before is not None and siwe.moment(message.not_before) > now:
        return Refusal("not_yet", "The message is not valid yet.")
    if message.expiration_time is not None and siwe.moment(message.expiration_time) <= now:
        return Refusal("expired", "The message has expired. Ask for a new one and sign that.")
    ends = ends_at(message.nonce)
    if ends is None:
        return Refusal("nonce_unknown", "The nonce was not given out by this site. Ask for a message and sign that.")
    if ends <= now or SpentNonce.objects.filter(value=message.nonce).exists():
        return _USED
    return None


def _opened(message: SignIn, verified_as: str, now: datetime) -> Opened:
    WalletSession.objects.filter(expires_at__lte=now).delete()
    token = secrets.token_urlsafe(32)
    session = WalletSession.objects.create(
        token_hash=_hash(token),
        address=message.address,
        chain_id=message.chain_id,
        verified_as=verified_as,
        opened_at=now,
        expires_at=now + SESSION_LIFE,
    )
    return Opened(session, token)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def session_of(token: str, *, chain_id: int, now: datetime) -> WalletSession | None:
    """The running session of that secret on this chain."""
    if not token:
        return None
    return WalletSession.objects.filter(token_hash=_hash(token), chain_id=chain_id, expires_at__gt=now).first()


def session_close(token: str) -> None:
    """Ends the session; nothing of it is kept."""
    WalletSession.objects.filter(token_hash=_hash(token)).delete()
