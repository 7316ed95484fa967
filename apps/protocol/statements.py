"""Statements that people sign about contributions: EIP-712 typed data, their hash, and how they are read. Pure.

Four types, fields in the order in which they are signed. A statement is known by its digest: the 32 bytes a key signs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, TypeAlias

from apps.protocol.hashing import keccak
from apps.protocol.names import clean, web_address
from apps.protocol.units import UINT256_MAX, Address, AddressError, parse_address

NAME, VERSION = "Millrace", "1"
DISPUTE, ENDORSE = 0, 1
NO_HASH = bytes(32)
UINT64_MAX = 2**64 - 1

LONGEST_TITLE = 120  # characters, as of every limit here
LONGEST_REASON = 1_000
LONGEST_CONFLICT = 300
LONGEST_LINK = 300
MOST_LINKS = 8
MOST_CO_AUTHORS = 10

_DOMAIN_TYPE = (("string", "name"), ("string", "version"), ("uint256", "chainId"))
_DOMAIN = "EIP712Domain"
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII)
_DIGITS = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)
_HEX = re.compile(r"0x[0-9a-fA-F]{1,64}", re.ASCII)
_CATEGORY = re.compile(r"[a-z][a-z_]{0,31}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a statement is not taken: a code for programs, a sentence for people that says what to do."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ContributionClaim:
    """What an orchestrator says it gave. Periods and `issued_at` are Unix seconds, UTC.

    `category` is signed as its ASCII letters in 32 bytes; `content_hash` is a Keccak-256 of whatever the author keeps,
    32 zeros for none; `amends` is the digest of the version before, 32 zeros for a new claim.
    """

    TYPE: ClassVar[str] = "ContributionClaim"

    orchestrator: Address
    category: str
    title: str
    evidence: tuple[str, ...]
    content_hash: bytes
    period_start: int
    period_end: int
    co_authors: tuple[Address, ...]
    amends: bytes
    nonce: int
    issued_at: int


@dataclass(frozen=True, slots=True)
class Attestation:
    """What somebody says of a claim: DISPUTE or ENDORSE, why, and what binds them to its author ("" for nothing)."""

    TYPE: ClassVar[str] = "Attestation"

    claim_hash: bytes
    verdict: int
    reason: str
    conflict: str
    attester: Address
    nonce: int
    issued_at: int


@dataclass(frozen=True, slots=True)
class Revocation:
    """The end of an earlier statement of the same author; `subject` is its digest."""

    TYPE: ClassVar[str] = "Revocation"

    subject: bytes
    reason: str
    nonce: int
    issued_at: int


@dataclass(frozen=True, slots=True)
class KeyDelegation:
    """Another key that may sign claims and attestations for an orchestrator until `valid_until` (Unix seconds)."""

    TYPE: ClassVar[str] = "KeyDelegation"

    orchestrator: Address
    key: Address
    valid_until: int
    nonce: int


Message: TypeAlias = ContributionClaim | Attestation | Revocation | KeyDelegation

MESSAGES: Mapping[str, type[Message]] = {
    kind.TYPE: kind for kind in (ContributionClaim, Attestation, Revocation, KeyDelegation)
}
# (type, name) as they are signed; the order is part of the hash
TYPES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "ContributionClaim": (
        ("address", "orchestrator"),
        ("bytes32", "category"),
        ("string", "title"),
        ("string[]", "evidence"),
        ("bytes32", "contentHash"),
        ("uint64", "periodStart"),
        ("uint64", "periodEnd"),
        ("address[]", "coAuthors"),
        ("bytes32", "amends"),
        ("uint256", "nonce"),
        ("uint64", "issuedAt"),
    ),
    "Attestation": (
        ("bytes32", "claimHash"),
        ("uint8", "verdict"),
        ("string", "reason"),
        ("string", "conflict"),
        ("address", "attester"),
        ("uint256", "nonce"),
        ("uint64", "issuedAt"),
    ),
    "Revocation": (("bytes32", "subject"), ("string", "reason"), ("uint256", "nonce"), ("uint64", "issuedAt")),
    "KeyDelegation": (
        ("address", "orchestrator"),
        ("address", "key"),
        ("uint64", "validUntil"),
        ("uint256", "nonce"),
    ),
}
_LONGEST = {"title": LONGEST_TITLE, "reason": LONGEST_REASON, "conflict": LONGEST_CONFLICT}
_MAY_BE_EMPTY = ("conflict",)
_MOST = {"evidence": MOST_LINKS, "coAuthors": MOST_CO_AUTHORS}


def domain(chain_id: int) -> dict[str, Any]:
    """What binds a signature to this program and to one chain."""
    return {"name": NAME, "version": VERSION, "chainId": chain_id}


def typed_document(message: Message, chain_id: int) -> dict[str, Any]:
    """The whole JSON that a wallet takes for eth_signTypedData_v4 and a node's command line for typed data."""
    return wrapped(message.TYPE, written(message), chain_id=chain_id)


