"""Statements that are refused: each with its reason, and nothing is stored."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from apps.contributions.models import Attestation, Claim, ClaimTransition, Evidence, KeyDelegation, Statement
from apps.contributions.services import Accepted, statement_submit
from apps.devnet.keys import Account
from apps.protocol.statements import Message, Refusal, digest, parse
from apps.protocol.units import Address
from tests.factories import KeyDelegationFactory, RevocationFactory
from tests.integration.contributions.conftest import Place
from tests.signing import LOCAL_CHAIN, Signed, attestation, claim, delegation, revocation, sign, signed

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
ALL = (Statement, Claim, Attestation, KeyDelegation, Evidence, ClaimTransition)


def counts() -> list[int]:
    return [model.objects.count() for model in ALL]


def hand_in(place: Place, made: Signed, *, signer: str | None = None) -> Accepted | Refusal:
    named = Address(signer) if signer else None
    return statement_submit(
        place.client, document=made.document, signature=made.signature, signer=named, source="upload"
    )


def refused(place: Place, made: Signed, *, signer: str | None = None) -> str:
    """The reason; and that nothing was stored."""
    before = counts()
    found = hand_in(place, made, signer=signer)
    assert isinstance(found, Refusal), found
    assert counts() == before
    return found.code


def not_taken(place: Place, message: Message, by: Account, *, signer: str | None = None) -> str:
    return refused(place, signed(message, by), signer=signer)


def test_signature__when_it_is_anothers__then_refused(place: Place) -> None:
    assert not_taken(place, claim(place.one.address), place.two) == "wrong_signer"
    assert not_taken(place, claim(place.one.address), place.two, signer=place.two.address) == "not_authorised"


def test_signature__when_it_was_made_for_another_chain__then_refused(place: Place) -> None:
    message = claim(place.one.address)
    assert refused(place, signed(message, place.one, chain_id=42161)) == "wrong_chain"
    elsewhere = signed(message, place.one, chain_id=42161)
    here = signed(message, place.one)
    assert refused(place, Signed(here.document, elsewhere.signature)) == "wrong_signer"


def test_signature__when_it_was_made_for_another_domain__then_refused(place: Place) -> None:
    made = signed(claim(place.one.address), place.one)
    other = deepcopy(made.document)
    other["domain"]["name"] = "Windmill"
    assert refused(place, Signed(other, sign(other, place.one))) == "wrong_domain"
    assert refused(place, Signed(made.document, sign(other, place.one))) == "wrong_signer"


def test_statement__when_it_is_handed_in_twice__then_the_second_is_refused(place: Place) -> None:
    made = signed(claim(place.one.address), place.one)
    assert isinstance(hand_in(place, made), Accepted)
    assert refused(place, made) == "already_known"


def test_nonce__when_it_was_used_for_another_statement__then_refused(place: Place) -> None:
    place.accepted(claim(place.one.address, nonce=5), place.one)
    assert not_taken(place, claim(place.one.address, title="Another", nonce=5), place.one) == "nonce_used"
    assert not_taken(place, delegation(place.one.address, place.nobody.address, nonce=5), place.one) == "nonce_used"
    place.accepted(claim(place.two.address, nonce=5), place.two)  # each signer counts alone


def test_signature__when_its_s_is_high__then_refused(place: Place) -> None:
    made = signed(claim(place.one.address), place.one)
    raw = bytes.fromhex(made.signature[2:])
    turned = raw[:32] + (N - int.from_bytes(raw[32:64])).to_bytes(32) + bytes([55 - raw[64]])
    assert refused(place, Signed(made.document, f"0x{turned.hex()}")) == "malleable_signature"


def test_claim__when_it_was_signed_long_ago_or_ahead__then_refused(place: Place) -> None:
    now = int(time.time())
    assert not_taken(place, claim(place.one.address, issued_at=now - 15 * 86_400), place.one) == "expired"
    assert not_taken(place, claim(place.one.address, issued_at=now + 3_600), place.one) == "issued_ahead"


def altered(value: Any) -> Iterator[Any]:
    """The value with one of its letters or digits replaced, or its number one off."""
    if isinstance(value, int):
        yield value - 1
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from ([*value[:place], other, *value[place + 1 :]] for other in altered(one))
    else:
        at = len(value) - 1
        yield value[:at] + ("1" if value[at] != "1" else "2")


def test_statement__when_one_letter_of_any_field_is_altered__then_refused(place: Place) -> None:
    made = signed(claim(place.one.address, co_authors=(place.two.address,), content_hash=b"\1" * 32), place.one)
    tried = 0
    for name, value in made.document["message"].items():
        for other in altered(value):
            document = deepcopy(made.document)
            document["message"][name] = other
            assert refused(place, Signed(document, made.signature)) in ("wrong_signer", "bad_field", "unknown_subject")
            tried += 1
    assert tried == 11


def test_signature__when_any_of_its_bytes_is_altered__then_refused(place: Place) -> None:
    made = signed(claim(place.one.address), place.one)
    raw = bytes.fromhex(made.signature[2:])
    reasons = {"wrong_signer", "bad_signature", "malleable_signature"}
    for at in range(0, 65, 8):
        other = raw[:at] + bytes([raw[at] ^ 0x10]) + raw[at + 1 :]
        assert refused(place, Signed(made.document, f"0x{other.hex()}")) in reasons


@pytest.mark.parametrize("text", ["", "0x", "no signature", "0x12", "0x" + "ff" * 6_001, "0x123"])
def test_signature__when_it_is_none__then_refused(place: Place, text: str) -> None:
    assert refused(place, Signed(signed(claim(place.one.address), place.one).document, text)) == "bad_signature"


def test_claim__when_its_author_is_not_registered__then_refused(place: Place) -> None:
    assert not_taken(place, claim(place.nobody.address), place.nobody) == "not_registered"
    given = delegation(place.nobody.address, place.one.address)
    assert not_taken(place, given, place.nobody) == "not_registered"


def test_key__when_its_authority_was_revoked__then_refused(place: Place) -> None:
    given = place.accepted(delegation(place.one.address, place.nobody.address), place.one)
    place.accepted(claim(place.one.address), place.nobody)
    place.accepted(revocation(given), place.one)
    assert not_taken(place, claim(place.one.address, title="Later", nonce=9), place.nobody) == "key_revoked"


def test_key__when_its_authority_is_over__then_refused(place: Place) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    KeyDelegationFactory(orchestrator=place.one.address, key=place.nobody.address, valid_until=yesterday)
    assert not_taken(place, claim(place.one.address), place.nobody) == "key_expired"


def test_key__when_one_authority_was_revoked_and_another_stands__then_taken(place: Place) -> None:
    first = KeyDelegationFactory(orchestrator=place.one.address, key=place.nobody.address)
    RevocationFactory(subject=first.pk)
    second = KeyDelegationFactory(orchestrator=place.one.address, key=place.nobody.address)
    made = place.accepted(claim(place.one.address), place.nobody)
    assert Statement.objects.get(pk=made).authority_id == second.pk


def test_key__when_it_signs_what_only_its_orchestrator_may__then_refused(place: Place) -> None:
    given = place.accepted(delegation(place.one.address, place.nobody.address), place.one)
    further = delegation(place.one.address, place.two.address, nonce=1)
    assert not_taken(place, further, place.nobody) == "only_author"
    assert not_taken(place, revocation(given), place.nobody) == "only_author"


def test_key__when_it_was_authorised_by_somebody_else__then_refused(place: Place) -> None:
    place.accepted(delegation(place.two.address, place.nobody.address), place.two)
    assert not_taken(place, claim(place.one.address), place.nobody) == "wrong_signer"
    assert not_taken(place, claim(place.one.address), place.nobody, signer=place.nobody.address) == "not_authorised"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"valid_until": int(time.time()) - 1}, "expired"),
        ({"valid_until": int(time.time()) + 800 * 86_400}, "too_long"),
        ({"valid_until": 2**64 - 1}, "too_long"),
    ],
)
def test_delegation__when_its_end_is_past_or_far__then_refused(place: Place, given: dict[str, int], code: str) -> None:
    assert not_taken(place, delegation(place.one.address, place.nobody.address, **given), place.one) == code


def test_delegation__when_it_is_to_itself__then_refused(place: Place) -> None:
    assert not_taken(place, delegation(place.one.address, place.one.address), place.one) == "bad_key"


def test_attestation__when_it_is_of_ones_own__then_refused_whoever_of_them_signs(place: Place) -> None:
    place.accepted(delegation(place.one.address, place.nobody.address), place.one)
    subject = place.accepted(claim(place.one.address, co_authors=(place.two.address,)), place.one)
    for number, (attester, by) in enumerate(
        [(place.one, place.one), (place.two, place.two), (place.nobody, place.nobody), (place.one, place.nobody)]
    ):
        message = attestation(subject, attester.address, nonce=100 + number)
        assert not_taken(place, message, by) == "self_attestation"


def test_dispute__of_a_critic_whom_the_author_named_a_co_author_or_its_key__then_taken(place: Place) -> None:
    """Neither takes the critic's consent, so neither may silence it."""
    place.accepted(delegation(place.one.address, place.nobody.address), place.one)
    subject = place.accepted(claim(place.one.address, co_authors=(place.two.address,)), place.one)
    for number, critic in enumerate((place.two, place.nobody)):
        place.accepted(attestation(subject, critic.address, verdict=0, nonce=100 + number), critic)
    own = attestation(subject, place.one.address, verdict=0, nonce=200)
    assert not_taken(place, own, place.one) == "self_attestation"


