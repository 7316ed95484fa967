"""The terms part: what delegators keep, as the window's rounds realised it and as the posted cuts promise it now.

A round without a reward call leaves delegators nothing of that round, so it counts as a cut of everything. Worsenings
cost points on top, as `worsening` says. Terms that moved leave it open what delegators will get, so the interval is as
wide as the rounds were apart.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from operator import mul

from apps.protocol.units import PPM, Ppm
from apps.scoring import words
from apps.scoring.facts import NetworkFacts, OrchestratorFacts, Rounds
from apps.scoring.method import Method, live
from apps.scoring.results import HUNDRED, ONE, ZERO, Part, clipped, known
from apps.scoring.windows import clock_of
from apps.scoring.worsening import Worsening, figures, judged, penalty, sentences, worsenings
from apps.scoring.worsening import what_worsened as what_worsened

__all__ = ["Kept", "Worsening", "kept_of", "terms_part", "what_worsened", "worsenings"]

_NOTABLE = Decimal("0.5")  # points below which a way to raise the part is not worth a sentence
_TEN_POINTS = Ppm(100_000)


@dataclass(frozen=True, slots=True)
class Kept:
    """Shares of 0 to 1 that go to delegators; a realised share is empty where nothing was there to share.

    `missed` is what the realised share of rewards lost by rounds without a call; `apart` is how far the rounds lay from
    their mean, rewards and fees together.
    """

    rewards_realised: Decimal | None
    rewards_posted: Decimal
    fees_realised: Decimal | None
    fees_posted: Decimal
    calling: Decimal = ONE
    missed: Decimal = ZERO
    apart: Decimal = ZERO
    calls: int = 0
    rounds: int = 0
    recent_rounds: int = 0
    steady_rounds: int = 0


def terms_part(one: OrchestratorFacts, facts: NetworkFacts, method: Method | None = None, *, weight: int) -> Part:
    """The terms part of one orchestrator. What is posted is always known; the realised half needs active rounds."""
    by = method or live()
    clock = clock_of(facts.round, by)
    kept = kept_of(one, facts, by)
    worse = judged(one, by)
    points = penalty(worse, by, now=clock.now)
    realised = by.number("terms", "realised")
    value = clipped(HUNDRED * _share(kept, by) - points)
    apart = HUNDRED * realised * kept.apart
    covered = min(ONE, Decimal(kept.recent_rounds) / clock.recent_rounds)
    return known(
        "terms",
        weight=weight,
        value=value,
        low=clipped(value - apart),
        high=clipped(value + apart),
        coverage=(ONE - realised) + realised * covered,
        reason=_reason(one, kept, worse),
        sources={**_sources(one, kept), **figures(worse, points)},
        raises=_raises(one, kept, points, by),
    )


def kept_of(one: OrchestratorFacts, facts: NetworkFacts, method: Method | None = None) -> Kept:
    """What its delegators keep, newer rounds counting for more."""
    by = method or live()
    clock = clock_of(facts.round, by)
    rounds = one.rounds.between(clock.now - clock.long_rounds, clock.now)
    recent = rounds.reward_called[bisect_left(rounds.round, clock.now - clock.recent_rounds) :]
    weights = clock.weights(rounds.round)
    possible = sum(weights) * PPM
    left = [PPM - cut for cut in rounds.reward_cut_ppm]
    got = [share if called else 0 for share, called in zip(left, rounds.reward_called, strict=True)]
    kept = sum(map(mul, weights, got))
    paid = list(map(mul, weights, rounds.fees_eth_wei))
    fees = sum(paid)
    calling = Decimal(sum(recent)) / len(recent) if recent else ONE
    return Kept(
        rewards_realised=Decimal(kept) / possible if possible else None,
        rewards_posted=(ONE - _share_of(one.reward_cut_ppm)) * calling,
        fees_realised=Decimal(sum(map(mul, paid, rounds.fee_share_ppm))) / (fees * PPM) if fees else None,
        fees_posted=_share_of(one.fee_share_ppm),
        calling=calling,
        missed=Decimal(sum(map(mul, weights, left)) - kept) / possible if possible else ZERO,
        apart=by.number("terms", "rewards") * _distance(weights, got)
        + by.number("terms", "fees") * _distance(weights, rounds.fee_share_ppm),
        calls=sum(rounds.reward_called),
        rounds=len(rounds),
        recent_rounds=len(recent),
        steady_rounds=_steady(rounds),
    )


def _distance(weights: Sequence[int], values: Sequence[int]) -> Decimal:
    """The mean distance of a round's value, in ppm, from the mean of all, as a share of 0 to 1."""
    whole = sum(weights)
    if not whole or min(values) == max(values):
        return ZERO
    mean = sum(map(mul, weights, values)) // whole
    return Decimal(sum(map(mul, weights, [abs(value - mean) for value in values]))) / whole / PPM


