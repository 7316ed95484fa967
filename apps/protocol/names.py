"""Names of people's own choice, and what else they write about themselves: hashed, checked, kept short. Pure.

All of it is untrusted. What could pass for something else, or change how the text around it reads, is refused.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from apps.protocol.hashing import keccak

LONGEST_NAME = 120  # characters; the longest that a page can show in one line
_NO_LABEL = bytes(32)
_HANDLE = {
    "com.twitter": (re.compile(r"[A-Za-z0-9_]{1,15}", re.ASCII), ("twitter.com", "x.com")),
    "com.github": (re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}", re.ASCII), ("github.com",)),
}
_LONGEST_URL = 300
_JOINER = "\u200d"  # holds emoji together


def namehash(name: str) -> bytes:
    """The 32 bytes by which ENS knows a normalised name; 32 zeros for the root."""
    node = _NO_LABEL
    for label in reversed(name.split(".") if name else []):
        node = keccak(node + keccak(label.encode()))
    return node


def reverse_node(address: str) -> bytes:
    """The node under which an address keeps its own name."""
    return namehash(f"{address[2:].lower()}.addr.reverse")


def normalised(name: str) -> str | None:
    """The name as ENSIP-15 has it; None for one that breaks its rules: odd characters, mixed or confusable scripts."""
    # here and not above: its tables take 95 MB, wanted by one task alone
    from ens_normalize import DisallowedSequence, ens_normalize  # type: ignore[import-untyped]

    try:
        return str(ens_normalize(name))
    except DisallowedSequence:
        return None


def proper_name(name: str) -> str | None:
    """The name if it may be shown: normalised already, of two labels or more, and short."""
    if not 3 <= len(name) <= LONGEST_NAME or "." not in name or clean(name, longest=LONGEST_NAME) != name:
        return None
    return name if normalised(name) == name else None


def is_look_alike(name: str) -> bool:
    """Whether it has letters or digits beside a to z and 0 to 9, which may be taken for others."""
    return any(character.isalnum() and not character.isascii() for character in name)


def clean(text: str, *, longest: int) -> str | None:
    """The text in one line, cut where it is too long; None if it holds characters that control or turn text."""
    line = " ".join(text.split())
    if any(_is_unsafe(character) for character in line):
        return None
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _is_unsafe(character: str) -> bool:
    """Control, format and surrogate characters, and those of private use."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co") and character != _JOINER


def web_address(text: str) -> str | None:
    """A http or https address that may stand behind a link, else None."""
    candidate = text.strip()
    if len(candidate) > _LONGEST_URL or not candidate.isascii() or not candidate.isprintable() or " " in candidate:
        return None
    try:
        parts = urlsplit(candidate)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return None
    return candidate if usable and "." in str(parts.hostname) else None


def handle(key: str, text: str) -> str | None:
    """The account's name in a record "com.twitter" or "com.github", however it was written; None if it is none."""
    pattern, hosts = _HANDLE[key]
    candidate = text.strip().removeprefix("https://").removeprefix("http://").removeprefix("www.")
    for host in hosts:
        candidate = candidate.removeprefix(f"{host}/")
    candidate = candidate.removeprefix("@").removesuffix("/")
    return candidate if pattern.fullmatch(candidate) else None
