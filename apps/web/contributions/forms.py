"""What was typed into the forms of statements: read strictly, kept as it was typed, and made into what is signed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from django.http import QueryDict

from apps.protocol import statements
from apps.protocol.addressing import checked_address
from apps.protocol.names import clean
from apps.protocol.statements import (
    DISPUTE,
    ENDORSE,
    NO_HASH,
    Attestation,
    ContributionClaim,
    KeyDelegation,
    Message,
    Refusal,
    Revocation,
)
from apps.protocol.units import ZERO_ADDRESS, Address, AddressError

LONGEST = 4_000  # characters of a field that are kept
DAYS_OF_A_KEY = 365
_APART = re.compile(r"[\s,;]+")
_HASH = re.compile(r"0x[0-9a-f]{64}", re.ASCII)
_MISSING = "This is missing."
_FAR = date(2100, 1, 1)

Kind = TypeVar("Kind")


class Wrong(ValueError):
    """What is wrong with one field; the message says how to write it right."""


@dataclass(slots=True)
class Form:
    """A form with what was typed, and what is wrong with each field. `trouble` is of the whole."""

    values: Mapping[str, str]
    wrong: dict[str, str] = field(default_factory=dict)
    trouble: str = ""

    def read(self, name: str, how: Callable[[str], Kind], otherwise: Kind) -> Kind:
        """The field as `how` reads it; where it cannot, `otherwise`, and the sentence is kept."""
        try:
            return how(self.values.get(name, "").strip())
        except Wrong as wrong:
            self.wrong[name] = str(wrong)
            return otherwise

    def checked(self, message: Message, chain_id: int) -> Message | None:
        """The message if everything in it can be signed; else None, and the form says why."""
        if self.wrong:
            return None
        found = statements.parse(statements.typed_document(message, chain_id), chain_id=chain_id)
        if isinstance(found, Refusal):
            self.trouble = found.sentence
            return None
        return found


def typed(given: QueryDict, names: Collection[str]) -> dict[str, str]:
    """Each named field as it was typed, cut where it is longer than any can be."""
    return {name: given.get(name, "")[:LONGEST] for name in names}


def fresh_nonce() -> int:
    """128 random bits: two statements of one key never share one."""
    return secrets.randbits(128)


# --- claims

CLAIM_FIELDS = (
    "orchestrator", "category", "title", "evidence", "content_hash", "period_start", "period_end", "co_authors",
    "amends",
)  # fmt: skip


def claim_read(form: Form, *, categories: Collection[str], chain_id: int, now: datetime) -> Message | None:
    """The claim that was typed; None where something in it is wrong, which the form then says."""
    today = now.date()
    start = form.read("period_start", _date, today)
    end = form.read("period_end", _date, today)
    if "period_start" not in form.wrong and "period_end" not in form.wrong:
        _check_period(form, start, end, today)
    orchestrator = form.read("orchestrator", address_read, ZERO_ADDRESS)
    claim = ContributionClaim(
        orchestrator=orchestrator,
        category=form.read("category", lambda text: _one_of(text, categories), "other"),
        title=form.read("title", lambda text: _line(text, statements.LONGEST_TITLE), "title"),
        evidence=form.read("evidence", _links, ()),
        content_hash=form.read("content_hash", _hash_or_none, NO_HASH),
        period_start=_seconds(start, time.min),
        period_end=min(_seconds(end, time(23, 59, 59)), int(now.timestamp())),
        co_authors=form.read("co_authors", lambda text: _others(text, orchestrator), ()),
        amends=form.read("amends", _hash_or_none, NO_HASH),
        nonce=fresh_nonce(),
        issued_at=int(now.timestamp()),
    )
    return form.checked(claim, chain_id)


def claim_filled(claim: Mapping[str, object], digest: str) -> dict[str, str]:
    """The fields of a claim's form as an amendment of that claim begins: as the claim has them."""
    listed = {name: "\n".join(_strings(claim.get(name))) for name in ("evidence", "coAuthors")}
    return {
        "orchestrator": str(claim.get("orchestrator", "")),
        "category": category_of(str(claim.get("category", ""))),
        "title": str(claim.get("title", "")),
        "evidence": listed["evidence"],
        "co_authors": listed["coAuthors"],
        "content_hash": "" if claim.get("contentHash") == f"0x{NO_HASH.hex()}" else str(claim.get("contentHash", "")),
        "period_start": _day_of(claim.get("periodStart")),
        "period_end": _day_of(claim.get("periodEnd")),
        "amends": digest,
    }


def category_of(word: str) -> str:
    """The name that the 32 bytes of a signed category spell; empty where they spell none."""
    try:
        return bytes.fromhex(word.removeprefix("0x")).rstrip(b"\0").decode("ascii")
    except (ValueError, UnicodeDecodeError):
        return ""


