"""A batch for Safe's Transaction Builder: the file that its importer reads, with the checksum it checks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from apps.delegation.plan.build import Step
from apps.protocol.calldata import Decoded, encode
from apps.protocol.hashing import checksummed, keccak
from apps.protocol.units import Address

BUILDER_VERSION = "1.18.0"


def batch(
    steps: Sequence[Step], *, chain_id: int, safe: Address, name: str, description: str, created_at_ms: int
) -> dict[str, Any]:
    """The file as one object. Raises ValueError while a step has no calldata."""
    made: dict[str, Any] = {
        "version": "1.0",
        "chainId": str(chain_id),
        "createdAt": created_at_ms,
        "meta": {
            "name": name,
            "description": description,
            "txBuilderVersion": BUILDER_VERSION,
            "createdFromSafeAddress": checksummed(safe),
            "createdFromOwnerAddress": "",
        },
        "transactions": [_transaction(step) for step in steps],
    }
    made["meta"]["checksum"] = checksum(made)
    return made


def checksum(file: Mapping[str, Any]) -> str:
    """keccak-256 of the file's canonical text, its name left out, as the builder computes it; 0x and 64 digits."""
    meta = {key: value for key, value in file["meta"].items() if key != "checksum"}
    return "0x" + keccak(_canonical({**file, "meta": {**meta, "name": None}}).encode()).hex()


def _canonical(value: Any) -> str:
    """Keys first, sorted, then each value with a comma: the builder's own serialisation, which is no JSON."""
    if isinstance(value, Mapping):
        keys = sorted(value)
        inside = "".join(f"{_canonical(value[key])}," for key in keys)
        return "{" + json.dumps(keys, separators=(",", ":"), ensure_ascii=False) + inside + "}"
    if isinstance(value, list | tuple):
        return f"[{','.join(_canonical(each) for each in value)}]"
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _transaction(step: Step) -> dict[str, Any]:
    decoded = step.decoded
    if step.calldata is None or encode(step.contract, step.function, *decoded.values) != step.calldata:
        raise ValueError("A step without acknowledged calldata cannot be exported.")
    return {
        "to": checksummed(step.target),
        "value": str(step.value_wei),
        "data": "0x" + step.calldata.hex(),
        "contractMethod": _method(decoded),
        "contractInputsValues": {
            each.name: _shown(value) for each, value in zip(decoded.function.arguments, decoded.values, strict=True)
        },
    }


def _method(decoded: Decoded) -> dict[str, Any]:
    inputs = [{"internalType": each.type, "name": each.name, "type": each.type} for each in decoded.function.arguments]
    return {"inputs": inputs, "name": decoded.function.name, "payable": False}


def _shown(value: int | Address) -> str:
    return checksummed(value) if isinstance(value, str) else str(value)
