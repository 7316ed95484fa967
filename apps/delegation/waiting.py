"""When a round to come may begin, judged by how long as many rounds took lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

LOOKED_AT = 31  # newest rounds: with the seven of an unbonding some two dozen stretches to compare with

Start = tuple[int, datetime]


@dataclass(frozen=True, slots=True)
class Expected:
    """Between which moments a round was initialised if it goes on as lately; an estimate, never a promise."""

    earliest: datetime
    latest: datetime


def expected(number: int, starts: Sequence[Start]) -> Expected | None:
    """The moments for round `number`; `starts` are the newest rounds, newest first.

    None for a round that has begun, and where fewer than two rounds are known.
    """
    if len(starts) < 2 or number <= starts[0][0]:
        return None
    newest, began = starts[0]
    ahead = number - newest
    spans = _spans(ahead, starts) or [span * ahead for span in _single(starts)]
    return Expected(began + min(spans), began + max(spans))


def _spans(ahead: int, starts: Sequence[Start]) -> list[timedelta]:
    """How long that many rounds took, each time that can be seen; none where too few rounds are known."""
    at = dict(starts)
    return [began - at[number - ahead] for number, began in starts if number - ahead in at]


def _single(starts: Sequence[Start]) -> list[timedelta]:
    return [(later - earlier) / (number - before) for (number, later), (before, earlier) in pairwise(starts)]
