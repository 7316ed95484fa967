"""Slicing ABI-encoded words. Our events have flat, known layouts, so a slice is all the decoding they need.

A word that cannot be what its place says is never bent into shape: the log is refused as it stands.
"""

from __future__ import annotations

from functools import lru_cache

from apps.protocol.units import PPM

WORD = 32
AMOUNT_LIMIT = 2**128  # base units: no supply of LPT or ETH comes near it, and no sum of such amounts leaves 256 bits
NUMBER_LIMIT = 2**30  # rounds and lock ids; the tables keep them and their successors in 32 bits
TEXT_LIMIT_BYTES = 4096  # anybody can set a text of any length at the price of the gas

_NO_BYTES = bytes(12)  # what stands before the 20 bytes of an address


class BadLog(ValueError):
    """A log that cannot be read, or that contradicts those before it; the message says what is wrong with it."""


def address(raw: bytes, index: int) -> str:
    """The address in the word at `index`, lower-case. Raises BadLog where the word is longer than an address."""
    return _address_in(raw[index * WORD : index * WORD + WORD])


@lru_cache(maxsize=65_536)  # most addresses were seen a moment ago
def _address_in(word: bytes) -> str:
    if not word.startswith(_NO_BYTES):
        raise BadLog(f"0x{word.hex()} stands where an address belongs")
    return "0x" + word[12:].hex()


def uint(raw: bytes, index: int) -> int:
    """The unsigned integer in the word at `index`, of any size."""
    start = index * WORD
    return int.from_bytes(raw[start : start + WORD], "big")


def amount(raw: bytes, index: int) -> int:
    """Base units of LPT or ETH. Raises BadLog beyond what can exist."""
    value = int.from_bytes(raw[index * WORD : index * WORD + WORD], "big")
    if value >= AMOUNT_LIMIT:
        raise BadLog(f"{value} is more than there can be")
    return value


def number(raw: bytes, index: int) -> int:
    """A round or the id of a lock. Raises BadLog beyond 30 bits."""
    value = int.from_bytes(raw[index * WORD : index * WORD + WORD], "big")
    if value >= NUMBER_LIMIT:
        raise BadLog(f"{value} is too large for a round, a lock or a rate")
    return value


def ppm(raw: bytes, index: int) -> int:
    """Parts per million. Raises BadLog beyond the whole."""
    value = int.from_bytes(raw[index * WORD : index * WORD + WORD], "big")
    if value > PPM:
        raise BadLog(f"{value} is more than a million parts per million")
    return value


def text(raw: bytes, index: int) -> str:
    """The string whose offset stands in the word at `index`.

    Raises BadLog where it runs past the end, is longer than TEXT_LIMIT_BYTES, or cannot be stored: bytes that are no
    UTF-8, and NUL.
    """
    start = uint(raw, index)
    size = int.from_bytes(raw[start : start + WORD], "big")
    body = raw[start + WORD : start + WORD + size]
    if start + WORD > len(raw) or len(body) != size:
        raise BadLog(f"a text of {size} bytes at {start} does not fit into {len(raw)} bytes of data")
    if size > TEXT_LIMIT_BYTES:
        raise BadLog(f"a text of {size} bytes is longer than the {TEXT_LIMIT_BYTES} that are kept")
    if 0 in body:
        raise BadLog("a text that holds a NUL cannot be stored")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadLog(f"a text that is no UTF-8: {error.reason} at byte {error.start}") from error
