"""The job mix part: which kinds of work a node serves and earns from, against what the network demands now.

Demand is what the network pays for each job type now, more where sessions went unserved. A node is asked three things:
how much of that demand it serves, how alike its own earnings are to it, and how many-sided they are. Only fees
attributed with high confidence count; the rest widens the interval, and without any the part is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal

from apps.network import jobtypes
from apps.protocol.units import Address, EthWei
from apps.scoring import words
from apps.scoring.attribution import Attribution, attribution, known_of
from apps.scoring.facts import NetworkFacts, OrchestratorFacts
from apps.scoring.jobfacts import DemandFact
from apps.scoring.jobfigures import figures
from apps.scoring.method import Method
from apps.scoring.results import HUNDRED, ONE, ZERO, Part, known, unknown

_NOTABLE = Decimal("0.05")  # of the network's demand, below which a type is not worth advising


@dataclass(frozen=True, slots=True)
class Market:
    """What every node is measured against, made once a run.

    `long` and `recent` are the attributions of each node over both windows; `demand` is each job type's share of what
    the network asks for now, 0 to 1, and empty where no source tells of any.
    """

    long: Mapping[Address, Attribution] = field(default_factory=dict)
    recent: Mapping[Address, Attribution] = field(default_factory=dict)
    demand: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a node's mix fits, each 0 to 1."""

    serves: Decimal
    earns: Decimal
    diversity: Decimal


_NONE: Mapping[Address, AbstractSet[Address]] = {}


def market_of(facts: NetworkFacts, method: Method, related: Mapping[Address, AbstractSet[Address]] = _NONE) -> Market:
    """The market of a run. `related` names, by orchestrator, payers found to be its own."""
    beside = known_of(facts)
    now = facts.round

    def over(rounds: int) -> dict[Address, Attribution]:
        return {
            one.address: attribution(
                one,
                beside,
                method,
                first=type(now)(now - rounds),
                end=now,
                related=related.get(one.address, frozenset()),
            )
            for one in facts.orchestrators
        }

    long, recent = over(method.long_rounds), over(method.recent_rounds)
    asked = facts.demand.demand if facts.demand is not None else ()
    return Market(long, recent, _demand(recent.values(), asked, method))


def _demand(paid: Iterable[Attribution], asked: Iterable[DemandFact], method: Method) -> dict[str, Decimal]:
    """What is paid for each job type, times sessions asked for by sessions served, as a share of all."""
    worth: dict[str, Decimal] = {}
    for one in paid:
        for each in one.types:
            worth[each.job_type] = worth.get(each.job_type, ZERO) + each.estimate_eth_wei
    for demand in asked:
        if demand.job_type in worth:
            worth[demand.job_type] *= _shortage(demand, method)
    whole = sum(worth.values(), ZERO)
    return {job_type: value / whole for job_type, value in sorted(worth.items())} if whole else {}


def _shortage(demand: DemandFact, method: Method) -> Decimal:
    """How many times what was served was asked for, at least once and at most as often as the method lets count."""
    most = method.number("jobs", "most_shortage")
    served = demand.sessions - demand.unserved
    return min(most, Decimal(demand.sessions) / served) if served > 0 else most


def jobs_part(one: OrchestratorFacts, market: Market, method: Method, *, weight: int) -> Part:
    """The job mix part of one orchestrator; unknown where no source tells what it was paid for."""
    long, recent = market.long[one.address], market.recent[one.address]
    sources = figures(long, recent, market.demand, method)
    if not market.demand or not long.sure_eth_wei:
        return unknown("jobs", weight=weight, reason=_why_unknown(long, market), sources=sources)
    fit = fit_of(one, long, market.demand, method)
    value = HUNDRED * sum((method.number("jobs", name) * getattr(fit, name) for name in Fit.__slots__), ZERO)
    return known(
        "jobs",
        weight=weight,
        value=value,
        low=value,
        high=value,
        coverage=Decimal(long.sure_eth_wei) / long.market_eth_wei,
        reason=_reason(long, market.demand, fit),
        sources={**sources, **{name: f"{getattr(fit, name):.6f}" for name in Fit.__slots__}},
        raises=_raises(one, long, market.demand),
    )


