"""Claims and words on them in the fields of the Ethereum Attestation Service, for whoever wants them there. Pure.

Nothing is sent. The statement's digest and signature go along, so that a copy on the chain proves itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_abi.abi import encode

from apps.protocol.hashing import keccak
from apps.protocol.statements import Attestation, ContributionClaim
from apps.protocol.units import Address

CONTRACTS: Mapping[int, str] = {42161: "0xbD75f629A22Dc1ceD33dDA0b68c546A1c035c458"}  # EAS by chain id
CLAIM_SCHEMA = (
    "bytes32 claimHash,address orchestrator,bytes32 category,string title,string[] evidence,bytes32 contentHash,"
    "uint64 periodStart,uint64 periodEnd,address[] coAuthors,bytes32 amends,bytes signature"
)
ATTESTATION_SCHEMA = (
    "bytes32 attestationHash,bytes32 claimHash,uint8 verdict,string reason,string conflict,address attester,"
    "bytes signature"
)
_NEVER = 0  # expirationTime: how long a contribution counts is the score's to say
_NONE = "0x" + "00" * 32


def schema_uid(schema: str) -> str:
    """The id under which EAS's registry keeps a schema without a resolver whose attestations may be revoked."""
    return f"0x{keccak(schema.encode('ascii') + bytes(20) + bytes([1])).hex()}"


def of_claim(message: ContributionClaim, *, digest: str, signature: bytes) -> dict[str, Any]:
    """A claim in EAS's fields."""
    values = [
        bytes.fromhex(digest[2:]),
        message.orchestrator,
        message.category.encode("ascii").ljust(32, b"\0"),
        message.title,
        list(message.evidence),
        message.content_hash,
        message.period_start,
        message.period_end,
        list(message.co_authors),
        message.amends,
        signature,
    ]
    return _fields(CLAIM_SCHEMA, message.orchestrator, values)


def of_attestation(message: Attestation, *, digest: str, signature: bytes, orchestrator: Address) -> dict[str, Any]:
    """A word on a claim in EAS's fields; its recipient is the claim's author."""
    values = [
        bytes.fromhex(digest[2:]),
        message.claim_hash,
        message.verdict,
        message.reason,
        message.conflict,
        message.attester,
        signature,
    ]
    return _fields(ATTESTATION_SCHEMA, orchestrator, values)


def _fields(schema: str, recipient: Address, values: list[Any]) -> dict[str, Any]:
    kinds = [member.split(" ")[0] for member in schema.split(",")]
    return {
        "schema": schema_uid(schema),
        "recipient": recipient,
        "expirationTime": _NEVER,
        "revocable": True,
        "refUID": _NONE,
        "data": f"0x{encode(kinds, values).hex()}",
    }