def test_attestation__when_a_common_key_signs_it_for_another__then_refused(place: Place) -> None:
    place.accepted(delegation(place.one.address, place.nobody.address), place.one)
    place.accepted(delegation(place.two.address, place.nobody.address), place.two)
    subject = place.accepted(claim(place.one.address), place.one)
    assert not_taken(place, attestation(subject, place.two.address), place.nobody) == "self_attestation"


def test_attestation__when_its_claim_is_unknown_old_or_withdrawn__then_refused(place: Place) -> None:
    now = int(time.time())
    assert not_taken(place, attestation("0x" + "1" * 64, place.two.address), place.two) == "unknown_subject"
    first = place.accepted(claim(place.one.address, issued_at=now - 50), place.one)
    second = place.accepted(claim(place.one.address, amends=bytes.fromhex(first[2:]), nonce=2), place.one)
    assert not_taken(place, attestation(first, place.two.address), place.two) == "claim_superseded"
    place.accepted(revocation(second, nonce=3), place.one)
    assert not_taken(place, attestation(second, place.two.address), place.two) == "claim_revoked"


def test_revocation__when_it_is_not_the_authors__then_refused(place: Place) -> None:
    subject = place.accepted(claim(place.one.address), place.one)
    assert not_taken(place, revocation(subject), place.two) == "wrong_signer"
    assert not_taken(place, revocation(subject), place.two, signer=place.two.address) == "not_authorised"


