"""Statements handed in: what is taken and what follows from it."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.contributions.models import (
    Attestation,
    Claim,
    ClaimTransition,
    CoSignature,
    Evidence,
    KeyDelegation,
    Revocation,
    Statement,
)
from apps.contributions.services import Accepted, cosignature_submit, statement_submit, transition_record
from apps.protocol.statements import Refusal, digest_text, typed_document, written
from tests.integration.contributions.conftest import Place
from tests.signing import LINK, LOCAL_CHAIN, attestation, claim, delegation, revocation, sign, signed

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_claim__when_its_orchestrator_signed_it__then_all_is_kept_as_signed(place: Place) -> None:
    message = claim(
        place.one.address, evidence=(LINK, "https://code.example/a/b/pull/7"), co_authors=(place.two.address,)
    )
    made = signed(message, place.one)

    found = place.submit(message, place.one)

    digest = digest_text(message, LOCAL_CHAIN)
    assert found == Accepted(digest, "claim")
    kept = Statement.objects.get()
    assert (kept.pk, kept.signer, kept.author, kept.verified_as) == (
        digest,
        place.one.address,
        place.one.address,
        "ecdsa",
    )
    assert (kept.message, bytes(kept.signature)) == (written(message), bytes.fromhex(made.signature[2:]))
    head = place.client.head()
    assert (kept.block_number, kept.block_hash, kept.authority_id) == (head.number, head.hash, None)
    row = Claim.objects.get()
    assert (row.pk, row.root_id, row.state, row.co_authors) == (digest, digest, "claimed", [place.two.address])
    assert int(row.period_start.timestamp()) == message.period_start
    assert list(Evidence.objects.values_list("position", "kind")) == [(0, "forum_post"), (1, "merged_change")]
    assert list(ClaimTransition.objects.values_list("state", "by")) == [("claimed", place.one.address)]


def test_claim__when_amended__then_both_stay_and_the_old_one_names_the_new(place: Place) -> None:
    now = int(time.time())
    first = place.accepted(claim(place.one.address, issued_at=now - 100), place.one)
    later = claim(place.one.address, title="Led two calls", amends=bytes.fromhex(first[2:]), nonce=2, issued_at=now)

    second = place.accepted(later, place.one)

    rows = list(Claim.objects.order_by("issued_at").values_list("pk", "root_id", "amends_id", "superseded_by_id"))
    assert rows == [(first, first, None, second), (second, first, first, None)]


def test_amendments__when_they_come_in_another_order__then_the_same_version_is_the_newest(place: Place) -> None:
    now = int(time.time())
    first = place.accepted(claim(place.one.address, issued_at=now - 100), place.one)
    newest = claim(place.one.address, title="Third", amends=bytes.fromhex(first[2:]), nonce=3, issued_at=now)
    middle = claim(place.one.address, title="Second", amends=bytes.fromhex(first[2:]), nonce=2, issued_at=now - 50)

    for message in (newest, middle):
        place.accepted(message, place.one)

    lined = dict(Claim.objects.values_list("title", "superseded_by__title"))
    assert lined == {"Led the Water Cooler call": "Second", "Second": "Third", "Third": None}


def test_claim__when_revoked__then_every_version_is_and_it_says_who_and_why(place: Place) -> None:
    now = int(time.time())
    first = place.accepted(claim(place.one.address, issued_at=now - 100), place.one)
    place.accepted(claim(place.one.address, amends=bytes.fromhex(first[2:]), nonce=2), place.one)

    end = place.accepted(revocation(first, nonce=3), place.one)

    assert set(Claim.objects.values_list("state", flat=True)) == {"revoked"}
    assert Revocation.objects.get().pk == end
    steps = ClaimTransition.objects.filter(state="revoked").values_list("by", "why")
    assert list(steps) == [(place.one.address, "It was another's.")] * 2
    assert transition_record(first, "endorsed", by="reviewers", why="Too late.") is False


def test_attestations__when_their_author_changes_their_mind__then_the_newest_word_stands(place: Place) -> None:
    now = int(time.time())
    subject = place.accepted(claim(place.one.address), place.one)
    newer = attestation(subject, place.two.address, verdict=0, nonce=2, issued_at=now)
    older = attestation(subject, place.two.address, verdict=1, nonce=1, issued_at=now - 60)

    for message in (newer, older):
        place.accepted(message, place.two)

    assert dict(Attestation.objects.values_list("verdict", "superseded_by__verdict")) == {1: 0, 0: None}
    end = revocation(Attestation.objects.get(verdict=0).pk, nonce=3)
    place.accepted(end, place.two)
    assert dict(Attestation.objects.values_list("verdict", "revoked")) == {1: False, 0: True}


def test_anybody__when_they_attest__then_it_is_kept_without_a_registration(place: Place) -> None:
    subject = place.accepted(claim(place.one.address), place.one)
    place.accepted(attestation(subject, place.nobody.address, conflict="I delegate to it."), place.nobody)
    row = Attestation.objects.get()
    assert (row.attester, row.verdict, row.conflict) == (place.nobody.address, 1, "I delegate to it.")


def test_key__when_it_was_authorised__then_it_signs_for_the_orchestrator_and_is_named(place: Place) -> None:
    given = place.accepted(delegation(place.one.address, place.nobody.address), place.one)

    made = place.accepted(claim(place.one.address), place.nobody)

    kept = Statement.objects.get(pk=made)
    assert (kept.signer, kept.author, kept.authority_id) == (place.nobody.address, place.one.address, given)
    assert KeyDelegation.objects.get().key == place.nobody.address


def test_co_author__when_they_sign_the_same_digest__then_it_is_kept_once(place: Place) -> None:
    message = claim(place.one.address, co_authors=(place.two.address,))
    digest = place.accepted(message, place.one)
    by_two = sign(typed_document(message, LOCAL_CHAIN), place.two)

    assert cosignature_submit(place.client, claim=digest, signature=by_two) == Accepted(digest, "co_signature")
    again = cosignature_submit(place.client, claim=digest, signature=by_two)
    by_nobody = sign(typed_document(message, LOCAL_CHAIN), place.nobody)
    stranger = cosignature_submit(place.client, claim=digest, signature=by_nobody)

    assert [getattr(each, "code", None) for each in (again, stranger)] == ["already_known", "not_co_author"]
    assert CoSignature.objects.get().signer == place.two.address


def test_transition__when_the_state_is_the_same__then_nothing_is_added(place: Place) -> None:
    digest = place.accepted(claim(place.one.address), place.one)
    assert transition_record(digest, "evidence_checked", by="evidence check", why="The post is there.") is True
    assert transition_record(digest, "evidence_checked", by="evidence check", why="Still there.") is False
    assert Claim.objects.get().state == "evidence_checked"
    assert ClaimTransition.objects.count() == 2


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("statement", "signer = '0x" + "1" * 40 + "'"),
        ("claim", "title = 'Another'"),
        ("claim", "orchestrator = '0x" + "1" * 40 + "'"),
        ("evidence", "url = 'https://a.b'"),
        ("claim_transition", "why = ''"),
    ],
)
def test_rows__when_they_are_changed_or_taken_away__then_the_database_refuses(
    place: Place, table: str, change: str
) -> None:
    place.accepted(claim(place.one.address), place.one)
    for order in (f"UPDATE contributions_{table} SET {change}", f"DELETE FROM contributions_{table}"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(order)


def test_head__when_it_is_too_old__then_nothing_is_checked_against_it(place: Place) -> None:
    made = signed(claim(place.one.address, issued_at=int(time.time())), place.one)
    later = timezone.now() + timedelta(days=5)
    found = statement_submit(place.client, document=made.document, signature=made.signature, source="api", now=later)
    assert isinstance(found, Refusal)
    assert found.code == "stale"
    assert Statement.objects.count() == 0