def wrapped(kind: str, message: Mapping[str, Any], *, chain_id: int) -> dict[str, Any]:
    """A message that is JSON already, with its types and its domain."""
    return {
        "types": {_DOMAIN: _listed(_DOMAIN_TYPE), kind: _listed(TYPES[kind])},
        "primaryType": kind,
        "domain": domain(chain_id),
        "message": dict(message),
    }


def written(message: Message) -> dict[str, Any]:
    """The message as JSON, in one form only: small letters, times and verdicts as numbers, the nonce as digits."""
    return {name: _write(kind, name, getattr(message, _snake(name))) for kind, name in TYPES[message.TYPE]}


def digest(message: Message, chain_id: int) -> bytes:
    """The 32 bytes that are signed."""
    values = [getattr(message, _snake(name)) for _, name in TYPES[message.TYPE]]
    pairs = zip(TYPES[message.TYPE], values, strict=True)
    body = b"".join(_encoded(kind, value) for (kind, _), value in pairs)
    return keccak(b"\x19\x01" + _separator(chain_id) + keccak(_type_hash(message.TYPE) + body))


def digest_text(message: Message, chain_id: int) -> str:
    """The digest as 0x and 64 small hex digits, by which a statement is known everywhere."""
    return f"0x{digest(message, chain_id).hex()}"


def parse(document: Any, *, chain_id: int) -> Message | Refusal:
    """The message in a typed document, or why it is refused: another domain or chain, other types, unfit values."""
    found = _envelope(document)
    if isinstance(found, Refusal):
        return found
    kind, named, message = found
    wrong = _domain_refused(named, chain_id) or _types_refused(document["types"], kind)
    if wrong is not None:
        return wrong
    try:
        values = {_snake(name): _read(type_, name, message[name]) for type_, name in TYPES[kind]}
    except _Unfit as error:
        return Refusal("bad_field", str(error))
    return MESSAGES[kind](**values)


def named_chain(document: Any) -> int | None:
    """The chain id that a document's domain names; None where it names none that can be read."""
    try:
        return _number(document["domain"]["chainId"], "chainId", UINT256_MAX)
    except (TypeError, KeyError, IndexError, _Unfit):
        return None


class _Unfit(ValueError):
    """A value that cannot be signed here; the message is the sentence."""


def _envelope(document: Any) -> tuple[str, Any, Mapping[str, Any]] | Refusal:
    """Kind, domain and message of a document of the right shape."""
    if not isinstance(document, dict) or set(document) != {"types", "primaryType", "domain", "message"}:
        return Refusal(
            "not_typed_data", "A statement is an object with types, primaryType, domain and message, and nothing else."
        )
    kind = document["primaryType"]
    if not isinstance(kind, str) or kind not in TYPES:
        return Refusal("unknown_type", f"primaryType has to be one of {', '.join(TYPES)}.")
    message = document["message"]
    names = {name for _, name in TYPES[kind]}
    if not isinstance(message, dict) or set(message) != names:
        return Refusal("wrong_fields", f"The message of a {kind} has exactly the fields {', '.join(sorted(names))}.")
    return kind, document["domain"], message


def _domain_refused(named: Any, chain_id: int) -> Refusal | None:
    if not isinstance(named, dict) or set(named) != {"name", "version", "chainId"}:
        return Refusal("wrong_domain", "The domain has exactly name, version and chainId.")
    if named["name"] != NAME or named["version"] != VERSION:
        return Refusal("wrong_domain", f"The domain has to be {NAME}, version {VERSION}: this was signed for another.")
    try:
        chain = _number(named["chainId"], "chainId", UINT256_MAX)
    except _Unfit as error:
        return Refusal("wrong_domain", str(error))
    if chain != chain_id:
        return Refusal("wrong_chain", f"This was signed for chain {chain}, and here is chain {chain_id}. Sign it anew.")
    return None


def _types_refused(types: Any, kind: str) -> Refusal | None:
    """Other types give another hash; the domain's own type may be left out, as some wallets do."""
    wanted = {_DOMAIN: _listed(_DOMAIN_TYPE), kind: _listed(TYPES[kind])}
    given = {_DOMAIN: wanted[_DOMAIN], **types} if isinstance(types, dict) else None
    if given != wanted:
        return Refusal("wrong_types", f"The types have to be those of {kind}, each field once and in its order.")
    return None


