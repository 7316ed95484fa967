"""Changes of terms against delegators: how large, how long ago, and those made around reward calls only.

A worsening costs its size, and half of that a half-life later. One that was taken back within a few rounds, after a
reward was called under it, is a spike: delegators saw low cuts and paid high ones. It is remembered for longer.
Later changes never lessen what an earlier worsening costs, so adding one never helps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from apps.protocol.units import PPM, EthWei, LptWei, Ppm, Round
from apps.scoring import words
from apps.scoring.facts import CutFact, OrchestratorFacts
from apps.scoring.method import Method, live
from apps.scoring.results import HUNDRED, ZERO
from apps.scoring.windows import exact


@dataclass(frozen=True, slots=True)
class Cost:
    """What a spike took from delegators. The reward is None where the rounds it held in are older than the facts."""

    calls: int
    reward_lpt_wei: LptWei | None
    fees_eth_wei: EthWei


@dataclass(frozen=True, slots=True)
class Worsening:
    """A change of terms against delegators, each side as a share of 0 to 1, `size` both weighed together.

    `cost` is empty unless it is a spike, which was taken back in round `until`.
    """

    change: CutFact
    reward_cut_rise: Decimal
    fee_share_fall: Decimal
    size: Decimal
    until: Round | None = None
    cost: Cost | None = None

    @property
    def is_spike(self) -> bool:
        return self.cost is not None


def worsenings(cuts: Iterable[CutFact], method: Method | None = None) -> list[Worsening]:
    """The changes that took something from delegators, oldest first; spikes are not told apart."""
    by = method or live()
    all_changes = (_worsening(cut, by) for cut in cuts)
    return sorted((one for one in all_changes if one.size), key=lambda one: one.change.round)


def _worsening(cut: CutFact, method: Method) -> Worsening:
    rise = _rise(cut.old_reward_cut_ppm, cut.reward_cut_ppm)
    fall = _rise(cut.fee_share_ppm, cut.old_fee_share_ppm)
    return Worsening(cut, rise, fall, method.number("terms", "rewards") * rise + method.number("terms", "fees") * fall)


def judged(one: OrchestratorFacts, method: Method) -> list[Worsening]:
    """The worsenings of an orchestrator, oldest first, with the spikes among them and what those cost."""
    cuts = list(one.cuts)
    within, back = method.whole("terms", "spike_rounds"), method.number("terms", "spike_taken_back")
    found = []
    for at, cut in enumerate(cuts):
        for each in worsenings((cut,), method):
            until = _taken_back(each, cuts[at + 1 :], within=within, share=back)
            cost = None if until is None else _cost(one, each, until)
            found.append(each if cost is None else replace(each, until=until, cost=cost))
    return found


def _rise(before: Ppm | None, after: Ppm | None) -> Decimal:
    if before is None or after is None:
        return ZERO
    return max(ZERO, Decimal(after - before) / PPM)


def _taken_back(one: Worsening, later: Iterable[CutFact], *, within: int, share: Decimal) -> Round | None:
    """The round, soon after, that took back a good part of the rise or of the fall; later changes cannot undo that."""
    start = one.change
    for cut in later:
        if cut.round > start.round + within:
            return None
        lowered = Decimal(start.reward_cut_ppm - cut.reward_cut_ppm) / PPM
        restored = Decimal(cut.fee_share_ppm - start.fee_share_ppm) / PPM
        if cut.round > start.round and (
            0 < one.reward_cut_rise * share <= lowered or 0 < one.fee_share_fall * share <= restored
        ):
            return cut.round
    return None


def _cost(one: OrchestratorFacts, spike: Worsening, until: Round) -> Cost | None:
    """None where nothing came in under the worse terms that they took from, so that nobody lost anything.

    Terms hold from the round after they are posted, those that take them back too.
    """
    first, end = spike.change.round + 1, until + 1
    held = one.rounds.between(first, end)
    if not len(held):
        seen = len(one.rounds) and one.rounds.round[0] < first
        return None if seen else Cost(0, None, EthWei(0))
    rise = int(spike.reward_cut_rise * PPM)
    fall = int(spike.fee_share_fall * PPM)
    rewards = {each.round: each.reward_lpt_wei for each in one.raised}
    calls = [number for number, called in zip(held.round, held.reward_called, strict=True) if called]
    fees = sum(held.fees_eth_wei) * fall // PPM
    if not (calls and rise) and not fees:
        return None
    known = [rewards[number] for number in calls if number in rewards]
    taken = sum(known) * rise // PPM if len(known) == len(calls) or not rise else None
    return Cost(len(calls), None if taken is None else LptWei(taken), EthWei(fees))


def penalty(worse: Iterable[Worsening], method: Method, *, now: Round) -> Decimal:
    """Points taken for worsenings, 0 to the method's limit."""
    points = (HUNDRED * one.size * _weight(one, method, now=now) for one in worse)
    return min(method.number("terms", "worst_penalty_points"), sum(points, ZERO))


