"""What came after a standpoint: for each orchestrator, what its next rounds brought to whoever delegated to it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from apps.protocol.units import PPM, WEI, Address, Round
from apps.scoring.backtest.history import Factors, History, Life
from apps.scoring.facts import Payments

FACTOR_ONE = 10**27  # PreciseMathUtils
PPB = 10**9

Organic = Callable[[Address, Payments], int]


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing the next rounds are asked about. `unit` is one of the values' units; less is better where so said."""

    name: str
    title: str
    unit: str
    less_is_better: bool = False


YIELD = Measure("yield", "Realised yield, LPT", "ppb")
FEE_YIELD = Measure("fee_yield", "Realised yield, ETH", "eth_wei_per_lpt")
FEES = Measure("organic_fees", "Share of organic fees", "ppb")
WORSENING = Measure("worsening", "Terms made worse", "ppm_points", less_is_better=True)
MISSES = Measure("missed_rewards", "Rewards missed", "ppm", less_is_better=True)
MEASURES = (YIELD, FEE_YIELD, FEES, WORSENING, MISSES)

Values = Mapping[Address, int]


def outcomes(
    history: History, nodes: Collection[Address], *, first: Round, end: Round, organic: Organic
) -> dict[str, Values]:
    """By measure, what each node brought in rounds first … end - 1; a node without an answer is left out.

    `organic` gives how much of some payments to a node counts as work for others, in wei; it may look back from the
    end of these rounds.
    """
    lives = [history.lives[address] for address in nodes]
    earned = {life.address: organic(life.address, life.payments.between(first, end)) for life in history.lives.values()}
    total = sum(earned.values())
    found: dict[str, dict[Address, int]] = {measure.name: {} for measure in MEASURES}
    for life in lives:
        reward, fee = growth(life.factors, first=first, end=end)
        found["yield"][life.address] = reward
        found["fee_yield"][life.address] = fee
        found["worsening"][life.address] = _worsening(life, first, end)
        missed = _missed(life, first, end)
        if missed is not None:
            found["missed_rewards"][life.address] = missed
        if total:
            found["organic_fees"][life.address] = earned[life.address] * PPB // total
    return dict(found)


def growth(factors: Sequence[Factors], *, first: Round, end: Round) -> tuple[int, int]:
    """What a stake that counts from round `first` on has gained when round `end` - 1 is over.

    The rewards in parts per 1e9 of the stake, the fees in wei of ETH for each LPT; from the contract's own factors, so
    that cuts, missed calls and rounds out of the active set are all in it.
    """
    before, after = _latest(factors, first), _latest(factors, end)
    return (
        (after.reward - before.reward) * PPB // before.reward,
        (after.fee - before.fee) * WEI // before.reward,
    )


def _latest(factors: Sequence[Factors], end: Round) -> Factors:
    """The factors as they last stood before round `end`."""
    past = bisect_left(factors, end, key=attrgetter("round"))
    return factors[past - 1] if past else Factors(Round(end - 1), FACTOR_ONE, 0)


def carried(stored: Iterable[Factors]) -> tuple[Factors, ...]:
    """The factors that the contract stored, ascending, each 0 among them replaced by what stood before it.

    A round without reward or without fees stores no factor of that kind, and the older one goes on counting.
    """
    found: list[Factors] = []
    reward, fee = FACTOR_ONE, 0
    for one in stored:
        reward, fee = one.reward or reward, one.fee or fee
        found.append(Factors(one.round, reward, fee))
    return tuple(found)


def _worsening(life: Life, first: Round, end: Round) -> int:
    """Points of reward cut added and of fee share taken away by all changes for the worse, in ppm, added up."""
    return sum(
        max(0, one.reward_cut_ppm - one.old_reward_cut_ppm) + max(0, one.old_fee_share_ppm - one.fee_share_ppm)
        for one in life.cuts.between(first, end)
        if one.old_reward_cut_ppm is not None and one.old_fee_share_ppm is not None
    )


def _missed(life: Life, first: Round, end: Round) -> int | None:
    """Active rounds without a reward call in ppm of all active rounds; nothing where there was none."""
    called = life.rounds.between(first, end).reward_called
    return (len(called) - sum(called)) * PPM // len(called) if called else None
