"""Orders that nobody follows, to measure the method by: nodes drawn by lot, and the method with other weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from random import Random

from apps.protocol.units import Address
from apps.scoring.backtest.statistics import (
    NINETY,
    Estimate,
    Weights,
    differences,
    doubled_ranks,
    estimate,
    percentile,
    rank_correlation,
)
from apps.scoring.backtest.walk import Answered, Observation, Scored
from apps.scoring.headline import OTHERS_PER_COMMUNITY
from apps.scoring.headline import Weights as PartWeights

SHUFFLES = 200
TRIED_SUM = 10  # work and terms share ten points
TRIED_JOBS = (0, 1, 2, 4)


@dataclass(frozen=True, slots=True)
class Chance:
    """What an order by lot reaches: the expected value is exact, the 90 % band comes from many lots."""

    correlation: Estimate
    precision: Estimate


def chance(observations: Sequence[Observation], measure: str, *, seed: str, shuffles: int = SHUFFLES) -> Chance:
    """Orders by lot, each kept from the first standpoint to the last as a clueless but steady delegator would.

    Such an order has a mean correlation of 0, and its top holds as large a part of the true top as of all nodes.
    """
    answers = [one.answers[measure] for one in observations if measure in one.answers]
    if not answers:
        return Chance(Estimate(None, None, None), Estimate(None, None, None))
    everybody = sorted({node for one in answers for node in one.nodes})
    drawn = [_drawn(answers, _lots(everybody, f"{seed}/lot {number}")) for number in range(shuffles)]
    correlations = [one for one, _ in drawn if one is not None]
    expected = fsum(one.size / len(one.nodes) for one in answers) / len(answers)
    return Chance(_band(0.0 if correlations else None, correlations), _band(expected, [hits for _, hits in drawn]))


def _lots(nodes: Sequence[Address], seed: str) -> dict[Address, float]:
    random = Random(seed)
    return {node: random.random() for node in nodes}


def _drawn(answers: Sequence[Answered], lots: Mapping[Address, float]) -> tuple[float | None, float]:
    """What one order by lot reaches over all standpoints: mean correlation and mean precision."""
    found, hits = [], []
    for answer in answers:
        drawn = [lots[node] for node in answer.nodes]
        order = sorted(range(len(drawn)), key=drawn.__getitem__)
        ranks = [0] * len(order)
        for rank, place in enumerate(order, start=1):
            ranks[place] = 2 * rank
        found.append(rank_correlation(ranks, answer.ranks))
        hits.append(fsum(answer.top[place] for place in order[: answer.size]) / answer.size)
    known = [one for one in found if one is not None]
    return (fsum(known) / len(known) if known else None), fsum(hits) / len(hits)


def _band(expected: float | None, means: list[float]) -> Estimate:
    if not means:
        return Estimate(expected, None, None)
    means.sort()
    return Estimate(expected, percentile(means, NINETY[0]), percentile(means, NINETY[1]))


@dataclass(frozen=True, slots=True)
class Trial:
    """One set of weights and what it reached: the mean of its rank correlations with all measures."""

    weights: PartWeights
    reached: Estimate


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The method's weights, the best that were tried, and whether the difference is more than luck.

    `gain` is the best less the method's own, over all standpoints. `held_out` is the same for the weights that were
    best in the older half, measured in the newer half alone: what choosing by the past would really have brought.
    """

    own: Trial
    best: Trial
    gain: Estimate
    held_out: float | None
    tried: int

    @property
    def is_better(self) -> bool:
        """Whether the result is a reason to change the weights: sure in the whole, and seen in the half kept apart."""
        return self.gain.low is not None and self.gain.low > 0 and (self.held_out or 0.0) > 0


def suggestion(observations: Sequence[Observation], own: PartWeights, draws: Sequence[Weights]) -> Suggestion | None:
    """What other weights would have reached; nothing where no standpoint is measured."""
    if not observations:
        return None
    tried = [own, *(one for one in candidates(own.community) if one != own)]
    series = [[_reached(one, weights) for one in observations] for weights in tried]
    means = [estimate(one, []).mean for one in series]
    best = max(range(len(tried)), key=lambda at: (means[at] is not None, means[at] or 0.0, -at))
    return Suggestion(
        own=Trial(own, estimate(series[0], draws)),
        best=Trial(tried[best], estimate(series[best], draws)),
        gain=estimate(differences(series[best], series[0]), draws),
        held_out=_held_out(series),
        tried=len(tried),
    )


def candidates(community: int) -> list[PartWeights]:
    """Ten points shared by work and terms in every way, with four weights of job mix."""
    return [
        PartWeights(work, TRIED_SUM - work, jobs, community) for work in range(TRIED_SUM + 1) for jobs in TRIED_JOBS
    ]


def _held_out(series: Sequence[Sequence[float | None]]) -> float | None:
    half = len(series[0]) // 2
    if not half:
        return None
    older = [estimate(one[:half], []).mean for one in series]
    chosen = max(range(len(series)), key=lambda at: (older[at] is not None, older[at] or 0.0, -at))
    return estimate(differences(series[chosen][half:], series[0][half:]), []).mean


def _reached(one: Observation, weights: PartWeights) -> float | None:
    keys = {address: weighed(scored, weights) for address, scored in one.scored.items()}
    found = []
    for answer in one.answers.values():
        given = doubled_ranks([keys.get(node, (False, 0.0)) for node in answer.nodes])
        correlation = rank_correlation(given, answer.ranks)
        if correlation is not None:
            found.append(correlation)
    return fsum(found) / len(found) if found else None


def weighed(one: Scored, weights: PartWeights) -> tuple[bool, float]:
    """The key of a node under other weights, as `headline` has it but in floats: an order is all that is asked."""
    if not one.ranked:
        return False, 0.0
    mean = mean_of(one.parts, tuple(map(float, weights.by_part().values())))
    return mean is not None, mean or 0.0


def mean_of(parts: Sequence[float | None], weights: Sequence[float]) -> float | None:
    """The weighted mean of the known parts, lifted by community; parts and weights in reading order."""
    known = [(value, weight) for value, weight in zip(parts[:3], weights[:3], strict=True) if value is not None]
    others = fsum(weight for _, weight in known)
    if not others:
        return None
    mean = fsum(value * weight for value, weight in known) / others
    if parts[3] is None:
        return mean
    share = min(weights[3], others / OTHERS_PER_COMMUNITY)
    return mean + share / (others + share) * (100 - mean) * parts[3] / 100
