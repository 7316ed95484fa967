"""Calldata and answers cut into 32-byte words: enough for every function we read, and fast."""

from __future__ import annotations

from apps.chain.errors import AnswerMalformed
from apps.protocol.units import Address

WORD = 32


def calldata(selector: str, *arguments: str | int | bytes) -> bytes:
    """A selector such as "0xa64ad595" and its arguments: addresses as text, numbers, 32-byte values."""
    return bytes.fromhex(selector[2:]) + b"".join(_word(argument) for argument in arguments)


def numbers(answer: bytes, count: int) -> tuple[int, ...]:
    """The first `count` words as unsigned numbers. Raises AnswerMalformed if there are fewer."""
    if len(answer) < count * WORD:
        raise AnswerMalformed(f"A contract answered {len(answer)} bytes where {count * WORD} belong.")
    return tuple(int.from_bytes(answer[place : place + WORD]) for place in range(0, count * WORD, WORD))


def number(answer: bytes) -> int:
    """The first word as an unsigned number."""
    return numbers(answer, 1)[0]


def flag(answer: bytes) -> bool:
    """The first word as a truth value; any number but 0 and 1 is malformed."""
    value = number(answer)
    if value > 1:
        raise AnswerMalformed(f"A contract answered {value} where true or false belongs.")
    return value == 1


def address(answer: bytes) -> Address:
    """The first word as a lower-case address; the zero address stays as it is."""
    return address_of(number(answer))


def address_of(value: int) -> Address:
    """A word's number as an address. Raises AnswerMalformed if it needs more than 20 bytes."""
    if value >> 160:
        raise AnswerMalformed("A contract answered a number where an address belongs.")
    return Address(f"0x{value:040x}")


def text(answer: bytes) -> str:
    """The one string of an answer. Bytes that are not UTF-8 become U+FFFD: the text is anybody's to set."""
    offset = number(answer)
    length = number(answer[offset:])
    start = offset + WORD
    if length > len(answer) - start:
        raise AnswerMalformed("A contract answered a string longer than its answer.")
    return answer[start : start + length].decode("utf-8", "replace")


def _word(argument: str | int | bytes) -> bytes:
    if isinstance(argument, str):
        return bytes.fromhex(argument[2:]).rjust(WORD, b"\0")
    if isinstance(argument, int):
        return argument.to_bytes(WORD)
    if len(argument) != WORD:
        raise ValueError(f"a bytes32 argument has {len(argument)} bytes")
    return argument