def fit_of(one: OrchestratorFacts, earned: Attribution, demand: Mapping[str, Decimal], method: Method) -> Fit:
    """What it serves of the demand, how alike its sure earnings are to it, and how many-sided they are."""
    own = {each.job_type: Decimal(each.low_eth_wei) / earned.sure_eth_wei for each in earned.types if each.low_eth_wei}
    done = _done(one, earned)
    posted = {each.job_type for each in one.jobs.offers} if one.jobs is not None else set()
    serves = ZERO
    for job_type, share in demand.items():
        if job_type in done:
            serves += share
        elif job_type in posted:
            serves += share * method.number("jobs", "posted_only")
    usual = ONE - sum((share * share for share in demand.values()), ZERO)
    many = ONE - sum((share * share for share in own.values()), ZERO)
    return Fit(
        serves=serves,
        earns=sum((min(share, demand.get(job_type, ZERO)) for job_type, share in own.items()), ZERO),
        diversity=min(ONE, many / usual) if usual else ONE,
    )


def _done(one: OrchestratorFacts, earned: Attribution) -> set[str]:
    """The types it was paid for, or was seen at work in."""
    seen = {each.job_type for each in one.jobs.work if each.jobs > 0} if one.jobs is not None else set()
    return (seen | {each.job_type for each in earned.types}) - {""}


# ---- in words


def _why_unknown(long: Attribution, market: Market) -> str:
    if not long.market_eth_wei:
        return "Unknown: it earned no market fees, so there is no mix to judge."
    if not market.demand:
        return "Unknown: no source tells what the network pays for now."
    if long.types:
        return "Unknown: what its fees were for can be told only with low confidence."
    return "Unknown: no source tells what its fees were for."


def _reason(long: Attribution, demand: Mapping[str, Decimal], fit: Fit) -> str:
    sure = [each for each in long.types if each.low_eth_wei]
    whole = long.sure_eth_wei
    shares = [f"{words.percent(Decimal(each.low_eth_wei) / whole)} {_named(each.job_type)}" for each in sure[:3]]
    more = [f"{words.count(len(sure) - 3, 'other type')}"] if len(sure) > 3 else []
    part = words.percent(Decimal(whole) / long.market_eth_wei)
    return (
        f"What it earned from is sure for {part} of its market fees: {', '.join([*shares, *more])}. "
        f"It serves {words.percent(fit.serves)} of what the network pays for now; "
        f"its own mix and the network's are alike by {words.percent(fit.earns)}.{_left(long)}"
    )


def _left(long: Attribution) -> str:
    unknown = long.unknown_eth_wei
    return f" The kind of {words.eth(EthWei(unknown))} of its fees is unknown." if unknown else ""


def _named(job_type: str) -> str:
    listed = jobtypes.by_slug().get(job_type)
    return listed.short if listed else f"capability {job_type}" if job_type.isdigit() else job_type


def _raises(one: OrchestratorFacts, long: Attribution, demand: Mapping[str, Decimal]) -> tuple[str, ...]:
    done = _done(one, long)
    missing = [(share, job_type) for job_type, share in demand.items() if job_type not in done and share >= _NOTABLE]
    told = [
        f"Serving {_named(job_type)}, which is {words.percent(share)} of what the network pays for now."
        for share, job_type in sorted(missing, key=lambda each: (-each[0], each[1]))[:2]
    ]
    unsure = ONE - Decimal(long.sure_eth_wei) / long.market_eth_wei
    if unsure >= _NOTABLE:
        told.append(
            f"Work that can be told: {words.percent(unsure)} of its fees are of no sure kind, "
            "for want of a label for the gateway, of reports by it, or of offers listed all along."
        )
    return tuple(told)
