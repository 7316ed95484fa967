"""Storms that every test run plays; `make soak` plays many more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.soak.kept import KEPT
from tests.soak.killed import play_killed
from tests.soak.rows import empty
from tests.soak.run import play, surroundings

pytestmark = pytest.mark.integration

SEEDS = 30
AT_ONCE = 10  # seeds in one test: what comes between two tests costs more than a seed


@pytest.fixture
def side(transactional_db: None) -> Iterator[psycopg.Connection[Any]]:
    """A connection beside a database without a transaction around the test."""
    with surroundings() as beside:
        yield beside
        empty()


@pytest.mark.parametrize("first", range(1, SEEDS + 1, AT_ONCE))
def test_rows__after_storms__equal_those_of_straight_runs(side: psycopg.Connection[Any], first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        play(seed, side)


def test_rows__after_storms_that_once_failed__equal_those_of_straight_runs(side: psycopg.Connection[Any]) -> None:
    for seed in sorted(KEPT):
        play(seed, side)


def test_rows__after_workers_were_killed_at_random_moments__equal_those_of_straight_runs(
    side: psycopg.Connection[Any],
) -> None:
    for seed in (1, 2):
        play_killed(seed)
