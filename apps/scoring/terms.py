"""The terms part: what delegators keep, as the window's rounds realised it and as the posted cuts promise it now.

A round without a reward call leaves delegators nothing of that round, so it counts as a cut of everything. A worsening
(reward cut up, fee share down) costs its size in points on top, and half of that 30 rounds later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from apps.protocol.units import PPM, Ppm
from apps.scoring import words
from apps.scoring.facts import RECENT_ROUNDS, CutFact, NetworkFacts, OrchestratorFacts
from apps.scoring.results import HUNDRED, ONE, ZERO, Part, clipped, known
from apps.scoring.windows import SCALE, is_recent, weight_of

REWARDS, FEES = Decimal("0.7"), Decimal("0.3")
REALISED = Decimal("0.5")  # the other half is what is posted now
WORST_PENALTY = Decimal(40)  # points


@dataclass(frozen=True, slots=True)
class Kept:
    """Shares of 0 to 1 that go to delegators; a realised share is empty where nothing was there to share."""

    rewards_realised: Decimal | None
    rewards_posted: Decimal
    fees_realised: Decimal | None
    fees_posted: Decimal


@dataclass(frozen=True, slots=True)
class Worsening:
    """A change of terms against delegators, each side as a share of 0 to 1."""

    change: CutFact
    reward_cut_rise: Decimal
    fee_share_fall: Decimal

    @property
    def size(self) -> Decimal:
        return REWARDS * self.reward_cut_rise + FEES * self.fee_share_fall


def terms_part(one: OrchestratorFacts, facts: NetworkFacts, *, weight: int) -> Part:
    """The terms part of one orchestrator. What is posted is always known; the realised half needs active rounds."""
    kept = kept_of(one, facts)
    worse = worsenings(one.cuts)
    value = clipped(HUNDRED * _share(kept) - _penalty(worse, facts))
    recent = sum(1 for each in one.rounds if is_recent(each.round, now=facts.round))
    coverage = (ONE - REALISED) + REALISED * min(ONE, Decimal(recent) / RECENT_ROUNDS)
    return known(
        "terms",
        weight=weight,
        value=value,
        low=value,
        high=value,
        coverage=coverage,
        reason=_reason(one, kept, worse),
        sources=_sources(one, kept, worse, _penalty(worse, facts)),
    )


def kept_of(one: OrchestratorFacts, facts: NetworkFacts) -> Kept:
    """What its delegators keep, newer rounds counting for more."""
    called = possible = fees = shared = 0
    for each in one.rounds:
        weight = weight_of(each.round, now=facts.round)
        possible += weight * PPM
        called += weight * (PPM - each.reward_cut_ppm) if each.reward_called else 0
        fees += weight * each.fees_eth_wei * PPM
        shared += weight * each.fees_eth_wei * each.fee_share_ppm
    recent = [each for each in one.rounds if is_recent(each.round, now=facts.round)]
    calling = Decimal(sum(each.reward_called for each in recent)) / len(recent) if recent else ONE
    return Kept(
        rewards_realised=Decimal(called) / possible if possible else None,
        rewards_posted=(ONE - _share_of(one.reward_cut_ppm)) * calling,
        fees_realised=Decimal(shared) / fees if fees else None,
        fees_posted=_share_of(one.fee_share_ppm),
    )


def worsenings(cuts: Iterable[CutFact]) -> list[Worsening]:
    """The changes that took something from delegators, oldest first."""
    all_changes = (
        Worsening(
            change=cut,
            reward_cut_rise=_rise(cut.old_reward_cut_ppm, cut.reward_cut_ppm),
            fee_share_fall=_rise(cut.fee_share_ppm, cut.old_fee_share_ppm),
        )
        for cut in cuts
    )
    return sorted((one for one in all_changes if one.size), key=lambda one: one.change.round)


def _rise(before: Ppm | None, after: Ppm | None) -> Decimal:
    if before is None or after is None:
        return ZERO
    return max(ZERO, _share_of(Ppm(after - before)))


def _share_of(value: Ppm) -> Decimal:
    return Decimal(value) / PPM


def _share(kept: Kept) -> Decimal:
    rewards = _blend(kept.rewards_realised, kept.rewards_posted)
    fees = _blend(kept.fees_realised, kept.fees_posted)
    return REWARDS * rewards + FEES * fees


def _blend(realised: Decimal | None, posted: Decimal) -> Decimal:
    return posted if realised is None else REALISED * realised + (ONE - REALISED) * posted


def _penalty(worse: Iterable[Worsening], facts: NetworkFacts) -> Decimal:
    """Points taken for worsenings in the window."""
    points = (HUNDRED * one.size * weight_of(one.change.round, now=facts.round) / SCALE for one in worse)
    return min(WORST_PENALTY, sum(points, ZERO))


def _reason(one: OrchestratorFacts, kept: Kept, worse: list[Worsening]) -> str:
    posted = f"Keeps {words.ppm(one.reward_cut_ppm)} of rewards and passes on {words.ppm(one.fee_share_ppm)} of fees."
    return " ".join([posted, *_realised(one, kept), *_worsened(worse)])


def _realised(one: OrchestratorFacts, kept: Kept) -> list[str]:
    if kept.rewards_realised is None:
        return ["No active round shows what delegators really get."]
    made = sum(each.reward_called for each in one.rounds)
    fees = "" if kept.fees_realised is None else f" and {words.percent(kept.fees_realised)} of fees"
    return [
        f"Delegators really got {words.percent(kept.rewards_realised)} of the rewards their stake could earn{fees}: "
        f"{words.of(made, len(one.rounds), 'reward call')} made."
    ]


def _worsened(worse: list[Worsening]) -> list[str]:
    if not worse:
        return ["Neither cut was worsened in the window."]
    earlier = f" {words.sentence(words.count(len(worse) - 1, 'earlier worsening'))}." if len(worse) > 1 else ""
    return [f"{words.sentence(what_worsened(worse[-1]))}.{earlier}"]


def what_worsened(one: Worsening) -> str:
    """One worsening in words, with its round."""
    sides = []
    if one.reward_cut_rise:
        sides.append(f"the reward cut rose by {words.points(one.reward_cut_rise)}")
    if one.fee_share_fall:
        sides.append(f"the fee share fell by {words.points(one.fee_share_fall)}")
    return f"{' and '.join(sides)} in round {one.change.round:,}"


def _sources(one: OrchestratorFacts, kept: Kept, worse: list[Worsening], penalty: Decimal) -> dict[str, object]:
    return {
        "reward_cut_ppm": one.reward_cut_ppm,
        "fee_share_ppm": one.fee_share_ppm,
        "rewards_kept_realised": _short(kept.rewards_realised),
        "rewards_kept_posted": _short(kept.rewards_posted),
        "fees_kept_realised": _short(kept.fees_realised),
        "fees_kept_posted": _short(kept.fees_posted),
        "worsenings": len(worse),
        "penalty_points": _short(penalty),
    }


def _short(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.6f}"
