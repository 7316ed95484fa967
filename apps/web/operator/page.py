"""The page of a signed-in operator: their claims, what others want of them, what counts and what would raise it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.contributions import selectors
from apps.contributions.models import Attestation, Claim, KeyDelegation
from apps.contributions.selectors import Delegation
from apps.network.models import Orchestrator
from apps.network.selectors import identities
from apps.network.selectors.identities import Name
from apps.protocol.units import Address
from apps.scoring import selectors as scoring
from apps.scoring.models import ScoreRun
from apps.scoring.selectors import PartRow, ScoreRow
from apps.web.contributions.rows import ClaimRow, Word, claim_rows, words_on

SHOWN = 50
_OPEN = ("claimed", "evidence_checked", "endorsed", "disputed")


@dataclass(frozen=True, slots=True)
class Mine:
    """A claim with what it brings to the community part; `points` is None where the last run did not see it."""

    row: ClaimRow
    points: float | None


@dataclass(frozen=True, slots=True)
class OperatorPage:
    """Everything operator/page.html needs."""

    address: Address
    node: Orchestrator | None
    speaks_for: Sequence[str]
    names: Mapping[str, Name]
    run: ScoreRun | None
    score: ScoreRow | None
    claims: Sequence[Mine]
    cosignatures: Sequence[ClaimRow]
    disputes: Sequence[Word]
    said: Sequence[Word]
    keys: Sequence[tuple[Delegation, bool]]  # each with whether it may sign now

    @property
    def community(self) -> PartRow | None:
        return None if self.score is None else self.score.part("community")

    @property
    def terms(self) -> PartRow | None:
        return None if self.score is None else self.score.part("terms")

    @property
    def others(self) -> Sequence[PartRow]:
        """The parts beside community and terms that something would raise."""
        if self.score is None:
            return ()
        return [part for part in self.score.parts if part.raises and part.name not in ("community", "terms")]

    @property
    def requests(self) -> int:
        return len(self.cosignatures) + len(self.disputes)

    @property
    def counting(self) -> int:
        return sum(bool(one.points) for one in self.claims)


def operator_page(address: Address, *, now: datetime) -> OperatorPage:
    """The page of whoever holds this address, registered or not."""
    names = identities.names()
    run = scoring.latest_run()
    score = scoring.score_of(address, run=run) if run else None
    points = _points(score)
    mine = claim_rows(selectors.claims_of(address, limit=SHOWN))
    node = Orchestrator.objects.filter(address=address).first()
    return OperatorPage(
        address=address,
        node=node if node is not None and node.ever_registered else None,
        speaks_for=_speaks_for(address, now),
        names=names,
        run=run,
        score=score,
        claims=[Mine(row, points.get(row.digest)) for row in mine],
        cosignatures=claim_rows(selectors.shown(_unsigned(address))),
        disputes=_disputes(address),
        said=words_on(selectors.attestations(attester=address, limit=SHOWN)),
        keys=[(one, one.is_open(now)) for one in selectors.delegations_of(address)],
    )


def _points(score: ScoreRow | None) -> Mapping[str, float]:
    """What each claim brings, by digest, as the last run told it."""
    claims: Sequence[Mapping[str, Any]] = [] if score is None else score.part("community").sources.get("claims", [])
    return {one["digest"]: float(one.get("points") or 0) for one in claims}


def _unsigned(address: str) -> list[Claim]:
    """Claims of others that name the address as a co-author and wait for its signature."""
    named = Claim.objects.filter(co_authors__contains=[address], superseded_by=None, state__in=_OPEN)
    return list(named.exclude(co_signatures__signer=address).order_by("-received_at")[:SHOWN])


def _disputes(address: str) -> list[Word]:
    """What stands against claims of the address, in their newest versions."""
    against = Attestation.objects.filter(
        claim__orchestrator=address,
        claim__superseded_by=None,
        verdict=Attestation.Verdict.DISPUTE,
        revoked=False,
        superseded_by=None,
    )
    claims = list(dict.fromkeys(against.order_by("-received_at").values_list("claim", flat=True)[:SHOWN]))
    said = [one for claim in claims for one in selectors.attestations_of(claim)]
    return words_on([one for one in said if one.stands and one.attestation.verdict == Attestation.Verdict.DISPUTE])


def _speaks_for(key: str, now: datetime) -> Sequence[str]:
    """Orchestrators whose claims this address may sign."""
    named = KeyDelegation.objects.filter(key=key, valid_until__gt=now).values_list("orchestrator", flat=True).distinct()
    return [
        one
        for one in sorted(named)
        if any(given.row.key == key and given.is_open(now) for given in selectors.delegations_of(one))
    ]
