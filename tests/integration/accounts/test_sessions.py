"""Signing in: each refusal for itself, one use of each nonce, and sessions that end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.accounts import services
from apps.accounts.models import SpentNonce, WalletSession
from apps.accounts.nonces import nonce_issue, nonce_spend
from apps.accounts.services import Opened, Site, message_write, session_close, session_of, session_open
from apps.chain.signatures import Proof
from apps.protocol import siwe
from apps.protocol.statements import Refusal
from apps.protocol.units import Address
from tests.factories import address

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WHO = Address(address(1))
SITE = Site(domain="millrace.example", uri="https://millrace.example/operator/", chain_id=31337)


def only_right(who: Address, digest: bytes, signature: bytes) -> Proof | Refusal:
    """Stands for a verification that takes the digest itself as the signature."""
    right = who == WHO and signature == digest
    return Proof(who, "ecdsa") if right else Refusal("bad_signature", "This is another's.")


def opened(text: str, *, site: Site = SITE, now: datetime = NOW, signature: bytes | None = None) -> Opened | Refusal:
    return session_open(text, signature or siwe.digest(text), site=site, now=now, verify=only_right)


def altered(**changes: Any) -> str:
    """A message of ours with a field that is not as we write it."""
    return siwe.written(replace(siwe.parsed(message_write(WHO, site=SITE, now=NOW)), **changes))


def test_session__when_signed__then_of_that_account_until_it_ends() -> None:
    text = message_write(WHO, site=SITE, now=NOW)
    assert text.startswith("millrace.example wants you to sign in with your Ethereum account:\n")
    found = opened(text, now=NOW + timedelta(minutes=9))
    assert isinstance(found, Opened)
    later = NOW + timedelta(minutes=9) + services.SESSION_LIFE
    kept = session_of(found.token, chain_id=31337, now=later - timedelta(seconds=1))
    assert kept is not None
    assert (kept.address, kept.verified_as) == (WHO, "ecdsa")
    assert session_of(found.token, chain_id=31337, now=later) is None
    assert session_of(found.token, chain_id=42161, now=NOW) is None
    assert session_of(found.token[:-1], chain_id=31337, now=NOW) is None
    assert session_of("", chain_id=31337, now=NOW) is None
    session_close(found.token)
    assert not WalletSession.objects.exists()


def test_session__when_a_message_comes_twice__then_refused_and_the_first_stands() -> None:
    text = message_write(WHO, site=SITE, now=NOW)
    assert isinstance(opened(text), Opened)
    again = opened(text)
    assert isinstance(again, Refusal)
    assert again.code == "nonce_used"
    assert WalletSession.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (lambda: altered(domain="evil.example"), "wrong_domain"),
        (lambda: altered(uri="https://evil.example/operator/"), "wrong_domain"),
        (lambda: altered(chain_id=1), "wrong_chain"),
        (lambda: altered(nonce="32891756"), "nonce_unknown"),
        (lambda: altered(nonce="0" * 48), "nonce_unknown"),
        (lambda: altered(issued_at="2026-03-01T12:02:01Z"), "not_yet"),
        (lambda: altered(not_before="2026-03-01T12:00:01Z"), "not_yet"),
        (lambda: altered(expiration_time="2026-03-01T12:00:00Z"), "expired"),
        (lambda: "sign me in", "bad_message"),
        (lambda: altered().replace("Version: 1", "Version: 2"), "bad_message"),
        (lambda: altered(address=Address(address(2))), "bad_signature"),
    ],
)
def test_session__when_the_message_is_not_ours__then_refused_and_nothing_kept(text: object, code: str) -> None:
    assert callable(text)
    found = opened(text())
    assert isinstance(found, Refusal)
    assert found.code == code
    assert not WalletSession.objects.exists()
    assert not SpentNonce.objects.exists()


def test_session__when_the_signature_is_wrong__then_the_nonce_stays_good() -> None:
    text = message_write(WHO, site=SITE, now=NOW)
    refused = opened(text, signature=b"another")
    assert isinstance(refused, Refusal)
    assert refused.code == "bad_signature"
    assert isinstance(opened(text), Opened)


def test_session__when_the_message_is_too_old__then_refused() -> None:
    text = message_write(WHO, site=SITE, now=NOW)
    found = opened(text, now=NOW + timedelta(minutes=10))
    assert isinstance(found, Refusal)
    assert found.code == "expired"
    unlimited = siwe.written(replace(siwe.parsed(text), expiration_time=None))
    found = opened(unlimited, now=NOW + timedelta(minutes=10))
    assert isinstance(found, Refusal)
    assert found.code == "nonce_used"


def test_sessions__when_old_ones_ended__then_forgotten_with_the_next() -> None:
    assert isinstance(opened(message_write(WHO, site=SITE, now=NOW)), Opened)
    later = NOW + services.SESSION_LIFE
    assert isinstance(opened(message_write(WHO, site=SITE, now=later), now=later), Opened)
    assert WalletSession.objects.count() == 1
    assert SpentNonce.objects.count() == 1


def test_nonce__when_spent__then_once_only_and_in_time() -> None:
    value = nonce_issue(NOW)
    assert len(value) == 48
    assert value != nonce_issue(NOW)
    assert not nonce_spend(value, NOW + timedelta(minutes=10))
    assert nonce_spend(value, NOW)
    assert not nonce_spend(value, NOW)
    forged = f"{int(value[0], 16) ^ 1:x}{value[1:]}"
    assert not nonce_spend(forged, NOW)