def _weight(one: Worsening, method: Method, *, now: Round) -> Decimal:
    age = max(0, now - 1 - one.change.round)
    half_life = method.whole("terms", "spike_half_life_rounds") if one.is_spike else _half_life(method)
    return _faded(age, half_life)


def _half_life(method: Method) -> int:
    return method.whole("windows", "half_life_rounds")


@lru_cache(maxsize=4096)
def _faded(age: int, half_life: int) -> Decimal:
    context = exact()
    return context.power(Decimal(2), context.divide(Decimal(-age), Decimal(half_life)))


# ---- in words


def what_worsened(one: Worsening) -> str:
    """One worsening in words, with its round."""
    sides = []
    if one.reward_cut_rise:
        sides.append(f"the reward cut rose by {words.points(one.reward_cut_rise)}")
    if one.fee_share_fall:
        sides.append(f"the fee share fell by {words.points(one.fee_share_fall)}")
    return f"{' and '.join(sides)} in round {one.change.round:,}"


def sentences(worse: Sequence[Worsening]) -> list[str]:
    """What delegators should know of the worsenings, the newest by name."""
    if not worse:
        return ["Neither cut was worsened in the window."]
    earlier = f" {words.sentence(words.count(len(worse) - 1, 'earlier worsening'))}." if len(worse) > 1 else ""
    return [f"{words.sentence(what_worsened(worse[-1]))}.{earlier}", *_of_spikes(worse)]


def _of_spikes(worse: Sequence[Worsening]) -> list[str]:
    costs = [one.cost for one in worse if one.cost is not None]
    if not costs:
        return []
    times = words.count(len(costs), "time")
    return [
        f"{words.sentence(times)} they were worse for a few rounds only, while rewards or fees came in{_taken(costs)}."
    ]


def _taken(costs: Sequence[Cost]) -> str:
    lpt = sum(one.reward_lpt_wei or 0 for one in costs)
    eth = sum(one.fees_eth_wei for one in costs)
    parts = [words.lpt(LptWei(lpt))] if lpt else []
    parts += [words.eth(EthWei(eth))] if eth else []
    return f", which took {' and '.join(parts)} from delegators" if parts else ""


def figures(worse: Sequence[Worsening], points: Decimal) -> dict[str, object]:
    """The figures behind the sentences; LPT and ETH taken by spikes apart."""
    costs = [one.cost for one in worse if one.cost is not None]
    return {
        "worsenings": len(worse),
        "largest_worsening_points": f"{max((one.size for one in worse), default=ZERO) * HUNDRED:.6f}",
        "newest_worsening_round": worse[-1].change.round if worse else None,
        "spikes": len(costs),
        "spikes_reward_lpt_wei": str(sum(one.reward_lpt_wei or 0 for one in costs)) if costs else None,
        "spikes_fees_eth_wei": str(sum(one.fees_eth_wei for one in costs)) if costs else None,
        "penalty_points": f"{points:.6f}",
    }
