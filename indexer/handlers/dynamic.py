"""Slicing texts, bytes and arrays, whose place and length the log itself names: nothing of it is believed unchecked.

Texts here are people's own and may be long: they are cut, not refused, since the log keeps the whole.
"""

from __future__ import annotations

from indexer.handlers.words import WORD, BadLog, address, uint

Span = tuple[int, int]  # first byte and length, both inside the data


def span(raw: bytes, index: int) -> Span:
    """Where the bytes lie whose offset stands in the word at `index`. Raises BadLog where they run past the end."""
    return _checked(raw, uint(raw, index), unit=1)


def _checked(raw: bytes, start: int, *, unit: int) -> Span:
    if start + WORD > len(raw):
        raise BadLog(f"a length at byte {start} does not fit into {len(raw)} bytes of data")
    size = int.from_bytes(raw[start : start + WORD], "big")
    if start + WORD + size * unit > len(raw):
        raise BadLog(f"a length of {size} at byte {start} does not fit into {len(raw)} bytes of data")
    return start + WORD, size


def passage(raw: bytes, index: int, *, limit: int) -> str:
    """The text whose offset stands in the word at `index`, at most `limit` characters of it.

    Bytes that are no UTF-8, and NUL, which cannot be stored, are kept as escapes.
    """
    start, size = span(raw, index)
    body = raw[start : start + min(size, 4 * limit + 3)]  # a character takes four bytes at most
    text = body.decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
    return text[:limit]


def addresses(raw: bytes, index: int, *, limit: int) -> list[str]:
    """The first addresses of an address[], lower-case."""
    start, size = _checked(raw, uint(raw, index), unit=WORD)
    body = raw[start : start + WORD * min(size, limit)]
    return [address(body, place) for place in range(min(size, limit))]


def uints(raw: bytes, index: int, *, limit: int) -> list[int]:
    """The first integers of a uint256[]."""
    start, size = _checked(raw, uint(raw, index), unit=WORD)
    body = raw[start : start + WORD * min(size, limit)]
    return [uint(body, place) for place in range(min(size, limit))]


def blobs(raw: bytes, index: int, *, limit: int, longest: int) -> list[bytes]:
    """The first elements of a bytes[], at most `longest` bytes of each."""
    start, size = _checked(raw, uint(raw, index), unit=WORD)
    body = raw[start:]  # offsets of the elements count from here
    spans = [span(body, place) for place in range(min(size, limit))]
    return [body[first : first + min(length, longest)] for first, length in spans]
