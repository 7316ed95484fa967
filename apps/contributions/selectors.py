"""Claims and what was said of them as they may be shown: what moderators hid is hidden here, for every reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from apps.contributions.models import (
    Attestation,
    Claim,
    ClaimTransition,
    CoSignature,
    Evidence,
    Hiding,
    KeyDelegation,
    Revocation,
    Statement,
)
from apps.protocol.statements import ENDORSE
from apps.protocol.units import Address


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None means anything. Old versions are left out unless they are asked for."""

    orchestrator: Address | None = None
    category: str | None = None
    state: str | None = None
    all_versions: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list, newest first, goes on: after the row received then under that digest."""

    received_at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """Why a text is not shown, since when."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A claim as it may be shown: title and links are None while it is hidden.

    `endorsements` and `disputes` count the words that stand, whoever said them; what they weigh is the score's to say.
    """

    claim: Claim
    title: str | None
    links: tuple[str, ...] | None
    hidden: Hidden | None
    endorsements: int
    disputes: int

    @property
    def digest(self) -> str:
        return self.claim.digest


@dataclass(frozen=True, slots=True)
class ShownAttestation:
    """A word on a claim as it may be shown. It `stands` unless it was revoked or its author said another since."""

    attestation: Attestation
    reason: str | None
    conflict: str | None
    hidden: Hidden | None

    @property
    def digest(self) -> str:
        return self.attestation.digest

    @property
    def stands(self) -> bool:
        return not self.attestation.revoked and self.attestation.superseded_by_id is None


@dataclass(frozen=True, slots=True)
class ShownStatement:
    """Any statement; its message is None while it is hidden."""

    statement: Statement
    message: Mapping[str, Any] | None
    hidden: Hidden | None


def feed(filters: Filters, *, before: Place | None = None, limit: int) -> list[ShownClaim]:
    """Claims, newest first. Four queries whatever the limit."""
    rows = Claim.objects.select_related("statement").order_by("-received_at", "-statement")
    for name in ("orchestrator", "category", "state"):
        value = getattr(filters, name)
        rows = rows if value is None else rows.filter(**{name: value})
    if not filters.all_versions:
        rows = rows.filter(superseded_by=None)
    return shown(list(_after(rows, before)[:limit]))


def claim_of(digest: str) -> ShownClaim | None:
    """The claim with that digest, in whatever version."""
    rows = list(Claim.objects.select_related("statement").filter(pk=digest))
    return shown(rows)[0] if rows else None


def claims_of(orchestrator: str, *, limit: int = 100) -> list[ShownClaim]:
    """The newest versions of what an orchestrator claims, newest first."""
    return feed(Filters(orchestrator=Address(orchestrator)), limit=limit)


def versions_of(root: str) -> list[ShownClaim]:
    """Every version of a claim, from the first to the newest by its author's clock."""
    return shown(list(Claim.objects.select_related("statement").filter(root=root).order_by("issued_at", "statement")))


def attestations(
    *, claim: str | None = None, attester: str | None = None, before: Place | None = None, limit: int
) -> list[ShownAttestation]:
    """Words on claims, newest first, those that no longer stand included."""
    rows = Attestation.objects.select_related("statement", "claim").order_by("-received_at", "-statement")
    if claim is not None:
        rows = rows.filter(claim=claim)
    if attester is not None:
        rows = rows.filter(attester=attester)
    return _shown_words(list(_after(rows, before)[:limit]))


def attestations_of(claim: str, *, limit: int = 500) -> list[ShownAttestation]:
    """Words on one version of a claim, newest first."""
    return attestations(claim=claim, limit=limit)


def attestation_of(digest: str) -> ShownAttestation | None:
    """The word with that digest."""
    found = _shown_words(list(Attestation.objects.select_related("statement", "claim").filter(pk=digest)))
    return found[0] if found else None


