"""The method: facts about whole rounds in, a score with its reasons out. Pure, and the same digits on any machine.

All arithmetic is in integers and decimals, never in binary floats, so that no processor or library rounds differently.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal, localcontext

from apps.scoring import words
from apps.scoring.advice import advice_of
from apps.scoring.facts import LONG_ROUNDS, NetworkFacts, OrchestratorFacts
from apps.scoring.results import HUNDRED, ZERO, Gate, Part, PartName, Result, fixed, unknown
from apps.scoring.terms import terms_part
from apps.scoring.windows import exact, is_recent
from apps.scoring.work import Field, Tally, field_of, work_part

VERSION = "0.1"
WEIGHTS: dict[PartName, int] = {"work": 5, "terms": 3, "jobs": 1, "community": 1}
ENOUGH_ROUNDS = 10

_JOBS_UNKNOWN = "Unknown: fees are not split by job type yet, so this part neither helps nor harms."
_COMMUNITY_UNKNOWN = "Unknown: no verified contributions are recorded yet, so this part neither helps nor harms."


def score(facts: NetworkFacts) -> tuple[Result, ...]:
    """The scores of all orchestrators: the ranked first, best first, then the unranked by address."""
    with localcontext(exact()):
        field = field_of(facts)
        results = [_result(one, facts, field) for one in facts.orchestrators]
    return _ranked(results)


def headline(parts: Iterable[Part]) -> tuple[Decimal | None, Decimal, Decimal, Decimal]:
    """Value, low, high and coverage of the whole.

    The value is the weighted mean of the known parts, empty where none is known. In the interval an unknown part counts
    as anything from 0 to 100. Coverage is the known weight times how far the data of each part reaches.
    """
    every = tuple(parts)
    total = sum(part.weight for part in every)
    known_weight = sum(part.weight for part in every if part.value is not None)
    value = sum((part.value * part.weight for part in every if part.value is not None), ZERO)
    low = sum(((part.low if part.low is not None else ZERO) * part.weight for part in every), ZERO)
    high = sum(((part.high if part.high is not None else HUNDRED) * part.weight for part in every), ZERO)
    coverage = sum((part.coverage * part.weight for part in every), ZERO)
    mean = fixed(value / known_weight) if known_weight else None
    return mean, fixed(low / total), fixed(high / total), fixed(coverage / total)


def gates_of(one: OrchestratorFacts, facts: NetworkFacts, tally: Tally, work: Part) -> tuple[Gate, ...]:
    """Every condition for a rank that this orchestrator does not meet, with its cause."""
    return tuple(
        gate
        for gate in (
            _registered(one),
            _active(one, facts),
            _history(tally),
            _calls_reward(one, facts),
            Gate("work_unknown", work.reason) if work.value is None else None,
        )
        if gate is not None
    )


def _result(one: OrchestratorFacts, facts: NetworkFacts, field: Field) -> Result:
    tally = field.tallies[one.address]
    work = work_part(one, field, weight=WEIGHTS["work"])
    parts = (
        work,
        terms_part(one, facts, weight=WEIGHTS["terms"]),
        unknown("jobs", weight=WEIGHTS["jobs"], reason=_JOBS_UNKNOWN),
        unknown("community", weight=WEIGHTS["community"], reason=_COMMUNITY_UNKNOWN),
    )
    value, low, high, coverage = headline(parts)
    gates = gates_of(one, facts, tally, work)
    advice = advice_of(one, facts, field, gates)
    return Result(one.address, value, low, high, coverage, None, gates, advice, parts)


def _ranked(results: list[Result]) -> tuple[Result, ...]:
    """Equal values share a rank and the next rank is left out, as in sport."""
    able = sorted((one for one in results if not one.gates), key=lambda one: (-(one.value or ZERO), one.address))
    placed: list[Result] = []
    for place, one in enumerate(able, start=1):
        tied = bool(placed) and placed[-1].value == one.value
        placed.append(replace(one, rank=placed[-1].rank if tied else place))
    return (*placed, *sorted((one for one in results if one.gates), key=lambda one: one.address))


def _registered(one: OrchestratorFacts) -> Gate | None:
    return None if one.registered else Gate("not_registered", "Not registered: it has no stake of its own.")


def _active(one: OrchestratorFacts, facts: NetworkFacts) -> Gate | None:
    if one.active:
        return None
    return Gate("not_active", f"Not in the active set of round {facts.round:,}: stake here earns nothing now.")


def _history(tally: Tally) -> Gate | None:
    if tally.active_rounds >= ENOUGH_ROUNDS:
        return None
    seen = words.count(tally.active_rounds, "active round")
    return Gate("too_new", f"Too new: {seen} seen in the last {LONG_ROUNDS}, and {ENOUGH_ROUNDS} are needed.")


def _calls_reward(one: OrchestratorFacts, facts: NetworkFacts) -> Gate | None:
    recent = [each for each in one.rounds if is_recent(each.round, now=facts.round)]
    calls = sum(each.reward_called for each in recent)
    if 2 * calls >= len(recent):
        return None
    return Gate(
        "misses_rewards",
        f"Called reward in {words.of(calls, len(recent), 'recent active round')}, and half are needed.",
    )
