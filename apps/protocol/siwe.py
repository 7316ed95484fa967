"""Sign-in with Ethereum (ERC-4361): the text that a wallet signs, written and read by its grammar. Pure.

What is written is read back to the same fields, and what is read is written back to the same text: nothing that a
wallet has shown can mean something else here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from apps.protocol.hashing import checksummed, keccak
from apps.protocol.units import Address, parse_address

LONGEST = 4_000  # characters of a whole message; ours has some 350

_ASKS = " wants you to sign in with your Ethereum account:"
_SCHEME = r"[A-Za-z][A-Za-z0-9+.\-]*"
_PCHAR = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
_AUTHORITY = r"(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*@)?(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~]+)(?::\d*)?"
_URI = re.compile(rf"{_SCHEME}:(?:{_PCHAR}|[/?#\[\]])+", re.ASCII)
_FIRST = re.compile(rf"(?:({_SCHEME})://)?({_AUTHORITY})", re.ASCII)
_STATEMENT = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;= ]+", re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9]{8,}", re.ASCII)
_REQUEST_ID = re.compile(rf"{_PCHAR}*", re.ASCII)
_CHAIN_ID = re.compile(r"\d{1,18}", re.ASCII)
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII)


class BadSignIn(ValueError):
    """A text that is no message of ERC-4361; the message says which line is wrong."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """The fields of a message. Times are RFC 3339 texts as they were signed; `moment` reads them."""

    domain: str
    address: Address
    uri: str
    chain_id: int
    nonce: str
    issued_at: str
    statement: str | None = None
    expiration_time: str | None = None
    not_before: str | None = None
    request_id: str | None = None
    resources: tuple[str, ...] | None = None
    scheme: str | None = None


def written(message: SignIn) -> str:
    """The text to sign. Raises BadSignIn where a field holds what the grammar has no place for."""
    text = "\n".join(_lines(message))
    if parsed(text) != message:
        raise BadSignIn("A field of the message holds something that would be read as another field.")
    return text


def _lines(message: SignIn) -> Iterator[str]:
    yield f"{message.scheme}://{message.domain}{_ASKS}" if message.scheme else f"{message.domain}{_ASKS}"
    yield checksummed(message.address)
    yield ""
    if message.statement is not None:
        yield message.statement
    yield ""
    yield f"URI: {message.uri}"
    yield "Version: 1"
    yield f"Chain ID: {message.chain_id}"
    yield f"Nonce: {message.nonce}"
    yield f"Issued At: {message.issued_at}"
    if message.expiration_time is not None:
        yield f"Expiration Time: {message.expiration_time}"
    if message.not_before is not None:
        yield f"Not Before: {message.not_before}"
    if message.request_id is not None:
        yield f"Request ID: {message.request_id}"
    if message.resources is not None:
        yield "Resources:"
        yield from (f"- {one}" for one in message.resources)


def parsed(text: str) -> SignIn:
    """The fields of a text. Raises BadSignIn for anything that the grammar does not allow, to the character."""
    if len(text) > LONGEST:
        raise BadSignIn(f"A message has at most {LONGEST:,} characters.")
    lines = _Lines(text)
    scheme, domain = _first(lines.next())
    address = _address(lines.next())
    lines.expect_empty("below the address")
    statement = _statement(lines)
    uri = _field(lines, "URI", _URI)
    _field(lines, "Version", re.compile("1"))
    chain_id = int(_field(lines, "Chain ID", _CHAIN_ID))
    nonce = _field(lines, "Nonce", _NONCE)
    found = SignIn(
        scheme=scheme, domain=domain, address=address, statement=statement, uri=uri, chain_id=chain_id, nonce=nonce,
        issued_at=_time(lines.named("Issued At", required=True), "Issued At") or "",
        expiration_time=_time(lines.named("Expiration Time"), "Expiration Time"),
        not_before=_time(lines.named("Not Before"), "Not Before"),
        request_id=_request_id(lines.named("Request ID")),
        resources=_resources(lines),
    )  # fmt: skip
    if lines.left:
        raise BadSignIn(f"The line “{lines.next()[:60]}” has no place there.")
    return found


class _Lines:
    """The lines of a text, taken one by one."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._lines) - self._at

    def next(self) -> str:
        if not self.left:
            raise BadSignIn("The message ends too early.")
        self._at += 1
        return self._lines[self._at - 1]

    def peek(self) -> str | None:
        return self._lines[self._at] if self.left else None

    def expect_empty(self, where: str) -> None:
        if self.next():
            raise BadSignIn(f"A line {where} has to be empty.")

    def named(self, name: str, *, required: bool = False) -> str | None:
        """The value of the next line if it has that name."""
        line = self.peek()
        if line is not None and line.startswith(f"{name}: "):
            return self.next()[len(name) + 2 :]
        if required:
            raise BadSignIn(f"The line “{name}: …” is missing or in another place.")
        return None


def _first(line: str) -> tuple[str | None, str]:
    found = _FIRST.fullmatch(line.removesuffix(_ASKS)) if line.endswith(_ASKS) else None
    if found is None:
        raise BadSignIn("The first line has to name the site and ask to sign in with an Ethereum account.")
    return found[1], found[2]


def _address(line: str) -> Address:
    """Its checksum is held to: ERC-4361 wants addresses as EIP-55 writes them."""
    try:
        address = parse_address(line)
    except ValueError as error:
        raise BadSignIn("The second line has to be the address.") from error
    if checksummed(address) != line:
        raise BadSignIn("The address has to be written with its checksum.")
    return address


def _statement(lines: _Lines) -> str | None:
    """One line between two empty ones; without it two empty lines stand together."""
    line = lines.next()
    if not line:
        return None
    if not _STATEMENT.fullmatch(line):
        raise BadSignIn("The statement has characters that the grammar does not allow.")
    lines.expect_empty("below the statement")
    return line


def _field(lines: _Lines, name: str, pattern: re.Pattern[str]) -> str:
    value = lines.named(name, required=True) or ""
    if not pattern.fullmatch(value):
        raise BadSignIn(f"The value of “{name}” is not as the grammar has it.")
    return value


def _time(value: str | None, name: str) -> str | None:
    if value is not None:
        moment(value, name=name)
    return value


def moment(text: str, *, name: str = "time") -> datetime:
    """A time of RFC 3339 in UTC, parts of a second left out. Raises BadSignIn."""
    found = _TIME.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        plain = datetime.fromisoformat(f"{text[:10]}T{text[11:19]}")
        offset = f"{found[7]}{found[8]}:{found[9]}" if found[7] else "+00:00"
        return datetime.fromisoformat(f"{plain.isoformat()}{offset}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadSignIn(f"“{name}” is no time such as 2026-01-19T14:21:05Z.") from error


def _request_id(value: str | None) -> str | None:
    if value is not None and not _REQUEST_ID.fullmatch(value):
        raise BadSignIn("The value of “Request ID” is not as the grammar has it.")
    return value


def _resources(lines: _Lines) -> tuple[str, ...] | None:
    if lines.peek() != "Resources:":
        return None
    lines.next()
    found = []
    while lines.left:
        line = lines.next()
        if not line.startswith("- ") or not _URI.fullmatch(line[2:]):
            raise BadSignIn("Each resource is a line of its own: “- ” and a URI.")
        found.append(line[2:])
    return tuple(found)


def digest(text: str) -> bytes:
    """The 32 bytes that a wallet signs for a message (EIP-191, personal_sign)."""
    data = text.encode()
    return keccak(b"\x19Ethereum Signed Message:\n" + str(len(data)).encode() + data)
