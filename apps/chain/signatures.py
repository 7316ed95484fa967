"""Whose signature is it: proved at one block, in the order ERC-6492, ERC-1271, ECDSA. Nothing is ever sent.

A signature that ends with ERC-6492's magic belongs to a contract that may not exist yet: its deployment is played in a
call and the contract asked there. An account with code is asked itself. Any other is a key, and its signature has to
be the one of two whose s is low (EIP-2), so that nobody can make a second one of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from apps.chain.errors import CallReverted, LyingNode, RpcRefused
from apps.chain.records import BlockId, block_param
from apps.protocol.statements import Refusal
from apps.protocol.units import LENT_CODE, Address

ECDSA, ERC1271, ERC6492 = "ecdsa", "erc1271", "erc6492"
MAGIC_6492 = bytes.fromhex("6492" * 16)
MOST_BYTES = 6_000  # of a signature; passkeys and deployments of smart accounts take one to two thousand
MOST_GAS = hex(10_000_000)  # of a contract's judgement; a passkey checked in Solidity takes half a million

_SECP256K1_N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_IS_VALID_SIGNATURE = bytes.fromhex("1626ba7e")  # isValidSignature(bytes32,bytes), and what it returns if so
_VALID = _IS_VALID_SIGNATURE + bytes(28)  # all 32 bytes count: a contract that echoes what it is asked says nothing
_DELEGATED = bytes.fromhex(LENT_CODE[2:])  # whose key still rules the account


class Asker(Protocol):
    """The part of a chain's client that is needed here."""

    def rpc(self, method: str, params: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Proof:
    """Who signed, and by which of the three ways that is known."""

    signer: Address
    verified_as: str


def recovered(digest: bytes, signature: bytes) -> Address | Refusal:
    """The address whose key made the signature over the 32 bytes, in 65 bytes r, s and v (0, 1, 27 or 28).

    Every 65 bytes recover to some address: the caller compares. A high s is refused.
    """
    if len(signature) != 65:
        return Refusal(
            "bad_signature", f"A key's signature has 65 bytes, this has {len(signature)}. Copy it whole, 0x and all."
        )
    r, s, v = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64]), signature[64]
    if s > _SECP256K1_N // 2:
        return Refusal(
            "malleable_signature", "The signature's s is in the upper half, so it was altered after signing. Sign anew."
        )
    if v not in (0, 1, 27, 28):
        return Refusal("bad_signature", f"The signature's last byte is {v}; it has to be 27 or 28.")
    try:
        made = Signature(vrs=(v % 27, r, s))
        return Address(made.recover_public_key_from_msg_hash(digest).to_address())
    except (BadSignature, ValidationError):
        return Refusal("bad_signature", "These bytes are no signature of any key. Copy it whole, 0x and all.")


def code_request(account: Address, block: BlockId) -> tuple[str, list[Any]]:
    """The request for an account's code, for whoever asks more at the same block and wants one trip for all."""
    return "eth_getCode", [account, block_param(block)]


def prove(
    client: Asker, *, digest: bytes, signature: bytes, account: Address, block: BlockId, code: Any = None
) -> Proof | Refusal:
    """The proof that the account signed the digest, as things are at that block; a refusal says what is wrong.

    An empty signature is one that the contract has noted itself, as a Safe can. `code` is the answer to `code_request`
    where it was asked before. Raises ChainError where the chain does not answer.
    """
    if len(signature) > MOST_BYTES:
        return Refusal("bad_signature", f"A signature has at most {MOST_BYTES:,} bytes, this has {len(signature):,}.")
    if signature.endswith(MAGIC_6492):
        return _undeployed(client, digest, signature, account, block)
    held = _bytes(client.rpc(*code_request(account, block)) if code is None else code)
    if not held:
        return _key(digest, signature, account)
    if _contract_agrees(client, digest, signature, account, block):
        return Proof(account, ERC1271)
    if held.startswith(_DELEGATED) and isinstance(_key(digest, signature, account), Proof):
        return Proof(account, ECDSA)
    return Refusal("contract_refused", f"The contract {account} does not take this signature as its own (ERC-1271).")


