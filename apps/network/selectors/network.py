"""Where the network stands: its head block, its round, its parameters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from apps.network.models import Block, Round
from apps.protocol.units import PPM

_ROUNDS_TO_TIME = 5  # enough to smooth one late round, few enough to follow a change of length


@dataclass(frozen=True, slots=True)
class Head:
    """The last block the figures stand at."""

    number: int
    hash: bytes
    time: datetime


@dataclass(frozen=True, slots=True)
class RoundNow:
    """The round that runs. What the parameters do not tell yet is None."""

    number: int
    started_at: datetime
    passed_ppm: int | None  # how much of it has passed, at most 1,000,000
    left_s: int | None  # an estimate, from how long the last rounds took


def head(*, at_most: int | None = None) -> Head | None:
    """The newest indexed block, or the newest up to `at_most`; None before the first."""
    blocks = Block.objects.order_by("-number")
    if at_most is not None:
        blocks = blocks.filter(number__lte=at_most)
    row = blocks.first()
    return Head(row.number, bytes(row.hash), row.time) if row else None


# one step into the primary key for each name, however often each was read
_NEWEST = """
SELECT wanted.name, newest.value
FROM unnest(%s::text[]) AS wanted(name)
CROSS JOIN LATERAL (
    SELECT value FROM network_parameter_read WHERE name = wanted.name ORDER BY block_id DESC LIMIT 1
) AS newest
"""


def parameters(names: Iterable[str]) -> dict[str, int]:
    """The newest value of each named parameter, in the contract's own unit; a parameter never read is absent."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [list(names)])
        return {name: int(value) for name, value in cursor.fetchall()}


def round_now() -> RoundNow | None:
    """The newest initialised round with its progress; None before the first."""
    starts = list(Round.objects.order_by("-number").values_list("number", "started_at")[:_ROUNDS_TO_TIME])
    if not starts:
        return None
    passed = _passed_ppm(parameters(("round_length", "current_round_start_l1_block", "l1_block")))
    number, started_at = starts[0]
    return RoundNow(number, started_at, passed, _left_s(starts, passed))


def _passed_ppm(read: dict[str, int]) -> int | None:
    """How much of the round has passed by L1 blocks; a round that nobody ended yet stays at the whole."""
    length, start, now = (read.get(name) for name in ("round_length", "current_round_start_l1_block", "l1_block"))
    if not length or start is None or now is None:
        return None
    return min(max(now - start, 0) * PPM // length, PPM)


def _left_s(starts: list[tuple[int, datetime]], passed_ppm: int | None) -> int | None:
    if passed_ppm is None or len(starts) < 2:
        return None
    (newest, ended), (oldest, began) = starts[0], starts[-1]
    length_s = int((ended - began).total_seconds()) // (newest - oldest)
    return length_s * (PPM - passed_ppm) // PPM
