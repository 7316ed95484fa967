"""Keccak-256, Ethereum's hash, and the checksum that addresses carry in their letters."""

from __future__ import annotations

from Crypto.Hash import keccak as _keccak

from apps.protocol.units import Address


def keccak(data: bytes) -> bytes:
    """32 bytes."""
    digest: bytes = _keccak.new(data=data, digest_bits=256).digest()
    return digest


def topic_of(signature: str) -> bytes:
    """The first topic of an event such as "NewRound(uint256,bytes32)"."""
    return keccak(signature.encode("ascii"))


def checksummed(address: Address | str) -> str:
    """The address with its letters in EIP-55's upper and lower case."""
    digits = address[2:].lower()
    marks = keccak(digits.encode("ascii")).hex()
    return "0x" + "".join(
        digit.upper() if int(mark, 16) > 7 else digit for digit, mark in zip(digits, marks, strict=False)
    )
