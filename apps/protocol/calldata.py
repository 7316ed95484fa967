"""Calls of the contracts as bytes, and back again in words, from our own ABIs.

Every function that a plan uses takes 32-byte words only: numbers and addresses. Anything else is refused, so that what
is shown is all there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from apps.protocol import abi
from apps.protocol.units import UINT256_MAX, Address

_WORD = 32
_TYPES = ("uint256", "address")


class BadCalldata(ValueError):
    """Bytes that are no call of a function we know, or arguments that a function does not take."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument as the ABI names it; `type` is uint256 or address."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function that changes state."""

    contract: str
    name: str
    arguments: tuple[Argument, ...]
    signature: str
    selector: bytes


@dataclass(frozen=True, slots=True)
class Decoded:
    """A call as a reader sees it: the function and each argument with its value, amounts as integers."""

    function: Function
    values: tuple[int | Address, ...]

    @property
    def named(self) -> dict[str, int | Address]:
        return {each.name: value for each, value in zip(self.function.arguments, self.values, strict=True)}


@cache
def functions_of(contract: str) -> dict[str, Function]:
    """The state-changing functions of a contract whose arguments are words, by name."""
    found = (_function(contract, entry) for entry in abi.functions(contract).values())
    return {each.name: each for each in found if each is not None}


def _function(contract: str, entry: abi.Entry) -> Function | None:
    arguments = tuple(Argument(each["name"], each["type"]) for each in entry["inputs"])
    if entry["stateMutability"] in ("view", "pure") or any(each.type not in _TYPES for each in arguments):
        return None
    return Function(contract, entry["name"], arguments, abi.signature(entry), abi.selector(entry))


def encode(contract: str, name: str, *values: int | Address) -> bytes:
    """The call's bytes. Raises BadCalldata for a function or an argument that the ABI does not have."""
    function = functions_of(contract).get(name)
    if function is None:
        raise BadCalldata(f"{contract} has no function {name} that a plan may call.")
    if len(values) != len(function.arguments):
        raise BadCalldata(f"{function.signature} takes {len(function.arguments)} arguments.")
    words = (_word(each, value) for each, value in zip(function.arguments, values, strict=True))
    return function.selector + b"".join(words)


def decode(contract: str, data: bytes) -> Decoded:
    """The call that those bytes make. Raises BadCalldata for any other bytes, also for some too many or too few."""
    for function in functions_of(contract).values():
        if data[:4] == function.selector and len(data) == 4 + _WORD * len(function.arguments):
            words = (data[at : at + _WORD] for at in range(4, len(data), _WORD))
            values = (_value(each, word) for each, word in zip(function.arguments, words, strict=True))
            return Decoded(function, tuple(values))
    raise BadCalldata(f"These are no bytes of a call of {contract} that we know.")


def _word(argument: Argument, value: int | Address) -> bytes:
    if argument.type == "address":
        if not isinstance(value, str):
            raise BadCalldata(f"{argument.name} is an address.")
        return bytes(12) + bytes.fromhex(value[2:])
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= UINT256_MAX:
        raise BadCalldata(f"{argument.name} is a whole number below 2**256.")
    return value.to_bytes(_WORD)


def _value(argument: Argument, word: bytes) -> int | Address:
    if argument.type == "uint256":
        return int.from_bytes(word)
    if any(word[:12]):
        raise BadCalldata(f"{argument.name} is too long for an address.")
    return Address(f"0x{word[12:].hex()}")
