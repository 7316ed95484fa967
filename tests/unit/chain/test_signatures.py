"""Keys' signatures: made by eth-account, and every way in which 65 bytes can be wrong."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account as Signer

from apps.chain.signatures import MOST_BYTES, Proof, prove, recovered
from apps.devnet.keys import account
from apps.protocol.statements import Refusal
from apps.protocol.units import Address

pytestmark = pytest.mark.unit

N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
HASH = bytes(range(32))
ALICE, BOB = account(5, "alice"), account(5, "bob")


class NoCode:
    """A chain on which no account has code."""

    def rpc(self, method: str, params: Any) -> str:
        assert method == "eth_getCode"
        return "0x"


def made(by: Any = ALICE, digest: bytes = HASH) -> bytes:
    return bytes(Signer.unsafe_sign_hash(digest, by.key).signature)


def judged(signature: bytes, *, by: Any = ALICE, digest: bytes = HASH) -> str:
    found = prove(NoCode(), digest=digest, signature=signature, account=Address(by.address), block=b"\0" * 32)
    return found.code if isinstance(found, Refusal) else found.verified_as


def test_key__when_it_signed__then_proved() -> None:
    found = prove(NoCode(), digest=HASH, signature=made(), account=Address(ALICE.address), block=1)
    assert found == Proof(Address(ALICE.address), "ecdsa")
    assert [recovered(HASH, made(by)) for by in (ALICE, BOB)] == [ALICE.address, BOB.address]


def test_key__when_its_wallet_counts_v_from_0__then_proved() -> None:
    assert judged(made()[:64] + bytes([made()[64] - 27])) == "ecdsa"


def test_key__when_another_signed_or_another_text__then_refused_with_whom_it_leads_to() -> None:
    found = prove(NoCode(), digest=HASH, signature=made(BOB), account=Address(ALICE.address), block=1)
    assert isinstance(found, Refusal)
    assert found.code == "wrong_signer"
    assert BOB.address in found.sentence
    assert judged(made(), digest=HASH[::-1]) == "wrong_signer"


def test_key__when_s_is_turned_over__then_refused_as_altered() -> None:
    """(r, n - s) with the other v recovers to the same key: anybody could make a second signature of one."""
    one = made()
    s, v = N - int.from_bytes(one[32:64]), 55 - one[64]
    assert judged(one[:32] + s.to_bytes(32) + bytes([v])) == "malleable_signature"


@pytest.mark.parametrize("place", range(65))
def test_key__when_any_byte_is_altered__then_refused(place: int) -> None:
    altered = bytearray(made())
    altered[place] ^= 1
    assert judged(bytes(altered)) in ("wrong_signer", "bad_signature", "malleable_signature")


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        bytes(64),
        bytes(65),
        bytes(66),
        made()[:64] + b"\x1d",
        b"\xff" * 32 + made()[32:],
        bytes(32) + made()[32:],
        made()[:32] + bytes(32) + made()[64:],
        b"\1" * (MOST_BYTES + 1),
    ],
    ids=["empty", "64 bytes", "zeros", "66 bytes", "v 29", "r too large", "r 0", "s 0", "too long"],
)
def test_key__when_the_bytes_are_no_signature__then_refused(signature: bytes) -> None:
    assert judged(signature) == "bad_signature"
