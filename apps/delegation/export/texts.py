"""One step as a link, a command, raw JSON, and a transaction for a signer that is never online."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.delegation.plan.build import Step
from apps.protocol.hashing import checksummed, keccak
from apps.protocol.units import Address

EIP1559 = b"\x02"


@dataclass(frozen=True, slots=True)
class Fees:
    """What an unsigned transaction needs of its moment: nonce, gas, and the most that a unit of gas may cost in wei."""

    nonce: int
    gas: int
    max_fee_wei: int
    tip_wei: int


def raw(steps: Sequence[Step], *, chain_id: int) -> list[dict[str, Any]]:
    """What any wallet's eth_sendTransaction takes, with the chain named."""
    return [
        {
            "chainId": hex(chain_id),
            "from": checksummed(step.sender),
            "to": checksummed(step.target),
            "value": hex(step.value_wei),
            "data": f"0x{_data(step).hex()}",
        }
        for step in steps
    ]


def link(step: Step, *, chain_id: int) -> str:
    """An EIP-681 address for a QR code: one call, its arguments by type and in order. No name stands in for an address.

    Wallets differ in what they understand of it, and none takes a batch.
    """
    _data(step)
    pairs = "&".join(
        f"{each.type}={_argument(value)}"
        for each, value in zip(step.decoded.function.arguments, step.decoded.values, strict=True)
    )
    return f"ethereum:{checksummed(step.target)}@{chain_id}/{step.function}?{pairs}"


def command(step: Step, *, rpc_variable: str = "$RPC_URL") -> str:
    """The same call for Foundry's `cast`, to be signed with whatever the operator adds to it."""
    _data(step)
    arguments = " ".join(_argument(value) for value in step.decoded.values)
    call = f'cast send {checksummed(step.target)} "{step.decoded.function.signature}"'
    return f"{call} {arguments} --from {checksummed(step.sender)} --rpc-url {rpc_variable}".replace("  ", " ")


def unsigned(step: Step, fees: Fees, *, chain_id: int) -> bytes:
    """The EIP-1559 transaction without a signature: 0x02 and the RLP list that is hashed to be signed."""
    fields = [
        _number(chain_id),
        _number(fees.nonce),
        _number(fees.tip_wei),
        _number(fees.max_fee_wei),
        _number(fees.gas),
        bytes.fromhex(step.target[2:]),
        _number(step.value_wei),
        _data(step),
    ]
    items = b"".join(_rlp(field) for field in fields) + b"\xc0"  # an empty access list
    return EIP1559 + _headed(items, short=0xC0)


def signing_hash(transaction: bytes) -> bytes:
    """The 32 bytes that an offline signer signs."""
    return keccak(transaction)


def _data(step: Step) -> bytes:
    if step.calldata is None:
        raise ValueError("A step without acknowledged calldata cannot be exported.")
    return step.calldata


def _argument(value: int | Address) -> str:
    return checksummed(value) if isinstance(value, str) else str(value)


def _number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8)


def _rlp(item: bytes) -> bytes:
    return item if len(item) == 1 and item[0] < 0x80 else _headed(item, short=0x80)


def _headed(payload: bytes, *, short: int) -> bytes:
    if len(payload) < 56:
        return bytes([short + len(payload)]) + payload
    size = _number(len(payload))
    return bytes([short + 55 + len(size)]) + size + payload
