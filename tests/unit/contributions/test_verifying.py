"""What a file of signed statements proves by itself: without a database, and without a network."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.contributions.verifying import OPEN, RIGHT, WRONG, Unreadable, verify
from apps.devnet.keys import Account, account
from apps.protocol.statements import Message, digest_text
from tests.signing import LOCAL_CHAIN, attestation, claim, delegation, revocation, signed

pytestmark = pytest.mark.unit

NODE, KEY, OTHER = (account(9, name) for name in ("node", "key", "other"))
AT = 1_790_000_000


def entry(message: Message, by: Account, **given: Any) -> dict[str, Any]:
    made = signed(message, by)
    return {
        "digest": digest_text(message, LOCAL_CHAIN),
        "kind": "claim",
        "signer": by.address,
        "author": by.address,
        "authority": None,
        "document": made.document,
        "signature": made.signature,
        "verified_as": "ecdsa",
        "block": 7,
        "received_at": datetime.fromtimestamp(AT, UTC).isoformat(),
        "hidden": None,
        **given,
    }


def bundle(*entries: dict[str, Any], **given: Any) -> bytes:
    whole = {
        "chain_id": LOCAL_CHAIN,
        "statements": list(entries),
        "co_signatures": [],
        "evidence": [],
        "complete": True,
    }
    return json.dumps({**whole, **given}).encode()


def verdicts(data: bytes) -> list[str]:
    return [line.verdict for line in verify(data).lines]


def test_statement__when_its_key_signed_it__then_right_and_the_registration_is_left_open() -> None:
    data = json.dumps(signed(claim(NODE.address, issued_at=AT), NODE).body).encode()
    found = verify(data)
    assert (found.chain_id, found.is_sound) == (LOCAL_CHAIN, True)
    assert [line.verdict for line in found.lines] == [RIGHT, OPEN]
    assert found.lines[0].sentence == f"Signed by {NODE.address}."


def test_statement__when_a_key_signed_it_for_another__then_that_is_left_open() -> None:
    data = json.dumps(signed(claim(NODE.address, issued_at=AT), KEY).body).encode()
    assert verdicts(data) == [RIGHT, OPEN, OPEN]


def test_bundle__when_a_key_signed_within_its_authority__then_right_and_after_it_wrong() -> None:
    given = delegation(NODE.address, KEY.address, valid_until=AT + 100)
    grant = entry(given, NODE)
    named = {"author": NODE.address, "authority": grant["digest"]}
    message = claim(NODE.address, issued_at=AT)
    assert verdicts(bundle(grant, entry(message, KEY, **named)))[:4] == [RIGHT, OPEN, RIGHT, RIGHT]
    late = {**named, "received_at": datetime.fromtimestamp(AT + 100, UTC).isoformat()}
    assert WRONG in verdicts(bundle(grant, entry(message, KEY, **late)))
    end = entry(revocation(grant["digest"], issued_at=AT), NODE)
    assert WRONG in verdicts(bundle(grant, end, entry(message, KEY, **named)))
    elses = entry(delegation(OTHER.address, KEY.address), OTHER)
    assert WRONG in verdicts(bundle(elses, entry(message, KEY, **{**named, "authority": elses["digest"]})))


def test_bundle__when_a_word_or_an_end_is_not_its_authors_to_say__then_wrong() -> None:
    subject = entry(claim(NODE.address, issued_at=AT), NODE)
    own = entry(attestation(subject["digest"], NODE.address, issued_at=AT, nonce=2), NODE)
    others = entry(attestation(subject["digest"], OTHER.address, issued_at=AT), OTHER)
    end = entry(revocation(subject["digest"], issued_at=AT), OTHER)
    assert WRONG not in verdicts(bundle(subject, others))
    assert verdicts(bundle(subject, own)).count(WRONG) == 1
    assert verdicts(bundle(subject, end)).count(WRONG) == 1


def test_bundle__when_a_contract_signed_or_a_text_is_hidden__then_left_open() -> None:
    message = claim(NODE.address, issued_at=AT)
    by_contract = entry(message, NODE, verified_as="erc1271", signature="0x1234")
    hidden = entry(message, NODE, document=None, hidden={"reason": "x", "at": "x"})
    assert set(verdicts(bundle(by_contract))) == {OPEN}
    assert set(verdicts(bundle(hidden))) == {OPEN}


def test_bundle__when_a_co_authors_signature_is_anothers__then_wrong() -> None:
    message = claim(NODE.address, issued_at=AT, co_authors=(OTHER.address,))
    subject = entry(message, NODE)
    co = {"claim": subject["digest"], "signer": OTHER.address, "verified_as": "ecdsa", "block": 7}
    right = {**co, "signature": signed(message, OTHER).signature}
    wrong = {**co, "signature": signed(message, KEY).signature}
    stranger = {**co, "signer": KEY.address, "signature": signed(message, KEY).signature}
    for signature, is_sound in ((right, True), (wrong, False), (stranger, False)):
        assert verify(bundle(subject, co_signatures=[signature])).is_sound is is_sound


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"7", b"{}", b'{"statements": 7}', b"\xff\xfe", b'{"statements": [{}]}', b"[" * 100_000]
)
def test_file__when_it_is_something_else__then_it_says_so(data: bytes) -> None:
    with pytest.raises(Unreadable):
        verify(data)
