"""Whose turn it is to read a source. The row decides, not the message: delivered twice, a message finds it taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q

from apps.network.models import SourceState
from indexer.outside.catalog import Source

TURN_S = 280  # longer than a reading may take; whoever died in one gives it up by then
READING_S = 180  # of which the fetching may take so long: slow pages must not add up to more than the turn
_LONGEST_WAIT_S = 6 * 3600  # after failures, however long the source's own interval is
_MOST_DOUBLINGS = 5


@dataclass(frozen=True, slots=True)
class Turn:
    """A claim on one source until `until`; `since` is when it was last read with success."""

    source: Source
    began: datetime
    until: datetime
    since: datetime | None
    failures: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a turn went: an error in one sentence, or none."""

    records: int
    parked: int
    error: str = ""
    retry_after_s: float | None = None


def claim(source: Source, *, now: datetime) -> Turn | None:
    """The turn to read the source; None where it is not due or somebody reads it."""
    until = now + timedelta(seconds=TURN_S)
    schedule = {"host": source.host, "every_s": source.every_s, "stale_after_s": source.stale_after_s}
    rows = SourceState.objects.filter(source=source.kind, observer=source.observer)
    if not rows.exists():
        defaults = {"due_at": now, **schedule}
        SourceState.objects.get_or_create(source=source.kind, observer=source.observer, defaults=defaults)
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    # due, or due in a time that a shorter interval has made too long
    due = Q(due_at__lte=now) | Q(error="", due_at__gt=now + timedelta(seconds=source.every_s))
    if rows.filter(free & due).update(claimed_until=until, attempted_at=now, **schedule) != 1:
        return None
    state = rows.get()
    return Turn(source, now, until, state.succeeded_at, state.failures)


def finish(turn: Turn, outcome: Outcome, *, now: datetime) -> bool:
    """Records how the turn went and when the next is due; False where somebody else has taken it over meanwhile."""
    rows = SourceState.objects.filter(source=turn.source.kind, observer=turn.source.observer, claimed_until=turn.until)
    wait_s = _wait_s(turn, outcome)
    changes = {
        "claimed_until": None,
        "due_at": (now if outcome.error else turn.began) + timedelta(seconds=wait_s),
        "error": outcome.error,
        "records": outcome.records,
        "parked": outcome.parked,
        "failures": F("failures") + 1 if outcome.error else 0,
    }
    if not outcome.error:
        changes["succeeded_at"] = turn.began
    return rows.update(**changes) == 1


def _wait_s(turn: Turn, outcome: Outcome) -> float:
    """Seconds to the next reading: the source's interval, doubled for each failure in a row, or what it asked for."""
    if not outcome.error:
        return turn.source.every_s
    doubled: float = turn.source.every_s * (1 << min(turn.failures, _MOST_DOUBLINGS))
    longest = max(_LONGEST_WAIT_S, turn.source.every_s)
    return min(max(doubled, outcome.retry_after_s or 0.0), longest)
