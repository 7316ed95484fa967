"""What follows from a look: what is news, what has to be seen twice, and when somebody looks again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apps.contributions.evidence.findings import Finding, no, unknown, yes
from apps.contributions.evidence.pace import WORLD, After, Course, Known, after

pytestmark = pytest.mark.unit

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FOUND = yes("There.", author="alice", snapshot=b"{}")
KNOWN = Known("yes", "alice", FOUND.snapshot_hash)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ask(finding: Finding, known: Known | None = KNOWN, course: Course | None = None, *, now: datetime = NOW) -> After:
    return after(finding, known, course or Course(), now=now, pace=WORLD)


@pytest.mark.parametrize("finding", [FOUND, no("Gone."), unknown("Busy.")])
def test_after__when_it_is_the_first_look__then_whatever_was_found_is_written(finding: Finding) -> None:
    assert ask(finding, None).is_news


def test_after__when_it_is_there_as_before__then_nothing_is_written_for_a_week() -> None:
    assert ask(FOUND, course=Course(failures=3, missing_since=NOW)) == After(False, NOW + 7 * DAY, Course())


@pytest.mark.parametrize(
    "known", [Known("no", "", None), Known("yes", "bob", FOUND.snapshot_hash), Known("yes", "alice", bytes(32))]
)
def test_after__when_author_or_content_changed_or_it_is_back__then_written(known: Known) -> None:
    assert ask(FOUND, known).is_news


def test_after__when_it_is_missed_once__then_somebody_looks_again_before_it_counts() -> None:
    assert ask(no("Gone.")) == After(False, NOW + HOUR, Course(missing_since=NOW))
    early = ask(no("Gone."), course=Course(missing_since=NOW), now=NOW + HOUR / 2)
    assert early == After(False, NOW + HOUR, Course(missing_since=NOW))


def test_after__when_it_is_missed_twice__then_it_is_gone() -> None:
    assert ask(no("Gone."), course=Course(missing_since=NOW - HOUR)) == After(True, NOW + DAY, Course())


def test_after__when_it_never_was_there__then_written_once() -> None:
    assert ask(no("Gone."), Known("no", "", None)) == After(False, NOW + DAY, Course())


@pytest.mark.parametrize(("failures", "hours"), [(0, 1), (1, 2), (3, 8), (5, 24), (50, 24)])
def test_after__when_nobody_could_tell__then_what_was_known_stands_and_the_wait_doubles(
    failures: int, hours: int
) -> None:
    found = ask(unknown("Busy."), course=Course(failures=failures, trouble_since=NOW - DAY))
    assert found == After(False, NOW + hours * HOUR, Course(trouble_since=NOW - DAY, failures=failures + 1))


def test_after__when_the_host_asks_for_time__then_it_has_it_up_to_a_day() -> None:
    assert ask(unknown("Busy.", retry_after_s=7200)).due_at == NOW + 2 * HOUR
    assert ask(unknown("Busy.", retry_after_s=1e9)).due_at == NOW + DAY


def test_after__when_nobody_could_tell_for_a_month__then_it_is_no_longer_known() -> None:
    long_ago = Course(trouble_since=NOW - 30 * DAY, failures=40)
    assert ask(unknown("Busy."), course=long_ago).is_news
    assert not ask(unknown("Busy."), Known("unknown", "", None), long_ago).is_news


def test_after__when_trouble_comes_between_two_misses__then_the_first_miss_is_remembered() -> None:
    between = ask(unknown("Busy."), course=Course(missing_since=NOW - HOUR))
    assert ask(no("Gone."), course=between.course).is_news
