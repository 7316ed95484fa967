"""Signatures of accounts that are contracts: Safes deployed and not, keys that lent their account, and liars."""

from __future__ import annotations

import time

import pytest

from apps.chain.signatures import Proof, prove
from apps.contributions.models import Statement
from apps.contributions.services import Accepted, statement_submit
from apps.devnet.keys import Account
from apps.protocol.statements import Message, Refusal, digest, typed_document
from apps.protocol.units import WEI, Address
from tests.factories import address
from tests.integration.contributions.conftest import Place
from tests.safes import Safes
from tests.signing import LOCAL_CHAIN, attestation, claim, sign

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

HASH = bytes(range(32))
# 1271 by hand, whatever is asked. Each returns 32 bytes from memory unless it says otherwise.
YES = "7f1626ba7e" + "00" * 28 + "60005260206000f3"  # PUSH32 magic, MSTORE at 0, RETURN 32
NO = "60206000f3"  # RETURN 32 zeros
SHORT = "7f1626ba7e" + "00" * 28 + "60005260046000f3"  # the magic in 4 bytes
DIRTY = "7f1626ba7e" + "00" * 27 + "0160005260206000f3"  # the magic and something behind it
ECHO = "3660006000373660006000f3"  # RETURNs what it was asked, which begins with the magic
FAILS = "60006000fd"  # REVERT
ENDLESS = "5b600056"  # JUMPs to itself until its gas is gone


@pytest.fixture(scope="module")
def safes(built: Place) -> Safes:
    return Safes(built.client)


def judged(place: Place, account: str, signature: bytes, *, over: bytes = HASH) -> Proof | Refusal:
    return prove(
        place.client, digest=over, signature=signature, account=Address(account), block=place.client.head().hash
    )


def code(found: Proof | Refusal | Accepted) -> str:
    return found.code if isinstance(found, Refusal) else "taken"


def by_safe(place: Place, safes: Safes, safe: str, message: Message, owner: Account) -> Accepted | Refusal:
    made = safes.signature(safe, digest(message, LOCAL_CHAIN), owner)
    document = typed_document(message, LOCAL_CHAIN)
    return statement_submit(place.client, document=document, signature=f"0x{made.hex()}", source="form")


def test_safe__when_it_is_a_registered_orchestrator__then_its_claim_is_taken_by_erc1271(
    place: Place, safes: Safes
) -> None:
    safe = safes.create(place.nobody)
    place.net.next_round()  # bonding wants an initialised one, and tests before this one mined
    place.net.bond(safe, 1_000 * WEI, safe)

    found = by_safe(place, safes, safe, claim(safe), place.nobody)

    assert code(found) == "taken"
    kept = Statement.objects.get()
    assert (kept.signer, kept.author, kept.verified_as) == (safe, safe, "erc1271")


def test_safe__when_somebody_else_signs_for_it__then_refused(place: Place, safes: Safes) -> None:
    safe = safes.create(place.nobody, salt=1)
    subject = place.accepted(claim(place.one.address), place.one)
    found = by_safe(place, safes, safe, attestation(subject, safe), place.two)
    assert code(found) == "contract_refused"
    assert Statement.objects.count() == 1


def test_safe__when_its_owner_signs_without_it__then_refused(place: Place, safes: Safes) -> None:
    """The owner's plain signature is not the Safe's: its threshold and its guards would not be heard."""
    safe = safes.create(place.nobody, salt=2)
    subject = place.accepted(claim(place.one.address), place.one)
    assert code(place.submit(attestation(subject, safe), place.nobody)) == "contract_refused"


