"""How much a past round still counts, as whole numbers that are the same on every machine."""

from __future__ import annotations

from decimal import Context, Decimal, localcontext

from apps.protocol.units import Round
from apps.scoring.facts import LONG_ROUNDS, RECENT_ROUNDS

HALF_LIFE_ROUNDS = 30
PRECISION = 34  # digits; far beyond what four published decimals need
SCALE = 10**9


def exact() -> Context:
    """The decimal context of all scoring: ln, sqrt and division come out alike wherever they are run."""
    return Context(prec=PRECISION)


def _decay(age: int) -> int:
    with localcontext(exact()):
        return int((Decimal(2) ** (Decimal(-age) / HALF_LIFE_ROUNDS)) * SCALE)


_WEIGHTS = tuple(_decay(age) for age in range(LONG_ROUNDS))


def weight_of(past: Round, *, now: Round) -> int:
    """The weight of a round in units of 1/SCALE: whole for the newest closed round and the open one, half 30 earlier.

    Zero once the round lies outside the long window.
    """
    age = max(0, now - 1 - past)
    return _WEIGHTS[age] if age < LONG_ROUNDS else 0


def is_recent(past: Round, *, now: Round) -> bool:
    """Among the last 30 closed rounds."""
    return now - RECENT_ROUNDS <= past < now
