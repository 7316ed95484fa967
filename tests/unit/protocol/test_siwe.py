"""Sign-in messages (ERC-4361): written by hand from the grammar, read to the character, signed by eth-account."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import given
from hypothesis import strategies as st

from apps.protocol import siwe
from apps.protocol.siwe import BadSignIn, SignIn
from apps.protocol.units import Address

pytestmark = pytest.mark.unit

WHO = Address("0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2")
CHECKSUMMED = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
SMALL = SignIn(
    domain="example.com",
    address=WHO,
    uri="https://example.com/login",
    chain_id=1,
    nonce="32891756",
    issued_at="2021-09-30T16:25:24Z",
)
SMALL_TEXT = f"""example.com wants you to sign in with your Ethereum account:
{CHECKSUMMED}


URI: https://example.com/login
Version: 1
Chain ID: 1
Nonce: 32891756
Issued At: 2021-09-30T16:25:24Z"""
WHOLE = replace(
    SMALL,
    scheme="https",
    domain="example.com:3388",
    statement="I accept the Terms of Service: https://example.com/tos",
    issued_at="2021-09-30T16:25:24.000+02:00",
    expiration_time="2021-09-30T16:35:24Z",
    not_before="2021-09-30T16:20:24Z",
    request_id="a-1",
    resources=("ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/", "https://example.com/?a=b#c"),
)
WHOLE_TEXT = f"""https://example.com:3388 wants you to sign in with your Ethereum account:
{CHECKSUMMED}

I accept the Terms of Service: https://example.com/tos

URI: https://example.com/login
Version: 1
Chain ID: 1
Nonce: 32891756
Issued At: 2021-09-30T16:25:24.000+02:00
Expiration Time: 2021-09-30T16:35:24Z
Not Before: 2021-09-30T16:20:24Z
Request ID: a-1
Resources:
- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
- https://example.com/?a=b#c"""
BOTH = [(SMALL, SMALL_TEXT), (WHOLE, WHOLE_TEXT)]


@pytest.mark.parametrize(("message", "text"), BOTH, ids=["small", "whole"])
def test_siwe__when_written_and_read__then_the_same(message: SignIn, text: str) -> None:
    assert siwe.written(message) == text
    assert siwe.parsed(text) == message


def test_siwe__when_resources_are_named_and_empty__then_kept_apart_from_none() -> None:
    empty = replace(SMALL, resources=(), request_id="")
    assert siwe.written(empty) == SMALL_TEXT + "\nRequest ID: \nResources:"
    assert siwe.parsed(siwe.written(empty)) == empty


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("example.com wants", " wants"),
        ("example.com wants", "exam ple.com wants"),
        ("example.com wants", "https:///example.com wants"),
        ("Ethereum account:", "Ethereum account: "),
        ("Ethereum account:", "ethereum account:"),
        (CHECKSUMMED, CHECKSUMMED.lower()),
        (CHECKSUMMED, CHECKSUMMED[:-1]),
        (CHECKSUMMED, f" {CHECKSUMMED}"),
        ("\n\n\nURI", "\n\nURI"),
        ("\n\n\nURI", "\n\n\n\nURI"),
        ("\n\n\nURI", "\n\nstatement\nURI"),
        ("\n\n\nURI", "\n\nstäte\n\nURI"),
        ("\n\n\nURI", "\n\ntwo\nlines\n\nURI"),
        ("URI: https", "URI:https"),
        ("URI: https://example.com/login", "URI: example.com/login"),
        ("URI: https://example.com/login", "URI: https://example.com/%zz"),
        ("Version: 1", "Version: 2"),
        ("Chain ID: 1", "Chain ID: 0x1"),
        ("Chain ID: 1", "Chain ID: \u0661"),
        ("Nonce: 32891756", "Nonce: 3289175"),
        ("Nonce: 32891756", "Nonce: 3289175-"),
        ("Version: 1\nChain ID: 1", "Chain ID: 1\nVersion: 1"),
        ("Issued At: 2021-09-30T16:25:24Z", "Issued At: 2021-09-30"),
        ("Issued At: 2021-09-30T16:25:24Z", "Issued At: 2021-02-30T16:25:24Z"),
        ("Issued At: 2021-09-30T16:25:24Z", "Issued At: 2021-09-30T16:25:24"),
        ("24Z", "24Z\n"),
        ("24Z", "24Z\r"),
        ("24Z", "24Z\nNot Before: 2021-09-30T16:25:24Z\nExpiration Time: 2021-09-30T16:25:24Z"),
        ("24Z", "24Z\nRequest ID: a b"),
        ("24Z", "24Z\nResources: none"),
        ("24Z", "24Z\nResources:\nhttps://example.com/"),
        ("24Z", "24Z\nResources:\n- no uri"),
        ("24Z", "24Z\nResources:\n- a:b\nNonce: 32891756"),
    ],
)
def test_siwe__when_a_line_is_not_as_the_grammar_has_it__then_refused(old: str, new: str) -> None:
    assert SMALL_TEXT.count(old) == 1
    with pytest.raises(BadSignIn):
        siwe.parsed(SMALL_TEXT.replace(old, new))