def _strings(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def _day_of(value: object) -> str:
    return datetime.fromtimestamp(int(str(value)), UTC).date().isoformat() if value else ""


def _check_period(form: Form, start: date, end: date, today: date) -> None:
    if end > today:
        form.wrong["period_end"] = "This day is still to come. Claim what has been given already."
    elif start > end:
        form.wrong["period_start"] = "It begins after it ends."


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise Wrong("Write a day as 2026-01-19." if text else _MISSING) from error
    if not date(2015, 7, 30) <= found < _FAR:  # Ethereum's first day
        raise Wrong("Write a day since Ethereum began.")
    return found


def _seconds(day: date, at: time) -> int:
    return int(datetime.combine(day, at, UTC).timestamp())


# --- what others say, and the end of a statement

ATTEST_FIELDS = ("verdict", "reason", "conflict", "has_conflict", "attester")
VERDICTS = {"endorse": ENDORSE, "dispute": DISPUTE}


def attestation_read(form: Form, *, claim: str, chain_id: int, now: datetime) -> Message | None:
    """The endorsement or dispute of a claim that was typed; None where something in it is wrong."""
    verdict = form.read("verdict", lambda text: _one_of(text, VERDICTS, "Choose one."), "endorse")
    message = Attestation(
        claim_hash=bytes.fromhex(claim[2:]),
        verdict=VERDICTS[verdict],
        reason=form.read("reason", lambda text: _line(text, statements.LONGEST_REASON), "reason"),
        conflict=form.read("conflict", lambda text: _line(text, statements.LONGEST_CONFLICT, may_be_empty=True), ""),
        attester=form.read("attester", address_read, ZERO_ADDRESS),
        nonce=fresh_nonce(),
        issued_at=int(now.timestamp()),
    )
    if form.values.get("has_conflict", "") not in ("yes", "no"):
        form.wrong["has_conflict"] = "Say whether something binds you to its author."
    elif form.values["has_conflict"] == "yes" and not message.conflict:
        form.wrong["conflict"] = "Say what binds you: same owner, delegator of, employed by, paid by."
    elif form.values["has_conflict"] == "no" and message.conflict:
        form.wrong["has_conflict"] = "You wrote below what binds you. Choose “yes”, or empty it."
    return form.checked(message, chain_id)


REVOKE_FIELDS = ("reason",)


def revocation_read(form: Form, *, subject: str, chain_id: int, now: datetime) -> Message | None:
    """The revocation of a statement; None where its reason is wrong."""
    message = Revocation(
        subject=bytes.fromhex(subject[2:]),
        reason=form.read("reason", lambda text: _line(text, statements.LONGEST_REASON), "reason"),
        nonce=fresh_nonce(),
        issued_at=int(now.timestamp()),
    )
    return form.checked(message, chain_id)


KEY_FIELDS = ("orchestrator", "key", "valid_until")


def key_read(form: Form, *, chain_id: int, now: datetime) -> Message | None:
    """The delegation of a key; None where something in it is wrong."""
    today = now.date()
    until = form.read("valid_until", _date, today)
    if "valid_until" not in form.wrong and not today < until <= today + timedelta(days=DAYS_OF_A_KEY):
        form.wrong["valid_until"] = f"Choose a day from tomorrow on, at most {DAYS_OF_A_KEY} days ahead."
    orchestrator = form.read("orchestrator", address_read, ZERO_ADDRESS)
    key = form.read("key", address_read, ZERO_ADDRESS)
    if key == orchestrator and "key" not in form.wrong:
        form.wrong["key"] = "This is the orchestrator itself, which may always sign."
    message = KeyDelegation(orchestrator, key, _seconds(until, time.min), fresh_nonce())
    return form.checked(message, chain_id)


# --- single fields


def address_read(text: str) -> Address:
    """An address; a mixed-case one is held to its checksum. Raises Wrong."""
    try:
        found = checked_address(text)
    except AddressError as error:
        raise Wrong(str(error) if text else _MISSING) from error
    if found == ZERO_ADDRESS:
        raise Wrong("Nobody can sign for the zero address.")
    return found


def _line(text: str, longest: int, *, may_be_empty: bool = False) -> str:
    """One line: line ends and runs of spaces become single spaces."""
    line = " ".join(text.split())
    if not line and not may_be_empty:
        raise Wrong(_MISSING)
    if len(line) > longest:
        raise Wrong(f"At most {longest} characters; these are {len(line)}.")
    if clean(line, longest=longest) is None:
        raise Wrong("It has invisible characters that control or turn text. Type it anew.")
    return line


def _one_of(text: str, allowed: Collection[str], sentence: str = "Choose one of these.") -> str:
    if text not in allowed:
        raise Wrong(sentence)
    return text


def _links(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(text.split()))
    if len(found) > statements.MOST_LINKS:
        raise Wrong(f"At most {statements.MOST_LINKS} links; these are {len(found)}.")
    for link in found:
        if not link.startswith("https://"):
            raise Wrong(f"“{link[:60]}” does not begin with https://.")
        if len(link) > statements.LONGEST_LINK:
            raise Wrong(f"A link has at most {statements.LONGEST_LINK} characters.")
    return found


def _others(text: str, author: Address) -> tuple[Address, ...]:
    found = tuple(dict.fromkeys(address_read(one) for one in filter(None, _APART.split(text))))
    if len(found) > statements.MOST_CO_AUTHORS:
        raise Wrong(f"At most {statements.MOST_CO_AUTHORS} co-authors; these are {len(found)}.")
    if author in found:
        raise Wrong("The author itself is no co-author.")
    return found


def _hash_or_none(text: str) -> bytes:
    if not text:
        return NO_HASH
    if not _HASH.fullmatch(text.lower()):
        raise Wrong("A hash is 0x and 64 hexadecimal digits.")
    return bytes.fromhex(text[2:])
