"""The one sentence of advice: the most serious thing a delegator should know, the same text everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from apps.scoring import words
from apps.scoring.facts import RECENT_ROUNDS, NetworkFacts, OrchestratorFacts
from apps.scoring.results import Advice, Gate
from apps.scoring.terms import kept_of, what_worsened, worsenings
from apps.scoring.windows import is_recent
from apps.scoring.work import Field, Tally, fee_share, plain_ratio, stake_share

IDLE_RATIO = Decimal("0.25")  # fees below a quarter of what the stake suggests …
IDLE_STAKE = Decimal(1)  # … at no less than an average node's stake
BUSY_RATIO = Decimal("1.5")
NOTABLE_POINTS = Decimal("0.02")
FAIR_REWARDS = Decimal("0.75")
ONE_PAYER = Decimal("0.95")


def advice_of(one: OrchestratorFacts, facts: NetworkFacts, field: Field, gates: tuple[Gate, ...]) -> Advice:
    """The first thing that applies, most serious first."""
    return next(_findings(one, facts, field, gates))


def _findings(one: OrchestratorFacts, facts: NetworkFacts, field: Field, gates: tuple[Gate, ...]) -> Iterator[Advice]:
    tally = field.tallies[one.address]
    yield from _of_gates(gates)
    yield from _of_worsening(one, facts)
    yield from _of_misses(one, facts)
    yield from _of_work(tally, field)
    yield _summary(one, facts, tally, field)


def _of_gates(gates: tuple[Gate, ...]) -> Iterator[Advice]:
    codes = {gate.code: gate.sentence for gate in gates}
    for code in ("not_registered", "not_active", "misses_rewards"):
        if code in codes:
            yield Advice(codes[code], "danger" if code != "not_active" else "warn")
    for code in ("too_new", "work_unknown"):
        if code in codes:
            yield Advice(codes[code], "info")


def _of_worsening(one: OrchestratorFacts, facts: NetworkFacts) -> Iterator[Advice]:
    recent = [each for each in worsenings(one.cuts) if each.change.round >= facts.round - RECENT_ROUNDS]
    if recent and sum(each.size for each in recent) >= NOTABLE_POINTS:
        latest = max(recent, key=lambda each: (each.size, each.change.round))
        yield Advice(f"Terms got worse lately: {what_worsened(latest)}.", "warn")


def _of_misses(one: OrchestratorFacts, facts: NetworkFacts) -> Iterator[Advice]:
    recent = [each for each in one.rounds if is_recent(each.round, now=facts.round)]
    missed = sum(not each.reward_called for each in recent)
    if missed * 10 > len(recent):
        calls = words.of(missed, len(recent), "reward call")
        yield Advice(f"Missed {calls} lately; delegators got nothing for those rounds.", "warn")


def _of_work(tally: Tally, field: Field) -> Iterator[Advice]:
    if not tally.active_rounds or not field.fees_long:
        return
    if tally.self_paid > tally.fees_long:
        yield Advice(
            f"Paid itself {words.eth(tally.self_paid)}, more than the {words.eth(tally.fees_long)} it got from others.",
            "warn",
        )
    average = Decimal(1) / max(1, len(field.tallies))
    if plain_ratio(tally, field) < IDLE_RATIO and stake_share(tally, field) >= IDLE_STAKE * average:
        yield Advice(_shares(tally, field), "warn")
    if plain_ratio(tally, field) >= 1 and tally.largest_payer >= ONE_PAYER * tally.fees_long:
        largest = words.percent(Decimal(tally.largest_payer) / tally.fees_long)
        yield Advice(f"Rests on one payer: a single gateway paid {largest} of its fees.", "warn")


def _summary(one: OrchestratorFacts, facts: NetworkFacts, tally: Tally, field: Field) -> Advice:
    kept = kept_of(one, facts)
    rewards = kept.rewards_realised if kept.rewards_realised is not None else kept.rewards_posted
    if plain_ratio(tally, field) >= BUSY_RATIO and rewards >= FAIR_REWARDS and tally.payers > 1:
        ratio = words.times(plain_ratio(tally, field))
        keep = words.percent(rewards)
        return Advice(f"Earned {ratio} the fees its stake suggests; delegators keep {keep} of rewards.", "good")
    return Advice(f"{_shares(tally, field)[:-1]}; delegators keep {words.percent(rewards)} of rewards.", "info")


def _shares(tally: Tally, field: Field) -> str:
    fees = f"{words.percent(fee_share(tally, field))} of all fees" if tally.fees_long else "no fees"
    return f"Earned {fees} with {words.percent(stake_share(tally, field))} of all stake."
