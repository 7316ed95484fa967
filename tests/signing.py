"""Statements as people make them, signed by eth-account: an implementation that shares no code with ours."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from eth_account import Account as Signer
from eth_account.messages import encode_typed_data

from apps.devnet.keys import Account
from apps.protocol.statements import (
    ENDORSE,
    NO_HASH,
    Attestation,
    ContributionClaim,
    KeyDelegation,
    Message,
    Revocation,
    typed_document,
)
from apps.protocol.units import Address

LOCAL_CHAIN = 31337
LINK = "https://forum.example/t/water-cooler/12/3"


def claim(orchestrator: str, **given: Any) -> ContributionClaim:
    """A claim of the last month, signed now unless `issued_at` says otherwise."""
    now = given.pop("issued_at", int(time.time()))
    fields: dict[str, Any] = {
        "category": "meetings",
        "title": "Led the Water Cooler call",
        "evidence": (LINK,),
        "content_hash": NO_HASH,
        "period_start": now - 30 * 86_400,
        "period_end": now - 86_400,
        "co_authors": (),
        "amends": NO_HASH,
        "nonce": 1,
        **given,
    }
    return ContributionClaim(orchestrator=Address(orchestrator), issued_at=now, **fields)


def attestation(claim_hash: str, attester: str, **given: Any) -> Attestation:
    """An endorsement without a conflict of interest."""
    fields: dict[str, Any] = {
        "verdict": ENDORSE,
        "reason": "I was in the call.",
        "conflict": "",
        "nonce": 1,
        "issued_at": int(time.time()),
        **given,
    }
    return Attestation(claim_hash=bytes.fromhex(claim_hash[2:]), attester=Address(attester), **fields)


def revocation(subject: str, **given: Any) -> Revocation:
    """The end of a statement."""
    fields: dict[str, Any] = {"reason": "It was another's.", "nonce": 2, "issued_at": int(time.time()), **given}
    return Revocation(subject=bytes.fromhex(subject[2:]), **fields)


def delegation(orchestrator: str, key: str, **given: Any) -> KeyDelegation:
    """A key for a year."""
    fields: dict[str, Any] = {"valid_until": int(time.time()) + 365 * 86_400, "nonce": 77, **given}
    return KeyDelegation(orchestrator=Address(orchestrator), key=Address(key), **fields)


@dataclass(frozen=True, slots=True)
class Signed:
    """What travels: the typed data, and the signature as 0x and hex."""

    document: dict[str, Any]
    signature: str

    @property
    def body(self) -> dict[str, Any]:
        """As the API takes it."""
        return {"statement": self.document, "signature": self.signature}


def signed(message: Message, by: Account, *, chain_id: int = LOCAL_CHAIN) -> Signed:
    """The document as JSON leaves it, signed with the account's key."""
    document = json.loads(json.dumps(typed_document(message, chain_id)))
    return Signed(document, sign(document, by))


def sign(document: dict[str, Any], by: Account) -> str:
    """eth-account's signature over any typed data."""
    made = Signer.from_key(by.key).sign_message(encode_typed_data(full_message=document))
    return f"0x{bytes(made.signature).hex()}"
