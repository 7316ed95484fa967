"""Reads what was claimed and said up to a moment: newest versions, words that were not revoked, who co-signed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from apps.contributions.evidence.standing import Standing, standings, standings_of
from apps.contributions.models import Attestation, Claim, CoSignature, KeyDelegation, Revocation
from apps.contributions.states import Item
from apps.contributions.trust import Word
from apps.protocol.units import Address


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """The newest version of a claim. `state` is the one recorded last; `revoked_by` is empty while it stands."""

    digest: str
    orchestrator: Address
    category: str
    ended: date
    state: str
    authors: tuple[Address, ...]
    evidence: tuple[Item, ...]
    revoked_by: Address | None


@dataclass(frozen=True, slots=True)
class Told:
    """Everything said up to a moment."""

    claims: tuple[ClaimRow, ...]
    words: tuple[Word, ...]
    keys: tuple[tuple[Address, Address], ...]  # orchestrators, each with a key that it ever authorised


def read(until: datetime) -> Told:
    """What had been received by that moment. Evidence is told as it is known now: checks come later than claims."""
    versions = _versions(until)
    if not versions:
        return Told((), (), ())
    revoked = _revoked(until)
    return Told(_claims(versions, until, revoked), _words(until, revoked), _keys(until))


class _Version(NamedTuple):
    root: str
    digest: str
    orchestrator: str
    category: str
    period_end: datetime
    state: str


def _versions(until: datetime) -> list[_Version]:
    """Every version of every claim, the newest by its author's clock last."""
    rows = Claim.objects.filter(received_at__lte=until).order_by("issued_at", "pk")
    columns = rows.values_list("root_id", "pk", "orchestrator", "category", "period_end", "state")
    return [_Version(*row) for row in columns.iterator()]


def _revoked(until: datetime) -> dict[str, Address]:
    """Who revoked, by the digest of what was."""
    rows = Revocation.objects.filter(received_at__lte=until).values_list("subject", "statement__author")
    return {subject: Address(author) for subject, author in rows}


def _claims(versions: Iterable[_Version], until: datetime, revoked: Mapping[str, Address]) -> tuple[ClaimRow, ...]:
    signers = _co_signers(until)
    newest: dict[str, _Version] = {}
    ended: dict[str, Address] = {}
    for one in versions:
        newest[one.root] = one
        if one.digest in revoked:
            ended[one.root] = revoked[one.digest]
    evidence = _evidence(one.digest for root, one in newest.items() if root not in ended)
    return tuple(
        ClaimRow(
            digest=one.digest,
            orchestrator=Address(one.orchestrator),
            category=one.category,
            ended=one.period_end.date(),
            state=one.state,
            authors=(Address(one.orchestrator), *signers.get(one.digest, ())),
            evidence=evidence.get(one.digest, ()),
            revoked_by=ended.get(root),
        )
        for root, one in sorted(newest.items())
    )


def _evidence(digests: Iterable[str]) -> dict[str, tuple[Item, ...]]:
    """That of these claims; those that a newer version replaced since are looked up apart."""
    found: dict[str, list[Standing]] = standings()
    missing = [digest for digest in digests if digest not in found]
    if missing:
        found |= standings_of(missing)
    return {digest: tuple(Item(one.found, one.backs) for one in each) for digest, each in found.items()}


def _co_signers(until: datetime) -> dict[str, list[Address]]:
    found: dict[str, list[Address]] = defaultdict(list)
    rows = CoSignature.objects.filter(received_at__lte=until).order_by("signer")
    for claim, signer in rows.values_list("claim_id", "signer"):
        found[claim].append(Address(signer))
    return found


def _words(until: datetime, revoked: Mapping[str, Address]) -> tuple[Word, ...]:
    rows = Attestation.objects.filter(received_at__lte=until).values_list(
        "pk", "claim_id", "attester", "verdict", "issued_at", "conflict"
    )
    return tuple(
        Word(digest, claim, Address(attester), verdict == Attestation.Verdict.ENDORSE, int(at.timestamp()), conflict)
        for digest, claim, attester, verdict, at, conflict in rows.iterator()
        if digest not in revoked
    )


def _keys(until: datetime) -> tuple[tuple[Address, Address], ...]:
    rows = KeyDelegation.objects.filter(received_at__lte=until).values_list("orchestrator", "key").distinct()
    return tuple(sorted((Address(one), Address(other)) for one, other in rows))
