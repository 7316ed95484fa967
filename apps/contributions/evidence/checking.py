"""Looking at the evidence that is due: fetched without a transaction, written down in one.

A row says when a link is due, so that nothing is lost with a queue. Who looks takes the row first by a conditional
update; a task that is handed out twice finds it taken.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from apps.contributions.evidence.asked import Asked
from apps.contributions.evidence.fetching import Reader, host_of, reader
from apps.contributions.evidence.findings import Finding, Found
from apps.contributions.evidence.looking import look
from apps.contributions.evidence.pace import SIMULATED, WORLD, Course, Known, Pace, after
from apps.contributions.models import Evidence, EvidenceCheck, EvidenceTurn, State
from apps.network.models import Identity

log = structlog.get_logger(__name__)

AT_ONCE = 40  # looks in one run
OF_ONE_HOST = 6  # … at one host, so that no claim makes us a burden to anybody
RUN_S = 90.0  # a run begins no further look after that
TURN_S = 120  # longer than a look may take; whoever died in one gives it up by then
ADDED_AT_ONCE = 1_000

Clock = Callable[[], datetime]
Row = TypeVar("Row", Evidence, EvidenceTurn)
_FOUND: Mapping[str, Found] = {"yes": "yes", "no": "no"}


def _now() -> datetime:
    return datetime.now(UTC)


def evidence_check(asked: Reader | None = None, *, most: int = AT_ONCE, now: Clock = _now) -> int:
    """Look at what is due, new evidence first among it; gives the number of looks. Never raises for what hosts do."""
    _add_missing(now())
    hosts: Counter[str] = Counter()
    looks, by = 0, asked or reader()
    for turn in _turns(hosts, most=most, now=now):
        finding = _look_at(turn, by, now)
        looks += 1
        # a host that is down or has had enough of us is left alone for the rest of the run
        hosts[host_of(turn.evidence.url)] += OF_ONE_HOST if finding.found == "unknown" else 1
    return looks


def _add_missing(now: datetime) -> None:
    """A turn for every link that has none and counts for something."""
    without = _alive(Evidence.objects.filter(turn=None), "claim__")
    ids = without.order_by("pk").values_list("pk", flat=True)[:ADDED_AT_ONCE]
    EvidenceTurn.objects.bulk_create(
        [EvidenceTurn(evidence_id=each, due_at=now) for each in ids], ignore_conflicts=True
    )


def _alive(rows: QuerySet[Row], prefix: str) -> QuerySet[Row]:
    """Of claims that can still count, in their newest version."""
    ended = Q(**{f"{prefix}state__in": (State.REVOKED, State.EXPIRED)})
    return rows.filter(~ended, **{f"{prefix}superseded_by": None})


def _turns(hosts: Mapping[str, int], *, most: int, now: Clock) -> Iterator[EvidenceTurn]:
    """Turns that are due, each taken before it is given out; a host that was asked often in this run waits."""
    ends_at, given = time.monotonic() + RUN_S, 0
    due = _alive(EvidenceTurn.objects.filter(due_at__lte=now()), "evidence__claim__")
    for turn in due.select_related("evidence__claim").order_by("due_at", "pk")[: 10 * most]:
        if given >= most or time.monotonic() > ends_at:
            return
        if hosts[host_of(turn.evidence.url)] < OF_ONE_HOST and _take(turn, now()):
            given += 1
            yield turn


def _take(turn: EvidenceTurn, now: datetime) -> bool:
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    until = now + timedelta(seconds=TURN_S)
    taken = EvidenceTurn.objects.filter(free, pk=turn.pk, due_at=turn.due_at).update(claimed_until=until)
    turn.claimed_until = until
    return taken == 1


def _look_at(turn: EvidenceTurn, asked: Reader, now: Clock) -> Finding:
    evidence = turn.evidence
    try:
        finding = look(evidence.url, _asked(evidence.claim.orchestrator), asked)
    except Exception:  # ours, not the host's: the turn is given back for later, and the worker says what it was
        EvidenceTurn.objects.filter(pk=turn.pk).update(claimed_until=None, due_at=now() + pace().trouble)
        raise
    added = _keep(turn, finding, now())
    log.info("evidence_checked", evidence=evidence.pk, found=finding.found, news=added)
    return finding


def _asked(orchestrator: str) -> Asked:
    handle = Identity.objects.filter(pk=orchestrator).values_list("github", flat=True).first()
    return Asked(orchestrator, handle or "")


def pace() -> Pace:
    """How often evidence is looked at on this chain."""
    return SIMULATED if settings.LOCAL_NETWORK else WORLD


def _keep(turn: EvidenceTurn, finding: Finding, now: datetime) -> bool:
    """Writes a finding down if it is news; whether it was. Nothing is kept where somebody else took the turn over."""
    with transaction.atomic():
        newest = EvidenceCheck.objects.filter(evidence_id=turn.pk).order_by("-at", "-pk").first()
        course = Course(turn.missing_since, turn.trouble_since, turn.failures)
        next_ = after(finding, None if newest is None else _known(newest), course, now=now, pace=pace())
        held = EvidenceTurn.objects.filter(pk=turn.pk, claimed_until=turn.claimed_until)
        kept = held.update(
            claimed_until=None,
            due_at=next_.due_at,
            looked_at=now,
            missing_since=next_.course.missing_since,
            trouble_since=next_.course.trouble_since,
            failures=next_.course.failures,
            trouble=finding.sentence if finding.found == "unknown" else "",
        )
        if kept == 1 and next_.is_news:
            _add(turn.pk, finding, now)
        return kept == 1 and next_.is_news


def _known(row: EvidenceCheck) -> Known:
    seen = None if row.snapshot_hash is None else bytes(row.snapshot_hash)
    return Known(_FOUND.get(row.found, "unknown"), row.author, seen)


def _add(evidence: int, finding: Finding, now: datetime) -> None:
    EvidenceCheck.objects.create(
        evidence_id=evidence,
        at=now,
        found=finding.found,
        author=finding.author,
        snapshot=finding.snapshot,
        snapshot_hash=finding.snapshot_hash,
        detail=dict(finding.detail),
    )
