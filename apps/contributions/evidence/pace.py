"""What follows from a look: whether it is written down, and when the next one is due. Pure.

A row in the table of checks is a fact that stands until the next row. So one is added only where what is known has
changed, and not for a host that is down for an hour: what had been found is gone when it was missed twice, and no
longer known when nobody could tell for a long time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from apps.contributions.evidence.findings import Finding, Found

_MOST_DOUBLINGS = 6


@dataclass(frozen=True, slots=True)
class Pace:
    """How long until the next look after each kind of finding; `patience` is how long trouble changes nothing."""

    found: timedelta
    missing: timedelta
    confirming: timedelta
    trouble: timedelta
    longest: timedelta
    patience: timedelta


WORLD = Pace(
    found=timedelta(days=7),
    missing=timedelta(days=1),
    confirming=timedelta(hours=1),
    trouble=timedelta(hours=1),
    longest=timedelta(days=1),
    patience=timedelta(days=30),
)
SIMULATED = Pace(  # a network whose rounds last half a minute
    found=timedelta(minutes=3),
    missing=timedelta(minutes=1),
    confirming=timedelta(seconds=20),
    trouble=timedelta(seconds=15),
    longest=timedelta(minutes=5),
    patience=timedelta(minutes=20),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the newest row says."""

    found: Found
    author: str
    snapshot_hash: bytes | None


@dataclass(frozen=True, slots=True)
class Course:
    """How the looks at one piece of evidence have gone lately."""

    missing_since: datetime | None = None
    trouble_since: datetime | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class After:
    """What to do: add a row or not, and look again at `due_at`."""

    is_news: bool
    due_at: datetime
    course: Course


def after(finding: Finding, known: Known | None, course: Course, *, now: datetime, pace: Pace) -> After:
    """What a finding means, given what was known and how the looks before went."""
    if finding.found == "unknown":
        return _trouble(finding, known, course, now, pace)
    if finding.found == "yes":
        return After(_is_news(finding, known), now + pace.found, Course())
    return _missing(known, course, now, pace)


def _missing(known: Known | None, course: Course, now: datetime, pace: Pace) -> After:
    if known is None or known.found != "yes":
        return After(known is None or known.found != "no", now + pace.missing, Course())
    since = course.missing_since or now
    sure_at = since + pace.confirming
    if course.missing_since is None or now < sure_at:
        return After(False, sure_at, Course(missing_since=since))
    return After(True, now + pace.missing, Course())


def _trouble(finding: Finding, known: Known | None, course: Course, now: datetime, pace: Pace) -> After:
    since = course.trouble_since or now
    is_news = known is None or (known.found != "unknown" and now - since >= pace.patience)
    wait = min(pace.trouble * 2 ** min(course.failures, _MOST_DOUBLINGS), pace.longest)
    asked = timedelta(seconds=min(finding.retry_after_s or 0.0, pace.longest.total_seconds()))
    made = replace(course, trouble_since=since, failures=course.failures + 1)
    return After(is_news, now + max(wait, asked), made)


def _is_news(finding: Finding, known: Known | None) -> bool:
    return known is None or (known.found, known.author, known.snapshot_hash) != (
        finding.found,
        finding.author,
        finding.snapshot_hash,
    )