def statement_of(digest: str) -> ShownStatement | None:
    """Any statement, as it was signed."""
    found = Statement.objects.filter(pk=digest).first()
    if found is None:
        return None
    hidden = hidings([digest]).get(digest)
    return ShownStatement(found, None if hidden else found.message, hidden)


def transitions_of(claim: str) -> list[ClaimTransition]:
    """The states a claim went through, oldest first. The reason of a hidden revocation is left out."""
    rows = list(ClaimTransition.objects.filter(claim=claim).order_by("at", "pk"))
    ended = Revocation.objects.filter(subject__in=Claim.objects.filter(root__versions=claim).values("pk"))
    if hidings(list(ended.values_list("pk", flat=True))):
        for row in rows:
            row.why = "Hidden by a moderator." if row.state == "revoked" else row.why
    return rows


def co_signatures_of(claim: str) -> list[CoSignature]:
    """Who signed a claim as co-author, in order of arrival."""
    return list(CoSignature.objects.filter(claim=claim).order_by("received_at", "pk"))


def revocation_of(digest: str) -> Revocation | None:
    """What ended a statement, if anything did."""
    return Revocation.objects.select_related("statement").filter(subject=digest).first()


@dataclass(frozen=True, slots=True)
class Delegation:
    """A key of an orchestrator, and what ended its authority before its time, if anything did."""

    row: KeyDelegation
    revocation: Revocation | None

    def is_open(self, now: datetime) -> bool:
        return self.revocation is None and self.row.valid_until > now


def delegations_of(orchestrator: str) -> list[Delegation]:
    """The keys that an orchestrator authorised, newest first, past ones included."""
    rows = list(KeyDelegation.objects.filter(orchestrator=orchestrator).order_by("-received_at", "-statement"))
    ended = {each.subject: each for each in Revocation.objects.filter(subject__in=[row.pk for row in rows])}
    return [Delegation(row, ended.get(row.pk)) for row in rows]


def hidings(digests: Collection[str]) -> dict[str, Hidden]:
    """Which of the statements are hidden now, and why."""
    rows = Hiding.objects.filter(statement__in=digests, lifted_at=None).order_by("at", "pk")
    return {row.statement_id: Hidden(row.reason, row.at) for row in rows}


def shown(claims: Sequence[Claim]) -> list[ShownClaim]:
    """The claims as they may be shown, in their order. Three queries."""
    digests = [claim.pk for claim in claims]
    hidden = hidings(digests)
    links: dict[str, list[str]] = defaultdict(list)
    for claim, url in Evidence.objects.filter(claim__in=digests).order_by("position").values_list("claim", "url"):
        links[claim].append(url)
    words: dict[tuple[str, bool], int] = defaultdict(int)
    counted = Attestation.objects.filter(claim__in=digests, revoked=False, superseded_by=None)
    for claim, verdict, number in counted.values_list("claim", "verdict").annotate(Count("pk")).order_by():
        words[claim, verdict == ENDORSE] += number
    return [
        ShownClaim(
            claim=claim,
            title=None if claim.pk in hidden else claim.title,
            links=None if claim.pk in hidden else tuple(links[claim.pk]),
            hidden=hidden.get(claim.pk),
            endorsements=words[claim.pk, True],
            disputes=words[claim.pk, False],
        )
        for claim in claims
    ]


def _shown_words(rows: Sequence[Attestation]) -> list[ShownAttestation]:
    hidden = hidings([row.pk for row in rows])
    return [
        ShownAttestation(
            attestation=row,
            reason=None if row.pk in hidden else row.reason,
            conflict=None if row.pk in hidden else row.conflict,
            hidden=hidden.get(row.pk),
        )
        for row in rows
    ]


def _after(rows: QuerySet[Any], before: Place | None) -> QuerySet[Any]:
    """The rows behind a place; the range comes first, so that an index on the time is read from there."""
    if before is None:
        return rows
    later = {"received_at": before.received_at, "statement__gte": before.digest}
    return rows.filter(received_at__lte=before.received_at).exclude(**later)