def test_revocation__when_there_is_nothing_to_revoke__then_refused(place: Place) -> None:
    assert not_taken(place, revocation("0x" + "1" * 64), place.one) == "unknown_subject"
    subject = place.accepted(claim(place.one.address), place.one)
    end = place.accepted(revocation(subject), place.one)
    assert not_taken(place, revocation(subject, nonce=3), place.one) == "already_revoked"
    assert not_taken(place, revocation(end, nonce=4), place.one) == "unknown_subject"


def test_amendment__when_it_is_of_anothers_or_no_newer_claim__then_refused(place: Place) -> None:
    now = int(time.time())
    first = place.accepted(claim(place.one.address, issued_at=now - 50), place.one)
    word = bytes.fromhex(first[2:])
    assert not_taken(place, claim(place.two.address, amends=word), place.two) == "unknown_subject"
    older = claim(place.one.address, amends=word, nonce=2, issued_at=now - 60)
    assert not_taken(place, older, place.one) == "bad_order"
    place.accepted(revocation(first, nonce=3), place.one)
    assert not_taken(place, claim(place.one.address, amends=word, nonce=4), place.one) == "claim_revoked"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"category": "football"}, "unknown_category"),
        ({"period_start": 2, "period_end": 1}, "bad_period"),
        ({"period_end": int(time.time()) + 3 * 86_400}, "bad_period"),
        ({"period_end": 2**64 - 1}, "bad_period"),
        ({"co_authors": (Address("0x" + "0" * 40),)}, "bad_co_authors"),
    ],
)
def test_claim__when_it_makes_no_sense__then_refused(place: Place, given: dict[str, Any], code: str) -> None:
    assert not_taken(place, claim(place.one.address, **given), place.one) == code
    assert not_taken(place, claim(place.one.address, co_authors=(Address(place.one.address),)), place.one) == (
        "bad_co_authors"
    )


def test_arrival__when_statements_come_in_any_order__then_the_same_rows_in_the_end(place: Place) -> None:
    """Each is offered until it is taken; whatever the order, claims, words and states end alike."""
    now = int(time.time())
    first = signed(claim(place.one.address, issued_at=now - 90), place.one)
    old = bytes.fromhex(_digest(first))
    second = signed(claim(place.one.address, title="2", amends=old, nonce=2, issued_at=now - 80), place.one)
    word = signed(attestation("0x" + _digest(second), place.two.address, issued_at=now - 70), place.two)
    changed = attestation("0x" + _digest(second), place.two.address, verdict=0, nonce=2, issued_at=now - 60)
    again = signed(changed, place.two)

    ends = set()
    for order in itertools.islice(itertools.permutations((first, second, word, again)), 0, None, 4):
        with transaction.atomic():
            _offer(place, list(order))
            ends.add(_rows())
            transaction.set_rollback(True)

    assert len(ends) == 1


def _offer(place: Place, left: list[Signed]) -> None:
    while left:
        left = [each for each in left if isinstance(hand_in(place, each), Refusal)]


def _rows() -> tuple[Any, ...]:
    claims = Claim.objects.order_by("pk").values_list("pk", "root_id", "superseded_by_id", "state")
    words = Attestation.objects.order_by("pk").values_list("pk", "claim_id", "superseded_by_id", "revoked")
    return tuple(claims), tuple(words)


def _digest(made: Signed) -> str:
    message = parse(made.document, chain_id=LOCAL_CHAIN)
    assert not isinstance(message, Refusal)
    return digest(message, LOCAL_CHAIN).hex()
