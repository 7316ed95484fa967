"""How much a past round still counts, as whole numbers that are the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import cache, lru_cache

from apps.protocol.units import Round
from apps.scoring.facts import LONG_ROUNDS, RECENT_ROUNDS
from apps.scoring.method import Method, live

PRECISION = 34  # digits; far beyond what four published decimals need
SCALE = 10**9


def exact() -> Context:
    """The decimal context of all scoring: ln, sqrt and division come out alike wherever they are run."""
    return Context(prec=PRECISION)


@dataclass(frozen=True, slots=True)
class Clock:
    """Rounds as one run sees them: `now` is open, and `decay` has the weight of each age in units of 1/SCALE."""

    now: Round
    long_rounds: int
    recent_rounds: int
    decay: tuple[int, ...]

    def weight(self, past: Round) -> int:
        """Whole for the newest closed round and the open one, half after a half-life, 0 outside the long window."""
        age = max(0, self.now - 1 - past)
        return self.decay[age] if age < self.long_rounds else 0

    def weights(self, rounds: tuple[Round, ...]) -> tuple[int, ...]:
        """The weight of each; most orchestrators share their rounds, so these are kept."""
        return _weights(self, rounds)

    def weights_anew(self, rounds: Iterable[Round]) -> list[int]:
        """The same for rounds that hardly any other orchestrator has."""
        newest, decay, long_rounds = self.now - 1, self.decay, self.long_rounds
        return [decay[max(0, newest - past)] if newest - past < long_rounds else 0 for past in rounds]

    def is_recent(self, past: Round) -> bool:
        """Among the last closed rounds of the recent window."""
        return self.now - self.recent_rounds <= past < self.now


@lru_cache(maxsize=1024)
def _weights(clock: Clock, rounds: tuple[Round, ...]) -> tuple[int, ...]:
    return tuple(clock.weights_anew(rounds))


@lru_cache(maxsize=64)
def clock_of(now: Round, method: Method) -> Clock:
    """The clock of a run of that method made while round `now` is open."""
    long_rounds = method.long_rounds
    half_life = method.number("windows", "half_life_rounds")
    return Clock(now, long_rounds, method.recent_rounds, _decay(long_rounds, half_life))


@cache
def _decay(long_rounds: int, half_life: Decimal) -> tuple[int, ...]:
    with localcontext(exact()):
        return tuple(int((Decimal(2) ** (Decimal(-age) / half_life)) * SCALE) for age in range(long_rounds))


def weight_of(past: Round, *, now: Round) -> int:
    """The weight of a round by the live method."""
    return clock_of(now, live()).weight(past)


def is_recent(past: Round, *, now: Round) -> bool:
    """Among the last closed rounds of the live method's recent window."""
    return now - RECENT_ROUNDS <= past < now


__all__ = ["LONG_ROUNDS", "PRECISION", "RECENT_ROUNDS", "SCALE", "Clock", "clock_of", "exact", "is_recent", "weight_of"]
