"""Slicing ABI-encoded words. Our events have flat, known layouts, so a slice is all the decoding they need."""

from __future__ import annotations

WORD = 32


class BadLog(ValueError):
    """A log whose bytes do not have the layout of its event; the message says what is missing."""


def address(raw: bytes, index: int) -> str:
    """The address in the word at `index`, lower-case."""
    start = index * WORD
    return "0x" + raw[start + 12 : start + WORD].hex()


def uint(raw: bytes, index: int) -> int:
    """The unsigned integer in the word at `index`."""
    start = index * WORD
    return int.from_bytes(raw[start : start + WORD], "big")


def text(raw: bytes, index: int) -> str:
    """The string whose offset stands in the word at `index`; bytes that are no UTF-8 are kept as escapes.

    NUL cannot be stored as text and is kept as an escape too. Raises BadLog where the length runs past the end.
    """
    start = uint(raw, index)
    size = int.from_bytes(raw[start : start + WORD], "big")
    body = raw[start + WORD : start + WORD + size]
    if len(body) != size:
        raise BadLog(f"a text of {size} bytes does not fit into {len(raw)} bytes of data")
    return body.decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
