"""A statement that waits for its signature, as the page shows it: in words, field by field, and as wallets take it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings

from apps.contributions.categories import CATEGORIES
from apps.contributions.models import KeyDelegation as KeyRow
from apps.contributions.models import Statement
from apps.contributions.selectors import delegations_of
from apps.protocol import formats, statements
from apps.protocol.formats import checksummed
from apps.protocol.statements import (
    ENDORSE,
    NO_HASH,
    Attestation,
    ContributionClaim,
    KeyDelegation,
    Message,
    Refusal,
    Revocation,
)
from apps.protocol.units import Address
from apps.web.signing import chain_for_wallets

FILE = "millrace-statement.json"
HTTP_COMMAND = (
    f"curl -s -H 'SigFormat: data/typed' --data-urlencode 'message@{FILE}' "
    "http://127.0.0.1:7935/signMessage | od -An -v -tx1 | tr -d ' \\n'"
)
_SIGNATURE = re.compile(r"(?:0x)?[0-9a-fA-F]{130,}", re.ASCII)
_TITLES = {
    "ContributionClaim": "Sign the claim",
    "Attestation": "Sign your word",
    "Revocation": "Sign the revocation",
    "KeyDelegation": "Sign the delegation",
}


@dataclass(frozen=True, slots=True)
class Signing:
    """Everything contributions/sign.html needs of a statement."""

    title: str
    answer: str
    text: str  # the typed data as JSON in short lines of ASCII, so that no terminal cuts or changes it
    digest: str
    author: Address
    keys: tuple[Address, ...]  # others that may sign for the author
    rows: tuple[tuple[str, str], ...]
    can_change: bool = False

    @property
    def signers(self) -> tuple[Address, ...]:
        return (self.author, *self.keys)

    @property
    def for_wallet(self) -> dict[str, Any]:
        """What statements.js needs."""
        return {
            "document": self.text,
            "signers": [checksummed(one) for one in self.signers],
            "chain": chain_for_wallets(),
        }


def signing_of(message: Message, *, now: datetime) -> Signing | Refusal:
    """The page of a message; a refusal where nobody could sign it."""
    author = author_of(message)
    if author is None:
        return Refusal("unknown_subject", "There is no such statement to revoke.")
    alone = isinstance(message, KeyDelegation) or _is_of_key(message)
    return Signing(
        title=_TITLES[message.TYPE],
        answer=_answer(message, author),
        text=text_of(message),
        digest=statements.digest_text(message, settings.CHAIN_ID),
        author=author,
        keys=() if alone else tuple(keys_of(author, now=now)),
        rows=tuple(rows_of(message)),
        can_change=isinstance(message, ContributionClaim),
    )


def cosigning_of(claim: ContributionClaim, who: Address) -> Signing:
    """The page of a claim that a co-author signs as well: the same statement, so the same digest."""
    return Signing(
        title="Sign as a co-author",
        answer=f"{formats.short_address(claim.orchestrator)} says that you gave this together. You sign the same.",
        text=text_of(claim),
        digest=statements.digest_text(claim, settings.CHAIN_ID),
        author=who,
        keys=(),
        rows=tuple(rows_of(claim)),
    )


def text_of(message: Message) -> str:
    """The typed data as it is signed, for wallets, command lines and files."""
    return json.dumps(statements.typed_document(message, settings.CHAIN_ID), indent=1)


def author_of(message: Message) -> Address | None:
    """In whose name a message speaks; None for the revocation of something unknown."""
    match message:
        case ContributionClaim() | KeyDelegation():
            return message.orchestrator
        case Attestation():
            return message.attester
        case Revocation():
            found = Statement.objects.filter(pk=f"0x{message.subject.hex()}").values_list("author", flat=True).first()
            return None if found is None else Address(found)


def _is_of_key(message: Message) -> bool:
    """Whether it revokes a key, which only the author itself can."""
    return isinstance(message, Revocation) and KeyRow.objects.filter(pk=f"0x{message.subject.hex()}").exists()


def keys_of(orchestrator: str, *, now: datetime) -> list[Address]:
    """Keys that may sign for it now, newest first."""
    given = delegations_of(orchestrator)
    return list(dict.fromkeys(Address(one.row.key) for one in given if one.is_open(now)))


def signature_in(text: str) -> str:
    """The signature in what was pasted: a terminal's line as it is, or bytes printed in rows."""
    joined = "".join(text.split())
    found = _SIGNATURE.search(text) or _SIGNATURE.search(joined)
    return found[0] if found else joined


# --- in words


def _answer(message: Message, author: Address) -> str:
    who = formats.short_address(author)
    match message:
        case ContributionClaim():
            return (
                f"“{message.title}”, claimed by {who} with its own key. Signing sends no transaction and costs nothing."
            )
        case Attestation():
            says = "endorses" if message.verdict == ENDORSE else "disputes"
            return f"{who} {says} a claim, in public and for good: what is signed can be revoked, but not unsaid."
        case Revocation():
            return f"{who} withdraws what it signed. It stays readable, and counts no longer."
        case KeyDelegation():
            key, until = formats.short_address(message.key), _day(message.valid_until)
            return f"{who} lets {key} sign claims and words in its name until {until}. It can be revoked at any time."


def rows_of(message: Message) -> Iterator[tuple[str, str]]:
    """Each field as it is signed, with its value as people read it."""
    for (kind, name), value in zip(statements.TYPES[message.TYPE], _values(message), strict=True):
        yield name, _written(kind, name, value)


def _values(message: Message) -> list[Any]:
    return [getattr(message, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()) for _, name in _types(message)]


def _types(message: Message) -> tuple[tuple[str, str], ...]:
    return statements.TYPES[message.TYPE]


def _written(kind: str, name: str, value: Any) -> str:
    if name == "category":
        known = CATEGORIES.get(value)
        return f"{value} ({known.title})" if known else str(value)
    if name == "verdict":
        return f"{value} ({'endorse' if value == ENDORSE else 'dispute'})"
    if kind.endswith("[]"):
        return "\n".join(checksummed(one) if kind == "address[]" else one for one in value) or "none"
    if kind == "bytes32":
        return "none" if value == NO_HASH else f"0x{value.hex()}"
    if kind == "address":
        return checksummed(value)
    if kind == "uint64":
        return f"{value} ({formats.utc(datetime.fromtimestamp(value, UTC))})"
    return str(value) or "none"


def _day(seconds: int) -> str:
    return formats.day(datetime.fromtimestamp(seconds, UTC))


def document_of(text: str) -> Mapping[str, Any] | Refusal:
    """The typed data in a text, and a refusal for what is no JSON object."""
    try:
        found = orjson.loads(text)  # which stops at a depth of its own, whatever the process allows itself
    except ValueError:
        return Refusal("not_json", "This is no JSON. Take the file as it was downloaded.")
    if not isinstance(found, dict):
        return Refusal("not_json", "The JSON has to be one object.")
    return found
