"""Checks a signed statement, or the bundle of a contribution, from its own bytes: no network, no database. Pure.

What can be told offline is told for each statement: that its text gives its digest, that the key signed it, that the
key may speak for the author, and that what it refers to is there. What only the chain or a host can tell is listed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from apps.chain.signatures import ECDSA, recovered
from apps.protocol.statements import (
    Attestation,
    ContributionClaim,
    KeyDelegation,
    Message,
    Refusal,
    Revocation,
    digest_text,
    named_chain,
    parse,
)

MOST_BYTES = 50_000_000
RIGHT, WRONG, OPEN = "right", "wrong", "not checked"


class Unreadable(Exception):
    """A file that is neither a signed statement nor a bundle; the message says so."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was checked, or could not be."""

    about: str
    verdict: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found out, in the order of the file."""

    chain_id: int
    lines: tuple[Line, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found wrong. What is not checked may be."""
        return all(line.verdict != WRONG for line in self.lines)


def verify(data: bytes) -> Report:
    """What the bytes prove. Raises Unreadable for a file of another kind."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"It has more than {MOST_BYTES:,} bytes.")
    try:
        found = orjson.loads(data)
    except ValueError as error:
        raise Unreadable("It is no JSON.") from error
    if isinstance(found, dict) and isinstance(found.get("data"), dict):
        found = found["data"]  # an answer of the API with its envelope
    if not isinstance(found, dict):
        raise Unreadable("It is no JSON object.")
    try:
        return _bundle(found) if "statements" in found else _single(found)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"It is no signed statement and no bundle: {error!r}.") from error


def _single(found: Mapping[str, Any]) -> Report:
    """A statement alone, as it is handed in or as the API gives it."""
    document = found.get("statement", found.get("document"))
    chain_id = named_chain(document)
    if chain_id is None or "signature" not in found:
        raise Unreadable("It has no statement with a chain id and a signature.")
    entry = {"signer": None, "author": None, "authority": None, "verified_as": None, "hidden": None}
    entry |= {"digest": None, **found, "document": document}
    return Report(chain_id, tuple(_Bundle(chain_id, [entry]).lines(entry)))


def _bundle(found: Mapping[str, Any]) -> Report:
    entries = [dict(each) for each in found["statements"]]
    chain_id = int(found["chain_id"])
    bundle = _Bundle(chain_id, entries)
    lines = [line for entry in entries for line in bundle.lines(entry)]
    lines += [line for each in found["co_signatures"] for line in bundle.co_signature(each)]
    lines += bundle.nonces()
    hosts = sum(len(each["checks"]) for each in found["evidence"])
    lines.append(Line("evidence", OPEN, f"{len(found['evidence'])} links, {hosts} checks: only their hosts can tell."))
    if not found["complete"]:
        lines.append(Line("bundle", OPEN, "It leaves out the oldest words on the claim, since there are so many."))
    return Report(chain_id, tuple(lines))


class _Bundle:
    """Statements that may refer to one another, by digest."""

    def __init__(self, chain_id: int, entries: list[dict[str, Any]]) -> None:
        self._chain_id = chain_id
        self._entries = {entry["digest"]: entry for entry in entries}
        self._messages = {entry["digest"]: self._read(entry) for entry in entries}

    def _read(self, entry: Mapping[str, Any]) -> Message | Refusal | None:
        return None if entry["document"] is None else parse(entry["document"], chain_id=self._chain_id)

    def lines(self, entry: Mapping[str, Any]) -> Iterator[Line]:
        """What is to be said of one statement."""
        message = self._messages[entry["digest"]]
        if message is None:
            yield Line(_short(entry["digest"]), OPEN, "A moderator hid its text, so its digest cannot be made again.")
            return
        about = _short(entry["digest"])
        if isinstance(message, Refusal):
            yield Line(about, WRONG, f"It cannot be read: {message.sentence}")
            return
        made = digest_text(message, self._chain_id)
        about = f"{message.TYPE} {_short(made)}"
        if entry["digest"] not in (None, made):
            yield Line(about, WRONG, f"Its text gives the digest {made}, and not {entry['digest']}.")
        signer = yield from self._signature(about, entry, made)
        author = _actor(message) or entry["author"]
        yield from self._author(about, entry, message, signer, author)
        yield from self._subject(about, message, author)
        if isinstance(message, ContributionClaim | KeyDelegation):
            yield Line(about, OPEN, f"That {author} is a registered orchestrator{_at(entry)} is the chain's to say.")

    def _signature(self, about: str, entry: Mapping[str, Any], made: str) -> Generator[Line, None, str | None]:
        """Yields what is to be said of the signature, and gives back whose it is as far as that is known."""
        signed = bytes.fromhex(str(entry["signature"]).removeprefix("0x"))
        named: str | None = entry["signer"]
        if entry["verified_as"] not in (None, ECDSA):
            yield Line(
                about, OPEN, f"The contract {named} signed: its isValidSignature{_at(entry)} is the chain's to say."
            )
            return named
        found = recovered(bytes.fromhex(made[2:]), signed)
        if isinstance(found, Refusal):
            is_open = entry["verified_as"] is None and len(signed) != 65
            yield Line(about, OPEN if is_open else WRONG, f"No key signed it, a contract may have: {found.sentence}")
            return named
        if named not in (None, found):
            yield Line(about, WRONG, f"{named} did not sign this text: the signature leads to {found}.")
            return named
        yield Line(about, RIGHT, f"Signed by {found}.")
        return found

    def _author(
        self, about: str, entry: Mapping[str, Any], message: Message, signer: str | None, author: str | None
    ) -> Iterator[Line]:
        if entry["author"] not in (None, author):
            yield Line(about, WRONG, f"It speaks for {author}, and not for {entry['author']}.")
        if signer in (None, author) or author is None:
            return
        if entry["authority"] is None and entry["digest"] is None:
            yield Line(about, OPEN, f"{signer} signed for {author}: its key delegation is not in this file.")
            return
        given = self._messages.get(entry["authority"])
        if not isinstance(given, KeyDelegation) or (given.orchestrator, given.key) != (author, signer):
            yield Line(about, WRONG, f"{signer} signed for {author}, and no key delegation here lets it.")
            return
        at = _moment(entry["received_at"])
        ended = self._end_of(entry["authority"])
        if at is None or at.timestamp() >= given.valid_until or (ended is not None and ended <= at):
            yield Line(about, WRONG, f"The authority of {signer} was over when this was received.")
            return
        yield Line(
            about, RIGHT, f"{signer} had the authority of {author} (key delegation {_short(entry['authority'])})."
        )

    def _end_of(self, digest: str) -> datetime | None:
        for other, message in self._messages.items():
            if isinstance(message, Revocation) and f"0x{message.subject.hex()}" == digest:
                return _moment(self._entries[other]["received_at"])
        return None

    def _subject(self, about: str, message: Message, author: str | None) -> Iterator[Line]:
        """Whether what a statement refers to is there and may be spoken of by its author."""
        match message:
            case Attestation():
                subject = self._messages.get(f"0x{message.claim_hash.hex()}")
                if isinstance(subject, ContributionClaim) and author in (subject.orchestrator, *subject.co_authors):
                    yield Line(about, WRONG, "It is about a claim of its own author.")
            case Revocation():
                ended = self._entries.get(f"0x{message.subject.hex()}")
                if ended is not None and ended["author"] != author:
                    yield Line(about, WRONG, f"It ends a statement of {ended['author']}, which is not its author.")
            case ContributionClaim() if any(message.amends):
                before = self._messages.get(f"0x{message.amends.hex()}")
                if isinstance(before, ContributionClaim) and before.orchestrator != message.orchestrator:
                    yield Line(about, WRONG, "It amends a claim of another orchestrator.")

    def co_signature(self, entry: Mapping[str, Any]) -> Iterator[Line]:
        """What is to be said of a co-author's signature."""
        about = f"co-author of {_short(entry['claim'])}"
        message = self._messages.get(entry["claim"])
        if isinstance(message, ContributionClaim) and entry["signer"] not in message.co_authors:
            yield Line(about, WRONG, f"The claim does not name {entry['signer']} as a co-author.")
        if entry["verified_as"] != ECDSA:
            yield Line(about, OPEN, f"The contract {entry['signer']} signed: only the chain can tell{_at(entry)}.")
            return
        signed = bytes.fromhex(str(entry["signature"]).removeprefix("0x"))
        is_theirs = recovered(bytes.fromhex(entry["claim"][2:]), signed) == entry["signer"]
        yield Line(
            about, RIGHT if is_theirs else WRONG, f"{'Signed' if is_theirs else 'Not signed'} by {entry['signer']}."
        )

    def nonces(self) -> Iterator[Line]:
        """Signers who used a nonce twice."""
        seen: dict[tuple[str, int], str] = {}
        for digest, message in self._messages.items():
            if message is None or isinstance(message, Refusal):
                continue
            key = (self._entries[digest]["signer"], message.nonce)
            if key in seen:
                yield Line(_short(digest), WRONG, f"It has the same nonce as {_short(seen[key])} of the same signer.")
            seen[key] = digest


def _actor(message: Message) -> str | None:
    """In whose name a message speaks; a revocation does not say."""
    match message:
        case ContributionClaim() | KeyDelegation():
            return message.orchestrator
        case Attestation():
            return message.attester
    return None


def _moment(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _at(entry: Mapping[str, Any]) -> str:
    return f" at block {entry['block']}" if entry.get("block") else ""


def _short(digest: str | None) -> str:
    return f"{digest[:10]}…{digest[-6:]}" if digest else "statement"
