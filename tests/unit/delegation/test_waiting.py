"""When a round to come may begin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apps.delegation.waiting import Expected, expected

pytestmark = pytest.mark.unit

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def starts(*hours: float) -> list[tuple[int, datetime]]:
    """Rounds 100 and on, that began so many hours after the day did; newest first."""
    return [(100 + at, DAY + timedelta(hours=hour)) for at, hour in reversed(list(enumerate(hours)))]


def test_expected__when_as_many_rounds_were_seen__then_the_shortest_and_the_longest_of_them() -> None:
    found = expected(105, starts(0, 20, 42, 63))

    assert found == Expected(DAY + timedelta(hours=63 + 42), DAY + timedelta(hours=63 + 43))


def test_expected__when_too_few_were_seen__then_by_single_rounds() -> None:
    assert expected(105, starts(0, 20, 42)) == Expected(DAY + timedelta(hours=42 + 60), DAY + timedelta(hours=42 + 66))


@pytest.mark.parametrize("number", [99, 101])
def test_expected__for_a_round_that_began__then_nothing(number: int) -> None:
    assert expected(number, starts(0, 20)) is None


def test_expected__when_one_round_is_known__then_nothing() -> None:
    assert expected(107, starts(0)) is None


def test_expected__when_a_round_was_never_initialised__then_counted_by_number() -> None:
    gap = [(104, DAY + timedelta(hours=80)), (100, DAY)]

    assert expected(105, gap) == Expected(DAY + timedelta(hours=100), DAY + timedelta(hours=100))
