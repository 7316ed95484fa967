"""The one sentence of advice: the most serious thing a delegator should know, the same text everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from apps.network import jobtypes
from apps.scoring import words
from apps.scoring.facts import NetworkFacts, OrchestratorFacts
from apps.scoring.method import Method
from apps.scoring.results import Advice, Gate, Part
from apps.scoring.tally import Field, Tally, fee_share, plain_ratio, stake_share
from apps.scoring.terms import what_worsened
from apps.scoring.worsening import Worsening, judged


def advice_of(
    one: OrchestratorFacts, facts: NetworkFacts, field: Field, gates: tuple[Gate, ...], parts: Sequence[Part]
) -> Advice:
    """The first thing that applies, most serious first."""
    return next(_findings(one, facts, field, gates, parts))


def _findings(
    one: OrchestratorFacts, facts: NetworkFacts, field: Field, gates: tuple[Gate, ...], parts: Sequence[Part]
) -> Iterator[Advice]:
    tally = field.tallies[one.address]
    yield from _of_gates(gates)
    yield from _of_worsening(one, facts, field.method)
    yield from _of_misses(tally, field.method)
    yield from _of_dealing(tally, field.method)
    yield from _of_work(tally, field)
    yield _summary(tally, field, parts)


def _of_gates(gates: tuple[Gate, ...]) -> Iterator[Advice]:
    codes = {gate.code: gate.sentence for gate in gates}
    for code in ("not_registered", "not_active", "misses_rewards"):
        if code in codes:
            yield Advice(codes[code], "danger" if code != "not_active" else "warn")
    for code in ("too_new", "work_unknown"):
        if code in codes:
            yield Advice(codes[code], "info")


def _of_worsening(one: OrchestratorFacts, facts: NetworkFacts, method: Method) -> Iterator[Advice]:
    """Cuts raised around reward calls first, wherever in the window they were; then what got worse lately."""
    worse = [each for each in judged(one, method) if each.change.round >= facts.round - method.long_rounds]
    spikes = [each for each in worse if each.is_spike]
    if spikes:
        yield Advice(_spikes(spikes), "danger")
    recent = [each for each in worse if each.change.round >= facts.round - method.recent_rounds]
    if recent and sum(each.size for each in recent) >= method.number("advice", "notable_points"):
        latest = max(recent, key=lambda each: (each.size, each.change.round))
        yield Advice(f"Terms got worse lately: {what_worsened(latest)}.", "warn")


def _spikes(spikes: Sequence[Worsening]) -> str:
    last = max(spikes, key=lambda each: each.change.round)
    times = "" if len(spikes) == 1 else f", {words.count(len(spikes), 'time')} in all"
    return f"Worsened its terms around a reward call and took that back: {what_worsened(last)}{times}."


def _of_misses(tally: Tally, method: Method) -> Iterator[Advice]:
    missed = tally.active_recent - tally.recent_calls
    if missed > method.number("advice", "missed_share") * tally.active_recent:
        calls = words.of(missed, tally.active_recent, "reward call")
        yield Advice(f"Missed {calls} lately; delegators got nothing for those rounds.", "warn")


def _of_dealing(tally: Tally, method: Method) -> Iterator[Advice]:
    """Money of its own side that would have been a good part of its fees."""
    dealt = tally.self_dealt
    if not dealt or dealt < method.number("advice", "removed_share") * (dealt + tally.fees_long):
        return
    others = f"the {words.eth(tally.fees_long)} it got from others" if tally.fees_long else "nothing from anyone else"
    if not tally.fees_long:
        yield Advice(f"Only its own side paid it: {words.eth(dealt)}, and {others}.", "warn")
        return
    compared = "more than" if dealt > tally.fees_long else "beside"
    yield Advice(f"Its own side paid it {words.eth(dealt)}, {compared} {others}.", "warn")


def _of_work(tally: Tally, field: Field) -> Iterator[Advice]:
    if not tally.active_rounds or not field.fees_long:
        return
    average = Decimal(1) / max(1, field.active_nodes)
    idle = plain_ratio(tally, field) < field.method.number("advice", "idle_ratio")
    if idle and stake_share(tally, field) >= average:
        yield Advice(_shares(tally, field), "warn")
    most = field.method.number("advice", "one_payer") * tally.fees_long
    if plain_ratio(tally, field) >= 1 and tally.largest_payer >= most:
        largest = words.percent(Decimal(tally.largest_payer) / tally.fees_long)
        yield Advice(f"Rests on one payer: a single gateway paid {largest} of its fees.", "warn")


def _summary(tally: Tally, field: Field, parts: Sequence[Part]) -> Advice:
    rewards = _rewards_kept(parts)
    busy = plain_ratio(tally, field) >= field.method.number("advice", "busy_ratio")
    if busy and rewards >= field.method.number("advice", "fair_rewards") and tally.payers > 1:
        ratio = words.times(plain_ratio(tally, field))
        keep = words.percent(rewards)
        return Advice(f"Earned {ratio} the fees its stake suggests; delegators keep {keep} of rewards.", "good")
    shares = f"{_shares(tally, field)[:-1]}{_mostly(parts)}"
    return Advice(f"{shares}; delegators keep {words.percent(rewards)} of rewards.", "info")


def _mostly(parts: Sequence[Part]) -> str:
    """The kind of work that brought at least half of the fees, where that is sure."""
    jobs = next(part for part in parts if part.name == "jobs")
    if jobs.value is None:
        return ""
    earned: Any = jobs.sources["fees_by_job_type"]
    types, market = earned["long"]["types"], int(earned["long"]["market_eth_wei"])
    first = max(types, key=lambda each: (int(each["low_eth_wei"]), each["job_type"]))
    if 2 * int(first["low_eth_wei"]) < market:
        return ""
    listed = jobtypes.by_slug().get(first["job_type"])
    return f", mostly for {listed.short if listed else first['job_type']}"


def _rewards_kept(parts: Sequence[Part]) -> Decimal:
    """The share of rewards that delegators got, or would get by the posted cut where no round shows it."""
    figures = next(part.sources for part in parts if part.name == "terms")
    return Decimal(str(figures["rewards_kept_realised"] or figures["rewards_kept_posted"]))


def _shares(tally: Tally, field: Field) -> str:
    fees = f"{words.percent(fee_share(tally, field))} of all fees" if tally.fees_long else "no fees"
    return f"Earned {fees} with {words.percent(stake_share(tally, field))} of all stake."
