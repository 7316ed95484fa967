"""The method applied: facts about whole rounds in, a score with its reasons out. Pure, the same digits everywhere.

All arithmetic is in integers and decimals, never in binary floats, so that no processor or library rounds differently.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import localcontext

from apps.scoring import jobmix
from apps.scoring.advice import advice_of
from apps.scoring.community import community_part
from apps.scoring.facts import NetworkFacts, OrchestratorFacts
from apps.scoring.gates import gates_of
from apps.scoring.headline import headline
from apps.scoring.method import Method, live
from apps.scoring.results import ZERO, Part, Result
from apps.scoring.tally import Field, field_of
from apps.scoring.terms import terms_part
from apps.scoring.windows import exact
from apps.scoring.work import work_part

VERSION = live().version


def score(facts: NetworkFacts, method: Method | None = None) -> tuple[Result, ...]:
    """The scores of all orchestrators by a method, the live one unless another is named.

    The ranked come first, best first, then the unranked by address.
    """
    by = method or live()
    with localcontext(exact()):
        seen = facts.trimmed(by.long_rounds)
        field = field_of(seen, by)
        market = jobmix.market_of(seen, by, {address: each.own_payers for address, each in field.tallies.items()})
        results = [_result(one, seen, field, market) for one in seen.orchestrators]
    return _ranked(results)


def _result(one: OrchestratorFacts, facts: NetworkFacts, field: Field, market: jobmix.Market) -> Result:
    parts = _parts(one, facts, field, market)
    whole = headline(parts, field.method.weights, community_lifts=field.method.community_lifts)
    gates = gates_of(one, facts, field, parts[0])
    advice = advice_of(one, facts, field, gates, parts)
    return Result(one.address, whole.value, whole.low, whole.high, whole.coverage, None, gates, advice, parts)


def _parts(one: OrchestratorFacts, facts: NetworkFacts, field: Field, market: jobmix.Market) -> tuple[Part, ...]:
    weights = field.method.weights
    return (
        work_part(one, field, weight=weights.work),
        terms_part(one, facts, field.method, weight=weights.terms),
        jobmix.jobs_part(one, market, field.method, weight=weights.jobs),
        community_part(one, field.method, weight=weights.community),
    )


def _ranked(results: list[Result]) -> tuple[Result, ...]:
    """Equal values share a rank and the next rank is left out, as in sport."""
    able = sorted(
        (one for one in results if not one.gates and one.value is not None),
        key=lambda one: (-(one.value or ZERO), one.address),
    )
    placed: list[Result] = []
    for place, one in enumerate(able, start=1):
        tied = bool(placed) and placed[-1].value == one.value
        placed.append(replace(one, rank=placed[-1].rank if tied else place))
    ranked = {one.address for one in placed}
    return (*placed, *sorted((one for one in results if one.address not in ranked), key=lambda one: one.address))
