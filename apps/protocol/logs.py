"""Logs in words, by our own ABIs: the event's name and each argument by its name.

For showing and comparing what a single transaction did. The index has readers of its own, made for many logs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from apps.protocol import abi
from apps.protocol.units import Address

_WORD = 32
_FLAT = ("uint256", "address", "bytes32")


@dataclass(frozen=True, slots=True)
class Event:
    """What a contract said: numbers are whole, addresses lower case, words of 32 bytes 0x and hex."""

    contract: str
    name: str
    arguments: Mapping[str, int | str]


def decode(contract: str, topics: Sequence[bytes], data: bytes) -> Event | None:
    """The event of that contract; None for one that our ABI does not have, or that is laid out otherwise."""
    entry = _by_topic(contract).get(topics[0]) if topics else None
    if entry is None:
        return None
    inputs = entry["inputs"]
    indexed, plain = [each for each in inputs if each["indexed"]], [each for each in inputs if not each["indexed"]]
    if len(topics) != 1 + len(indexed) or len(data) != _WORD * len(plain):
        return None
    words = dict(zip((each["name"] for each in indexed), topics[1:], strict=True))
    words |= {each["name"]: data[_WORD * at : _WORD * (at + 1)] for at, each in enumerate(plain)}
    return Event(contract, entry["name"], {each["name"]: _value(each["type"], words[each["name"]]) for each in inputs})


@cache
def _by_topic(contract: str) -> dict[bytes, abi.Entry]:
    flat = (each for each in abi.events(contract).values() if all(one["type"] in _FLAT for one in each["inputs"]))
    return {abi.topic0(each): each for each in flat}


def _value(kind: str, word: bytes) -> int | str:
    if kind == "address":
        return Address(f"0x{word[12:].hex()}")
    return int.from_bytes(word) if kind == "uint256" else f"0x{word.hex()}"