def _key(digest: bytes, signature: bytes, account: Address) -> Proof | Refusal:
    found = recovered(digest, signature)
    if isinstance(found, Refusal):
        return found
    if found != account:
        return Refusal(
            "wrong_signer",
            f"The signature is not by {account}: over this text it leads to {found}. Either another key signed, or the "
            "text was changed after signing.",
        )
    return Proof(account, ECDSA)


def _contract_agrees(client: Asker, digest: bytes, signature: bytes, account: Address, block: BlockId) -> bool:
    asked = {"to": account, "data": f"0x{_question(digest, signature).hex()}", "gas": MOST_GAS}
    try:
        return _bytes(client.rpc("eth_call", [asked, block_param(block)])) == _VALID
    except CallReverted:
        return False


def _undeployed(client: Asker, digest: bytes, signature: bytes, account: Address, block: BlockId) -> Proof | Refusal:
    """A contract account proved by playing its deployment first; one that is there by now is asked all the same."""
    try:
        factory, prepare, inner = decode(["address", "bytes", "bytes"], signature[: -len(MAGIC_6492)])
    except (DecodingError, OverflowError):
        return Refusal("bad_signature", "The signature ends as ERC-6492 says, but does not begin so.")
    program = _program(bytes.fromhex(factory[2:]), prepare, bytes.fromhex(account[2:]), _question(digest, inner))
    try:
        answer = _bytes(client.rpc("eth_call", [{"data": f"0x{program.hex()}", "gas": MOST_GAS}, block_param(block)]))
    except (CallReverted, RpcRefused):
        answer = b""
    if answer == _VALID:
        return Proof(account, ERC6492)
    return Refusal(
        "contract_refused",
        f"With its deployment played, {account} does not take this signature as its own (ERC-6492).",
    )


def _question(digest: bytes, signature: bytes) -> bytes:
    return _IS_VALID_SIGNATURE + encode(["bytes32", "bytes"], [digest, signature])


def _program(factory: bytes, prepare: bytes, account: bytes, question: bytes) -> bytes:
    """EVM code for a call without a target: calls the factory, asks the account, returns its 32 bytes or 32 zeros.

    The factory's own failure is ignored, since it fails too where the account exists already.
    """
    size = 108  # of the code before the two payloads; the pushes below have fixed widths
    at_prepare, at_question = size, size + len(prepare)

    def word(number: int) -> bytes:
        return b"\x62" + number.to_bytes(3)  # PUSH3

    code = b"".join(
        (
            word(len(prepare)) + word(at_prepare) + b"\x60\x00\x39",  # CODECOPY the factory's call to memory 0
            b"\x60\x00\x60\x00" + word(len(prepare)) + b"\x60\x00\x60\x00",  # out 0 bytes at 0, in, at 0, no ETH
            b"\x73" + factory + b"\x5a\xf1\x50",  # PUSH20, GAS, CALL, POP
            word(len(question)) + word(at_question) + b"\x60\x00\x39",  # CODECOPY the question to memory 0
            b"\x60\x20\x60\x00" + word(len(question)) + b"\x60\x00",  # out 32 bytes at 0, in, at 0
            b"\x73" + account + b"\x5a\xfa",  # PUSH20, GAS, STATICCALL: leaves 1 if it succeeded
            b"\x3d\x60\x1f\x10\x16",  # RETURNDATASIZE, 31 <, AND: and answered 32 bytes or more
            b"\x60\x00\x51\x02\x60\x00\x52",  # times the answer, to memory 0
            b"\x60\x20\x60\x00\xf3",  # RETURN 32 bytes
        )
    )
    return code + prepare + question


def _bytes(answer: Any) -> bytes:
    try:
        return bytes.fromhex(str(answer).removeprefix("0x"))
    except ValueError as error:
        raise LyingNode("A node answered with something that is not bytes; use another provider.") from error