@pytest.mark.parametrize("lines", range(9))
def test_siwe__when_cut_short__then_refused(lines: int) -> None:
    with pytest.raises(BadSignIn):
        siwe.parsed("\n".join(SMALL_TEXT.split("\n")[:lines]))


@pytest.mark.parametrize(
    "changed",
    [
        {"statement": "one\n\nURI: https://evil.example"},
        {"statement": ""},
        {"domain": "evil.example wants you to sign in"},
        {"uri": "https://example.com/\nVersion: 1"},
        {"nonce": "12345678\nIssued At: 2021-09-30T16:25:24Z"},
        {"request_id": "a\nResources:"},
        {"resources": ("a:b\n- c:d",)},
        {"issued_at": "yesterday"},
        {"chain_id": -1},
    ],
)
def test_siwe__when_a_field_would_read_as_another__then_not_written(changed: dict[str, Any]) -> None:
    with pytest.raises(BadSignIn):
        siwe.written(replace(SMALL, **changed))


def test_siwe__when_too_long__then_refused() -> None:
    with pytest.raises(BadSignIn, match="4,000"):
        siwe.parsed(SMALL_TEXT + "\nRequest ID: " + "a" * 4_000)


@given(st.text(max_size=400) | st.sampled_from([SMALL_TEXT, WHOLE_TEXT]), st.text(max_size=4), st.integers(0, 600))
def test_siwe__whatever_is_read__is_what_would_be_written(text: str, more: str, at: int) -> None:
    changed = text[:at] + more + text[at:]
    try:
        found = siwe.parsed(changed)
    except BadSignIn:
        return
    assert siwe.written(found) == changed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-09-30T16:25:24Z", datetime(2021, 9, 30, 16, 25, 24, tzinfo=UTC)),
        ("2021-09-30t16:25:24.5z", datetime(2021, 9, 30, 16, 25, 24, tzinfo=UTC)),
        ("2021-09-30T16:25:24.123456789+02:30", datetime(2021, 9, 30, 13, 55, 24, tzinfo=UTC)),
        ("2021-09-30T00:00:00-00:01", datetime(2021, 9, 30, 0, 1, tzinfo=UTC)),
    ],
)
def test_moment__when_a_time_of_rfc_3339__then_in_utc(text: str, expected: datetime) -> None:
    assert siwe.moment(text) == expected


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+01:00", "2021-09-30 16:25:24Z", "2021-09-30T16:25:24+25:00"])
def test_moment__when_no_such_time__then_refused(text: str) -> None:
    with pytest.raises(BadSignIn):
        siwe.moment(text)


def test_digest__when_signed_by_another_implementation__then_it_is_what_it_signs() -> None:
    key = Account.from_key(b"\x11" * 32)
    text = siwe.written(replace(SMALL, address=Address(key.address.lower())))
    signed = key.sign_message(encode_defunct(text=text))
    assert signed.message_hash == siwe.digest(text)
