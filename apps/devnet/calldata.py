"""Calls to the contracts as bytes and back, by signature."""

from __future__ import annotations

from functools import cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

UNLIMITED = 2**256 - 1


@cache
def selector(signature: str) -> bytes:
    """The four bytes that name a function such as "bond(uint256,address)"."""
    return keccak(text=signature)[:4]


@cache
def _types(signature: str) -> tuple[str, ...]:
    inside = signature[signature.index("(") + 1 : -1]
    return tuple(_split(inside))


def _split(inside: str) -> list[str]:
    """The types of an argument list, a tuple counting as one."""
    parts: list[str] = []
    depth = 0
    for piece in inside.split(","):
        if depth:
            parts[-1] += "," + piece
        elif piece:
            parts.append(piece)
        depth += piece.count("(") - piece.count(")")
    return parts


def calldata(signature: str, *arguments: Any) -> bytes:
    """Selector and arguments, as a contract receives them."""
    return selector(signature) + encode(_types(signature), arguments)


def arguments_of(signature: str, data: bytes) -> tuple[Any, ...]:
    """The arguments in the calldata of a function; the selector is skipped, not checked."""
    return decode(_types(signature), data[4:])


def constructor_arguments(types: tuple[str, ...], *arguments: Any) -> bytes:
    """What is appended to creation bytecode."""
    return encode(types, arguments)


def words(answer: bytes) -> list[int]:
    """The 32-byte words of an answer as unsigned integers."""
    return [int.from_bytes(answer[at : at + 32]) for at in range(0, len(answer), 32)]


def address_in(word: int) -> str:
    """The address in a word, lower case."""
    return f"0x{word & (2**160 - 1):040x}"


def contract_id(name: str) -> bytes:
    """The Controller's key for a contract: keccak256 of its ASCII name."""
    return keccak(text=name)
