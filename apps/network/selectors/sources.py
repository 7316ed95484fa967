"""How fresh the off-chain sources are: which are read, which are old, which are off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from django.conf import settings
from django.db.models import Max, Sum

from apps.network.models import ParkedRecord, SourceState
from apps.network.sources import KINDS, MARKS

State = Literal["current", "stale", "waiting", "off"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class SourceNow:
    """One source at this moment. `stale` means its last success is older than three of its readings."""

    source: str
    observer: str
    name: str
    mark: str
    tells: str
    setting: str
    state: State
    host: str = ""
    succeeded_at: datetime | None = None
    attempted_at: datetime | None = None
    due_at: datetime | None = None
    every_s: int | None = None
    error: str = ""
    records: int = 0
    parked: int = 0

    @property
    def mark_words(self) -> str:
        return MARKS[self.mark]

    @property
    def stale_since(self) -> datetime | None:
        """When it was last right, for a source that is stale."""
        return self.succeeded_at if self.state == "stale" else None


def sources_now(now: datetime | None = None) -> list[SourceNow]:
    """Every kind of source, and each gateway of a kind, in the order pages show them. One query."""
    at = now or datetime.now(UTC)
    rows = list(SourceState.objects.order_by("source", "observer"))
    found = []
    for kind, about in KINDS.items():
        known = (kind, about.name, about.mark, about.tells, about.setting)
        own = [row for row in rows if row.source == kind]
        if not getattr(settings, about.setting, None):
            found.append(_off(*known))
        elif not own:
            found.append(SourceNow(kind, "", *known[1:], state="waiting"))
        else:
            found += [_of(row, *known, at) for row in own]
    return found


def _off(kind: str, name: str, mark: str, tells: str, setting: str) -> SourceNow:
    return SourceNow(kind, "", name, mark, tells, setting, state="off")


def _of(row: SourceState, kind: str, name: str, mark: str, tells: str, setting: str, at: datetime) -> SourceNow:
    return SourceNow(
        kind,
        row.observer,
        name,
        mark,
        tells,
        setting,
        state=_state(row, at),
        host=row.host,
        succeeded_at=row.succeeded_at,
        attempted_at=row.attempted_at,
        due_at=row.due_at,
        every_s=row.every_s,
        error=row.error,
        records=row.records,
        parked=row.parked,
    )


def _state(row: SourceState, at: datetime) -> State:
    """A source that never succeeded is waited for at first, and called stale once it should have."""
    patience = timedelta(seconds=row.stale_after_s)
    if row.succeeded_at is None:
        return "stale" if row.failures and row.error else "waiting"
    return "stale" if at - row.succeeded_at > patience else "current"


def version() -> tuple[object, ...]:
    """Equal as long as nothing was read anew and no source has become stale: what a page's tag is made of."""
    now = datetime.now(UTC)
    rows = SourceState.objects.order_by("source", "observer").values_list(
        "source", "observer", "attempted_at", "succeeded_at", "records", "stale_after_s"
    )
    return tuple((*row[:5], bool(row[3] and now - row[3] > timedelta(seconds=row[5]))) for row in rows)


@dataclass(frozen=True, slots=True)
class ParkedRecords:
    """Records that could not be read: how many different ones, how often, and the newest."""

    different: int
    times: int
    newest: Sequence[ParkedRecord]
    last_seen: datetime | None


def parked_records(most: int) -> ParkedRecords:
    """What is parked, newest first. Two queries, one while there is nothing."""
    newest = list(ParkedRecord.objects.order_by("-last_seen", "pk")[:most])
    if not newest:
        return ParkedRecords(0, 0, (), None)
    sums = ParkedRecord.objects.aggregate(times=Sum("times"), last=Max("last_seen"))
    return ParkedRecords(ParkedRecord.objects.count(), sums["times"] or 0, newest, sums["last"])
