"""The walk forward: at one past round after the other rank with what was known, and look at what came next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import mul
from typing import Any

from apps.protocol.units import Address
from apps.scoring.backtest.history import History, Reach, known_at, refuse_look_ahead
from apps.scoring.backtest.outcomes import MEASURES, Measure, Organic, Values, outcomes
from apps.scoring.backtest.rankings import RANKINGS, Keys, rankings
from apps.scoring.backtest.statistics import chances_of_top, doubled_ranks, precision, rank_correlation, top_size
from apps.scoring.facts import NetworkFacts
from apps.scoring.results import PARTS, Result

HORIZON_ROUNDS = 30
MOST_STANDPOINTS = 72  # with 400 rounds one in five; more of them overlap more and say little more
FEWEST_NODES = 4  # an order of three is no order

Scorer = Callable[[NetworkFacts], Sequence[Result]]
OrganicAt = Callable[[NetworkFacts], Organic]
Cut = Callable[[History, Any, Reach], NetworkFacts]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a walk goes: a standpoint every so many rounds, each needing so much history and so many rounds after it."""

    reach: Reach
    least_rounds: int
    horizon_rounds: int = HORIZON_ROUNDS
    every_rounds: int | None = None  # None: as many standpoints as are useful

    @property
    def needed_rounds(self) -> int:
        """Whole rounds without which there is no standpoint at all."""
        return self.least_rounds + self.horizon_rounds

    def every(self, history: History) -> int:
        """The step between standpoints, in rounds."""
        span = history.closed - self.needed_rounds + 1
        return self.every_rounds or max(1, -(-span // MOST_STANDPOINTS))

    def standpoints(self, history: History) -> range:
        """Places in `history.starts`, the last as late as its horizon allows; empty on a young chain."""
        newest, every = history.closed - self.horizon_rounds, self.every(history)
        if newest < self.least_rounds:
            return range(0)
        return range(self.least_rounds + (newest - self.least_rounds) % every, newest + 1, every)


@dataclass(frozen=True, slots=True)
class Compared:
    """One order against one measure at one standpoint; empty where either knows no order."""

    correlation: float | None
    precision: float | None
    top_mean: float | None  # of the measure, over the first ten of the order


@dataclass(frozen=True, slots=True)
class Answered:
    """What came next by one measure, made ready for any order: ranks, chances of the top, values, by node."""

    nodes: tuple[Address, ...]
    ranks: tuple[int, ...]
    top: tuple[float, ...]
    size: int
    values: tuple[int, ...]

    @property
    def mean(self) -> float:
        """Over all nodes: what a delegator gets who picks by lot."""
        return sum(self.values) / len(self.values)


@dataclass(frozen=True, slots=True)
class Scored:
    """One node's parts at a standpoint, as numbers for trying other weights; unranked where a gate failed."""

    ranked: bool
    parts: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """One standpoint: every order against every measure."""

    round: int
    nodes: int
    answers: Mapping[str, Answered]
    compared: Mapping[tuple[str, str], Compared]
    scored: Mapping[Address, Scored]


def walk(
    history: History, plan: Plan, *, score: Scorer, organic_at: OrganicAt, cut: Cut = known_at
) -> tuple[Observation, ...]:
    """One observation for each standpoint, oldest first; none where the history is too young.

    Raises LookAhead if `cut` lets anything through that came after a standpoint.
    """
    return tuple(_observe(history, place, plan, score, organic_at, cut) for place in plan.standpoints(history))


def _observe(history: History, place: int, plan: Plan, score: Scorer, organic_at: OrganicAt, cut: Cut) -> Observation:
    start, end = history.starts[place], history.starts[place + plan.horizon_rounds]
    facts = cut(history, start, plan.reach)
    refuse_look_ahead(facts, start)
    results = score(facts)
    stakes = {
        address: stake
        for address, life in sorted(history.lives.items())
        if (stake := life.opening(start.number)) is not None
    }
    keys = rankings(facts, results, stakes)
    organic = organic_at(known_at(history, end, plan.reach))
    came = outcomes(history, stakes, first=start.number, end=end.number, organic=organic)
    answers = {one.name: ready for one in MEASURES if (ready := answered(came[one.name], one)) is not None}
    return Observation(
        round=start.number,
        nodes=len(stakes),
        answers=answers,
        compared={
            (ranking.name, name): compare(keys[ranking.name], answer)
            for ranking in RANKINGS
            for name, answer in answers.items()
        },
        scored={one.address: _scored(one) for one in results if one.address in stakes},
    )


def answered(values: Values, measure: Measure) -> Answered | None:
    """The measure's values made ready; nothing where fewer than four nodes have one."""
    if len(values) < FEWEST_NODES:
        return None
    nodes = tuple(sorted(values))
    signed = [-values[one] if measure.less_is_better else values[one] for one in nodes]
    size = top_size(len(nodes))
    return Answered(
        nodes=nodes,
        ranks=tuple(doubled_ranks(signed)),
        top=tuple(chances_of_top(signed, size)),
        size=size,
        values=tuple(values[one] for one in nodes),
    )


def compare(keys: Keys, answer: Answered) -> Compared:
    """How an order did; over the nodes that it has a key for."""
    at = [place for place, node in enumerate(answer.nodes) if node in keys]
    if len(at) < FEWEST_NODES:
        return Compared(None, None, None)
    whole = len(at) == len(answer.nodes)
    given = [keys[answer.nodes[place]] for place in at]
    size = answer.size if whole else top_size(len(at))
    ranks, top = answer.ranks, answer.top
    if not whole:  # ranks among those that are left
        left = [-answer.ranks[place] for place in at]
        ranks, top = tuple(doubled_ranks(left)), tuple(chances_of_top(left, size))
    chances = chances_of_top(given, size)
    known_order = any(one != other for one, other in pairwise(given))
    return Compared(
        correlation=rank_correlation(doubled_ranks(given), ranks),
        precision=precision(chances, top, size) if known_order else None,
        top_mean=sum(map(mul, chances, (answer.values[place] for place in at))) / size if known_order else None,
    )


def _scored(one: Result) -> Scored:
    parts = {part.name: part.value for part in one.parts}
    values = (parts.get(name) for name in PARTS)
    ranked = not one.gates and one.value is not None
    return Scored(ranked, tuple(None if value is None else float(value) for value in values))