def _read(kind: str, name: str, value: Any) -> Any:
    """The value of a field as the dataclass holds it. Raises _Unfit."""
    if kind.endswith("[]"):
        return _list(kind[:-2], name, value)
    match kind:
        case "address":
            return _address(name, value)
        case "bytes32":
            return _category(value) if name == "category" else _hash(name, value)
        case "string":
            return _link(value) if name == "evidence" else _text(name, value)
    return _number(value, name, {"uint8": ENDORSE, "uint64": UINT64_MAX}.get(kind, UINT256_MAX))


def _list(kind: str, name: str, value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list) or len(value) > _MOST[name]:
        raise _Unfit(f"{name} has to be a list of at most {_MOST[name]}.")
    found = tuple(_read(kind, name, each) for each in value)
    if len(set(found)) < len(found):
        raise _Unfit(f"{name} names something twice.")
    return found


def _address(name: str, value: Any) -> Address:
    try:
        return parse_address(value if isinstance(value, str) and value == value.strip() else "")
    except AddressError as error:
        raise _Unfit(f"{name} has to be an address: 0x and 40 hexadecimal digits.") from error


def _hash(name: str, value: Any) -> bytes:
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise _Unfit(f"{name} has to be 0x and 64 hexadecimal digits; all zeros mean none.")
    return bytes.fromhex(value[2:])


def _category(value: Any) -> str:
    raw = _hash("category", value).rstrip(b"\0")
    if not raw.isascii() or not _CATEGORY.fullmatch(raw.decode("ascii")):
        raise _Unfit("category has to be the ASCII letters of its name, filled up with zeros to 32 bytes.")
    return raw.decode("ascii")


def _text(name: str, value: Any) -> str:
    longest = _LONGEST[name]
    if not isinstance(value, str) or len(value) > longest:
        raise _Unfit(f"{name} has to be a text of at most {longest} characters.")
    if not value and name not in _MAY_BE_EMPTY:
        raise _Unfit(f"{name} is empty.")
    if clean(value, longest=longest) != value:
        raise _Unfit(
            f"{name} has to be one line without control characters, characters that turn the direction of text, or "
            "spaces at its ends or in a row."
        )
    return value


def _link(value: Any) -> str:
    fits = isinstance(value, str) and len(value) <= LONGEST_LINK and value.startswith("https://")
    if not fits or web_address(value) != value or any(sign in value for sign in '"<>\\^`{|}'):
        raise _Unfit(f"evidence has to be addresses that begin with https://, at most {LONGEST_LINK} characters each.")
    return str(value)


def _number(value: Any, name: str, most: int) -> int:
    """A whole number, written as one or as its digits, decimal or after 0x."""
    if isinstance(value, bool):
        raise _Unfit(f"{name} has to be a whole number.")
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    elif isinstance(value, str) and _HEX.fullmatch(value):
        value = int(value, 16)
    if not isinstance(value, int) or not 0 <= value <= most:
        raise _Unfit(f"{name} has to be a whole number from 0 to {most}.")
    return value


def _write(kind: str, name: str, value: Any) -> Any:
    if name == "category":
        return f"0x{_category_word(value).hex()}"
    if kind == "bytes32":
        return f"0x{value.hex()}"
    if kind.endswith("[]"):
        return list(value)
    return str(value) if kind == "uint256" else value


def _category_word(name: str) -> bytes:
    return name.encode("ascii").ljust(32, b"\0")


def _encoded(kind: str, value: Any) -> bytes:
    """The 32 bytes that stand for a value in the hash."""
    match kind:
        case "string":
            return keccak(value.encode("utf-8"))
        case "address":
            return bytes(12) + bytes.fromhex(value[2:])
        case "bytes32":
            return _category_word(value) if isinstance(value, str) else bytes(value)
        case "string[]" | "address[]":
            return keccak(b"".join(_encoded(kind[:-2], each) for each in value))
    return int(value).to_bytes(32)


@lru_cache(maxsize=8)
def _separator(chain_id: int) -> bytes:
    named = domain(chain_id)
    body = b"".join(_encoded(kind, named[name]) for kind, name in _DOMAIN_TYPE)
    return keccak(keccak(_signature(_DOMAIN, _DOMAIN_TYPE)) + body)


@lru_cache(maxsize=8)
def _type_hash(kind: str) -> bytes:
    return keccak(_signature(kind, TYPES[kind]))


def _signature(kind: str, members: Sequence[tuple[str, str]]) -> bytes:
    return f"{kind}({','.join(f'{type_} {name}' for type_, name in members)})".encode("ascii")


def _listed(members: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "type": type_} for type_, name in members]


@lru_cache(maxsize=64)
def _snake(name: str) -> str:
    return _CAPITAL.sub("_", name).lower()