def test_safe__when_it_is_not_deployed_yet__then_taken_by_erc6492_and_still_not_deployed(
    place: Place, safes: Safes
) -> None:
    safe = safes.address_of(place.nobody, salt=3)
    subject = place.accepted(claim(place.one.address), place.one)
    message = attestation(subject, safe)
    inner = safes.signature(safe, digest(message, LOCAL_CHAIN), place.nobody)
    wrapped = safes.wrapped(inner, place.nobody, salt=3)

    found = statement_submit(
        place.client, document=typed_document(message, LOCAL_CHAIN), signature=f"0x{wrapped.hex()}", source="api"
    )

    assert code(found) == "taken"
    kept = Statement.objects.get(kind="attestation")
    assert (kept.signer, kept.verified_as, bytes(kept.signature)) == (safe, "erc6492", wrapped)
    assert place.client.rpc("eth_getCode", [safe, "latest"]) == "0x"


def test_wrapped_signature__when_the_safe_was_deployed_meanwhile__then_still_taken(place: Place, safes: Safes) -> None:
    safe = safes.create(place.nobody, salt=4)
    wrapped = safes.wrapped(safes.signature(safe, HASH, place.nobody), place.nobody, salt=4)
    assert judged(place, safe, wrapped) == Proof(safe, "erc6492")


@pytest.mark.parametrize("fault", ["another's", "another digest", "another account", "cut", "no deployment"])
def test_wrapped_signature__when_something_of_it_is_wrong__then_refused(place: Place, safes: Safes, fault: str) -> None:
    safe = safes.address_of(place.nobody, salt=5)
    signer = place.two if fault == "another's" else place.nobody
    inner = safes.signature(safe, HASH, signer)
    wrapped = safes.wrapped(inner, place.nobody, salt=6 if fault == "no deployment" else 5)
    if fault == "cut":
        wrapped = wrapped[40:]
    account = place.one.address if fault == "another account" else safe
    over = HASH[::-1] if fault == "another digest" else HASH
    assert code(judged(place, account, wrapped, over=over)) == (
        "bad_signature" if fault == "cut" else "contract_refused"
    )


def test_wrapped_signature__when_it_is_of_a_mere_key__then_refused(place: Place, safes: Safes) -> None:
    """A key needs no wrapping; one that is wrapped is no contract's word."""
    document = typed_document(attestation(f"0x{HASH.hex()}", place.one.address), LOCAL_CHAIN)
    inner = bytes.fromhex(sign(document, place.one)[2:])
    assert code(judged(place, place.one.address, safes.wrapped(inner, place.nobody, salt=7))) == "contract_refused"


@pytest.mark.parametrize(
    ("program", "outcome"),
    [
        (YES, "taken"),
        (NO, "contract_refused"),
        (SHORT, "contract_refused"),
        (DIRTY, "contract_refused"),
        (ECHO, "contract_refused"),
        (FAILS, "contract_refused"),
        (ENDLESS, "contract_refused"),
    ],
    ids=["yes", "no", "short", "dirty", "echo", "fails", "endless"],
)
@pytest.mark.parametrize("is_wrapped", [False, True], ids=["plain", "wrapped"])
def test_contract__when_it_answers_anything_but_the_magic_word__then_refused(
    place: Place, safes: Safes, program: str, outcome: str, is_wrapped: bool
) -> None:
    account = address(900)
    place.client.rpc("anvil_setCode", [account, f"0x{program}"])
    place.net.mine()
    signature = safes.wrapped(b"\1" * 65, place.nobody, salt=8) if is_wrapped else b"\1" * 65
    assert code(judged(place, account, signature)) == outcome


def test_key__when_it_lent_its_account_to_a_contract__then_its_own_signature_still_counts(place: Place) -> None:
    """EIP-7702: the key still rules the account, whatever the contract says of signatures."""
    lender = place.net.account(f"lender {time.time()}")
    refuser = address(901)
    place.client.rpc("anvil_setCode", [refuser, f"0x{FAILS}"])
    place.client.rpc("anvil_setCode", [lender.address, f"0xef0100{refuser[2:]}"])
    place.net.mine()
    message = attestation(place.accepted(claim(place.one.address), place.one), lender.address)

    assert code(place.submit(message, place.two)) == "contract_refused"
    assert code(place.submit(message, lender)) == "taken"
    assert Statement.objects.get(kind="attestation").verified_as == "ecdsa"