def _steady(rounds: Rounds) -> int:
    """Rounds whose terms were those of the round before; the first one changes nothing."""
    if len(set(rounds.reward_cut_ppm)) < 2 and len(set(rounds.fee_share_ppm)) < 2:
        return len(rounds)
    terms = list(zip(rounds.reward_cut_ppm, rounds.fee_share_ppm, strict=True))
    return len(terms) - sum(one != other for one, other in pairwise(terms))


def _share_of(value: Ppm) -> Decimal:
    return Decimal(value) / PPM


def _share(kept: Kept, method: Method) -> Decimal:
    part = method.number("terms", "realised")
    rewards = _blend(kept.rewards_realised, kept.rewards_posted, part)
    fees = _blend(kept.fees_realised, kept.fees_posted, part)
    return method.number("terms", "rewards") * rewards + method.number("terms", "fees") * fees


def _blend(realised: Decimal | None, posted: Decimal, part: Decimal) -> Decimal:
    return posted if realised is None else part * realised + (ONE - part) * posted


# ---- in words


def _reason(one: OrchestratorFacts, kept: Kept, worse: list[Worsening]) -> str:
    posted = f"Keeps {words.ppm(one.reward_cut_ppm)} of rewards and passes on {words.ppm(one.fee_share_ppm)} of fees."
    return " ".join([posted, *_realised(kept), *sentences(worse)])


def _realised(kept: Kept) -> list[str]:
    if kept.rewards_realised is None:
        return ["No active round shows what delegators really get."]
    fees = "" if kept.fees_realised is None else f" and {words.percent(kept.fees_realised)} of fees"
    return [
        f"Delegators really got {words.percent(kept.rewards_realised)} of the rewards their stake could earn{fees}: "
        f"{words.of(kept.calls, kept.rounds, 'reward call')} made."
    ]


def _raises(one: OrchestratorFacts, kept: Kept, points: Decimal, method: Method) -> tuple[str, ...]:
    """What would raise the part, the weightiest first."""
    ways = [_calls(one, kept, method), _fading(points, method), _lower_cut(one, kept, method), _more_fees(one, method)]
    told = [way for way in ways if way[0] >= _NOTABLE]
    return tuple(sentence for _, sentence in sorted(told, key=lambda way: (-way[0], way[1])))


def _calls(one: OrchestratorFacts, kept: Kept, method: Method) -> tuple[Decimal, str]:
    part = method.number("terms", "realised")
    lost = part * kept.missed + (ONE - part) * (ONE - kept.calling) * (ONE - _share_of(one.reward_cut_ppm))
    gain = HUNDRED * method.number("terms", "rewards") * lost
    missed = words.count(kept.rounds - kept.calls, "missed reward call")
    return gain, f"Calling reward in every round: {missed} in the window cost {_points(gain)}."


def _fading(points: Decimal, method: Method) -> tuple[Decimal, str]:
    half_life = method.whole("windows", "half_life_rounds")
    return points, f"Not worsening the cuts: worsenings cost {_points(points)} now, half of that in {half_life} rounds."


def _lower_cut(one: OrchestratorFacts, kept: Kept, method: Method) -> tuple[Decimal, str]:
    by = _share_of(min(one.reward_cut_ppm, _TEN_POINTS))
    gain, later = _halves("rewards", by, method)
    gain *= kept.calling
    return gain, (
        f"A reward cut lower by {words.points(by)}: {_points(gain)} at once, "
        f"and up to {_points(later)} more as rounds pass."
    )


def _more_fees(one: OrchestratorFacts, method: Method) -> tuple[Decimal, str]:
    by = _share_of(min(Ppm(PPM - one.fee_share_ppm), _TEN_POINTS))
    gain, later = _halves("fees", by, method)
    return gain, (
        f"A fee share higher by {words.points(by)}: {_points(gain)} at once, "
        f"and up to {_points(later)} more as fees come in."
    )


def _halves(side: str, by: Decimal, method: Method) -> tuple[Decimal, Decimal]:
    """Points of the posted half and of the realised half."""
    whole, part = HUNDRED * method.number("terms", side) * by, method.number("terms", "realised")
    return whole * (ONE - part), whole * part


def _points(value: Decimal) -> str:
    return words.points(value / HUNDRED)


def _sources(one: OrchestratorFacts, kept: Kept) -> dict[str, object]:
    return {
        "reward_cut_ppm": one.reward_cut_ppm,
        "fee_share_ppm": one.fee_share_ppm,
        "rewards_kept_realised": _short(kept.rewards_realised),
        "rewards_kept_posted": _short(kept.rewards_posted),
        "fees_kept_realised": _short(kept.fees_realised),
        "fees_kept_posted": _short(kept.fees_posted),
        "rounds": kept.rounds,
        "reward_calls": kept.calls,
        "steady_rounds": kept.steady_rounds,
        "rounds_apart_points": _short(HUNDRED * kept.apart),
    }


def _short(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.6f}"
