"""Statements: hashed as eth-account hashes them, read strictly, refused with a reason."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import fields, replace
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.protocol.hashing import keccak
from apps.protocol.statements import (
    LONGEST_CONFLICT,
    LONGEST_REASON,
    LONGEST_TITLE,
    MESSAGES,
    NO_HASH,
    TYPES,
    Attestation,
    ContributionClaim,
    KeyDelegation,
    Message,
    Refusal,
    Revocation,
    digest,
    digest_text,
    named_chain,
    parse,
    typed_document,
)
from apps.protocol.units import Address

pytestmark = pytest.mark.unit

ARBITRUM, LOCAL = 42161, 31337
A, B, C = (Address("0x" + letter * 20) for letter in ("ab", "cd", "ef"))
CLAIM = ContributionClaim(
    A, "governance", "Wrote LIP-100 — “prices”", ("https://forum.example/t/1", "https://code.example/a/b/pull/2"),
    bytes(range(32)), 1_760_000_000, 1_762_000_000, (B, C), NO_HASH, 2**256 - 1, 1_763_000_000,
)  # fmt: skip
ATTESTATION = Attestation(bytes(range(32)), 0, "It was not so.", "", B, 0, 1_763_000_000)
REVOCATION = Revocation(bytes(range(32)), "My mistake.", 7, 1_763_000_000)
DELEGATION = KeyDelegation(A, B, 1_790_000_000, 12)
EACH = (CLAIM, ATTESTATION, REVOCATION, DELEGATION)


def by_eth_account(message: Message, chain_id: int) -> bytes:
    signable = encode_typed_data(full_message=json.loads(json.dumps(typed_document(message, chain_id))))
    return keccak(b"\x19" + signable.version + signable.header + signable.body)


def refused(document: Any, *, chain_id: int = ARBITRUM) -> str:
    found = parse(document, chain_id=chain_id)
    assert isinstance(found, Refusal), found
    assert found.sentence.endswith(".")
    return found.code


@pytest.mark.parametrize("chain_id", [ARBITRUM, LOCAL])
@pytest.mark.parametrize("message", EACH, ids=lambda one: one.TYPE)
def test_digest__when_compared_with_eth_account__then_equal(message: Message, chain_id: int) -> None:
    assert digest(message, chain_id) == by_eth_account(message, chain_id)


def test_digest__when_the_domain_is_arbitrum__then_these_bytes() -> None:
    """Kept as they are: a change of any type or order would orphan every statement signed before."""
    assert [digest_text(one, ARBITRUM)[:18] for one in EACH] == FROZEN


FROZEN = ["0x5d2882ef224ed76a", "0x9176d27c0552f19b", "0x99f2a1411c70f75d", "0x519bb18fd63d7717"]

plain = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, categories=("L", "N", "P", "S")), min_size=1)
words = st.binary(min_size=32, max_size=32)
addresses = st.integers(1, 2**160 - 1).map(lambda number: Address(f"0x{number:040x}"))
uint64 = st.integers(0, 2**64 - 1)
claims = st.builds(
    ContributionClaim,
    addresses,
    st.from_regex(r"[a-z][a-z_]{0,31}", fullmatch=True),
    plain.map(lambda text: text[:LONGEST_TITLE]),
    st.lists(st.integers(0, 10**9).map(lambda n: f"https://a.example/{n}"), max_size=8, unique=True).map(tuple),
    words,
    uint64,
    uint64,
    st.lists(addresses, max_size=10, unique=True).map(tuple),
    words,
    st.integers(0, 2**256 - 1),
    uint64,
)


@settings(max_examples=60)
@given(claims)
def test_claim__when_any__then_hashed_as_eth_account_does_and_read_back_equal(message: ContributionClaim) -> None:
    assert digest(message, LOCAL) == by_eth_account(message, LOCAL)
    assert parse(json.loads(json.dumps(typed_document(message, LOCAL))), chain_id=LOCAL) == message


@pytest.mark.parametrize("message", EACH, ids=lambda one: one.TYPE)
def test_digest__when_any_one_field_differs__then_another(message: Message) -> None:
    others = {
        str: "other", int: 1, bytes: bytes(31) + b"\2", tuple: ("https://other.example/",),
    }  # fmt: skip
    made = {digest(message, ARBITRUM), digest(message, LOCAL)}
    for each in fields(message):
        value = getattr(message, each.name)
        other = C if str(value).startswith("0x") else others[type(value)]
        other = (A,) if each.name == "co_authors" else other
        changed: dict[str, Any] = {each.name: other}
        made.add(digest(replace(message, **changed), ARBITRUM))
    assert len(made) == 2 + len(fields(message))


def test_types__when_compared_with_the_classes__then_same_fields_in_the_same_order() -> None:
    for name, kind in MESSAGES.items():
        signed = ["".join(f"_{each.lower()}" if each.isupper() else each for each in word) for _, word in TYPES[name]]
        assert [each.name for each in fields(kind)] == signed


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"domain": {"name": "Millrace", "version": "1", "chainId": 1}}, "wrong_chain"),
        ({"domain": {"name": "Millrace", "version": "2", "chainId": ARBITRUM}}, "wrong_domain"),
        ({"domain": {"name": "Windmill", "version": "1", "chainId": ARBITRUM}}, "wrong_domain"),
        ({"domain": {"name": "Millrace", "version": "1"}}, "wrong_domain"),
        ({"domain": {"name": "Millrace", "version": "1", "chainId": ARBITRUM, "salt": "0x"}}, "wrong_domain"),
        ({"domain": {"name": "Millrace", "version": "1", "chainId": "many"}}, "wrong_domain"),
        ({"primaryType": "Permit"}, "unknown_type"),
        ({"primaryType": ["Attestation"]}, "unknown_type"),
        ({"primaryType": "Revocation"}, "wrong_fields"),
        ({"types": {}}, "wrong_types"),
        ({"types": None}, "wrong_types"),
        ({"message": []}, "wrong_fields"),
        ({"more": 1}, "not_typed_data"),
    ],
)
def test_parse__when_the_envelope_is_another__then_refused(change: dict[str, Any], code: str) -> None:
    assert refused({**typed_document(ATTESTATION, ARBITRUM), **change}) == code


@pytest.mark.parametrize("document", [None, [], "text", 1, {}, {"message": {}}])
def test_parse__when_it_is_no_document__then_refused(document: Any) -> None:
    assert refused(document) == "not_typed_data"
    assert named_chain(document) is None


def test_parse__when_types_are_reordered_or_of_another_width__then_refused() -> None:
    made = typed_document(ATTESTATION, ARBITRUM)
    own = made["types"]["Attestation"]
    for types in ([*own[1:], own[0]], [{**each, "type": "uint256"} for each in own], own[:-1]):
        assert refused({**made, "types": {**made["types"], "Attestation": types}}) == "wrong_types"
    assert refused({**made, "types": {**made["types"], "Extra": []}}) == "wrong_types"


def test_parse__when_wallets_write_it_their_own_way__then_the_same_message() -> None:
    made = deepcopy(typed_document(CLAIM, ARBITRUM))
    made["types"].pop("EIP712Domain")
    made["domain"]["chainId"] = "0xa4b1"
    made["message"] |= {
        "issuedAt": str(CLAIM.issued_at),
        "nonce": CLAIM.nonce,
        "orchestrator": A.upper().replace("X", "x"),
    }
    assert parse(made, chain_id=ARBITRUM) == CLAIM
    assert named_chain(made) == ARBITRUM


HOSTILE = [
    "two\nlines", "a\ttab", "bell\a", "null\0", "turned \u202eround", "isolated \u2066x\u2069", "\u200bhidden",
    "mark \u200f", "soft\u00adhyphen", "line\u2028break", "half \ud800", "private \ue000", " space before",
    "space after ", "two  spaces", "\ufeffbom", "tag \U000e0041",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize(
    ("message", "field"), [(CLAIM, "title"), (ATTESTATION, "reason"), (ATTESTATION, "conflict"), (REVOCATION, "reason")]
)
def test_parse__when_a_text_has_characters_that_control_or_turn_it__then_refused(
    message: Message, field: str, text: str
) -> None:
    made = typed_document(message, ARBITRUM)
    assert refused({**made, "message": {**made["message"], field: text}}) == "bad_field"


@pytest.mark.parametrize("text", ["<b>bold</b>", "<script>alert(1)</script>", "=1+1", "💧 👩‍💻", "مرحبا", "日本語"])
def test_parse__when_a_text_is_markup_or_of_any_script__then_kept_as_it_is(text: str) -> None:
    made = typed_document(replace(CLAIM, title=text), ARBITRUM)
    found = parse(made, chain_id=ARBITRUM)
    assert isinstance(found, ContributionClaim)
    assert found.title == text


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "x" * (LONGEST_TITLE + 1)},
        {"title": 7},
        {"category": "governance"},
        {"category": "0x" + "ff" * 32},
        {"category": "0x" + b"Governance".ljust(32, b"\0").hex()},
        {"category": "0x" + b"a\0b".ljust(32, b"\0").hex()},
        {"category": "0x" + "00" * 32},
        {"orchestrator": "0x1234"},
        {"orchestrator": f" {A}"},
        {"orchestrator": None},
        {"evidence": "https://a.example"},
        {"evidence": ["http://a.example/"]},
        {"evidence": ["https://a.example/ b"]},
        {"evidence": ["https://"]},
        {"evidence": ["https://localhost/"]},
        {"evidence": ["https://user@a.example/"]},
        {"evidence": ['https://a.example/"><script>']},
        {"evidence": ["javascript:alert(1)"]},
        {"evidence": ["https://a.example/\u202e"]},
        {"evidence": ["https://a.example/" + "x" * 300]},
        {"evidence": ["https://a.example/", "https://a.example/"]},
        {"evidence": [f"https://a.example/{number}" for number in range(9)]},
        {"coAuthors": [B, B.upper().replace("X", "x")]},
        {"coAuthors": [f"0x{number:040x}" for number in range(11)]},
        {"contentHash": "0x"},
        {"contentHash": "0x" + "g" * 64},
        {"periodStart": -1},
        {"periodStart": 2**64},
        {"periodStart": 1.5},
        {"periodStart": True},
        {"nonce": "007"},
        {"nonce": "1e3"},
        {"nonce": 2**256},
        {"nonce": "٣"},
    ],
    ids=lambda change: f"{next(iter(change))}={str(next(iter(change.values())))[:24]!r}",
)
def test_parse__when_a_field_is_unfit__then_refused(change: dict[str, Any]) -> None:
    made = typed_document(CLAIM, ARBITRUM)
    assert refused({**made, "message": {**made["message"], **change}}) == "bad_field"


@pytest.mark.parametrize(
    ("message", "field", "longest"),
    [(ATTESTATION, "reason", LONGEST_REASON), (ATTESTATION, "conflict", LONGEST_CONFLICT)],
)
def test_parse__when_a_text_is_as_long_as_allowed__then_taken_and_one_more_is_not(
    message: Message, field: str, longest: int
) -> None:
    made = typed_document(message, ARBITRUM)
    fits = {**made, "message": {**made["message"], field: "x" * longest}}
    assert not isinstance(parse(fits, chain_id=ARBITRUM), Refusal)
    assert refused({**made, "message": {**made["message"], field: "x" * (longest + 1)}}) == "bad_field"


@pytest.mark.parametrize("verdict", [2, 255, -1, "yes", True])
def test_parse__when_a_verdict_is_neither__then_refused(verdict: Any) -> None:
    made = typed_document(ATTESTATION, ARBITRUM)
    assert refused({**made, "message": {**made["message"], "verdict": verdict}}) == "bad_field"
