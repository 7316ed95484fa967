"""A small program for the EVM that does several calls in a row, for nodes that cannot simulate several at once.

Laid over an account's code for the time of one eth_call, it makes that account the true sender of every call: what the
calls before have changed is there for the next ones, and for reads after them. Nothing of it is ever sent.

It takes records of target, value, gas, length and data, and answers with a mark and records of success, gas burned,
length and returned data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apps.chain.errors import AnswerMalformed

MARK = b"millrace: calls done in a row".ljust(32, b"\0")  # an account without the program answers something else
_WORD = 32
_OPCODES = {
    "STOP": 0x00, "ADD": 0x01, "SUB": 0x03, "LT": 0x10, "CALLDATALOAD": 0x35, "CALLDATASIZE": 0x36,
    "CALLDATACOPY": 0x37, "RETURNDATASIZE": 0x3D, "RETURNDATACOPY": 0x3E, "MLOAD": 0x51, "MSTORE": 0x52,
    "JUMP": 0x56, "JUMPI": 0x57, "GAS": 0x5A, "JUMPDEST": 0x5B, "DUP1": 0x80, "DUP3": 0x82, "DUP4": 0x83,
    "DUP7": 0x86, "DUP8": 0x87, "DUP9": 0x88, "SWAP1": 0x90, "CALL": 0xF1, "RETURN": 0xF3,
}  # fmt: skip
# Memory holds at 0 where it reads (i), at 32 where it writes (m), and the answer from 64 on. A number is pushed, a word
# with a colon is a place, and one with @ pushes that place.
_PROGRAM = (
    "CALLDATASIZE @begin JUMPI STOP",  # a payment to the account is taken
    f"begin: {int.from_bytes(MARK)} 64 MSTORE 96 32 MSTORE",
    "next: CALLDATASIZE 0 MLOAD LT @call JUMPI",  # while i < size
    "64 32 MLOAD SUB 64 RETURN",
    "call: 0 MLOAD DUP1 96 ADD CALLDATALOAD",  # the stack holds length, i
    "DUP1 DUP3 128 ADD 32 MLOAD 96 ADD CALLDATACOPY",  # the data goes where the answer will be
    "GAS 0 0 DUP4 32 MLOAD 96 ADD",
    "DUP7 32 ADD CALLDATALOAD DUP8 CALLDATALOAD DUP9 64 ADD CALLDATALOAD CALL",
    "32 MLOAD MSTORE",  # success
    "GAS SWAP1 SUB 32 MLOAD 32 ADD MSTORE",  # gas before less gas now
    "RETURNDATASIZE 32 MLOAD 64 ADD MSTORE",
    "RETURNDATASIZE 0 32 MLOAD 96 ADD RETURNDATACOPY",
    "ADD 128 ADD 0 MSTORE",  # i += 128 + length
    "32 MLOAD 96 ADD RETURNDATASIZE ADD 32 MSTORE",  # m += 96 + length of the answer
    "@next JUMP",
)


@dataclass(frozen=True, slots=True)
class Deed:
    """A call for the program to make; `gas` is the most that it may burn."""

    to: str
    data: bytes
    gas: int
    value_wei: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """What became of it: `gas` was burned inside of it, the transaction's own cost not counted."""

    ok: bool
    gas: int
    returned: bytes


def asked(deeds: Iterable[Deed]) -> bytes:
    """The calls as the program reads them."""
    return b"".join(
        int(one.to, 16).to_bytes(_WORD)
        + one.value_wei.to_bytes(_WORD)
        + one.gas.to_bytes(_WORD)
        + len(one.data).to_bytes(_WORD)
        + one.data
        for one in deeds
    )


def answered(answer: bytes, *, count: int) -> list[Done]:
    """What became of each. Raises AnswerMalformed where the program did not run, or not to its end."""
    if not answer.startswith(MARK):
        raise AnswerMalformed("The node does not run a program in place of an account's code.")
    done = list(_records(answer[_WORD:]))
    if len(done) != count:
        raise AnswerMalformed("The node made another number of calls than it was asked to.")
    return done


def _records(rest: bytes) -> Iterator[Done]:
    while len(rest) >= 3 * _WORD:
        ok, gas, length = (int.from_bytes(rest[at : at + _WORD]) for at in (0, _WORD, 2 * _WORD))
        returned, rest = rest[3 * _WORD : 3 * _WORD + length], rest[3 * _WORD + length :]
        if len(returned) < length:
            raise AnswerMalformed("The node cut an answer short.")
        yield Done(bool(ok), gas, returned)


def _assembled(lines: Iterable[str]) -> bytes:
    """The program's bytes. Places are pushed as two bytes, so that none moves another."""
    code, places, open_places = bytearray(), dict[str, int](), dict[int, str]()
    for word in " ".join(lines).split():
        if word.endswith(":"):
            places[word[:-1]] = len(code)
            code.append(_OPCODES["JUMPDEST"])
        elif word.startswith("@"):
            open_places[len(code) + 1] = word[1:]
            code += b"\x61\0\0"  # PUSH2
        elif word.isdigit():
            number = int(word)
            size = max(1, (number.bit_length() + 7) // 8)
            code += bytes([0x5F + size]) + number.to_bytes(size)  # PUSH1 to PUSH32
        else:
            code.append(_OPCODES[word])
    for at, name in open_places.items():
        code[at : at + 2] = places[name].to_bytes(2)
    return bytes(code)


PROGRAM = _assembled(_PROGRAM)
