"""Every orchestrator's window added up, and the whole network beside it: what the work part and the advice rest on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from operator import mul

from apps.protocol.units import Address, EthWei
from apps.scoring.facts import NetworkFacts, OrchestratorFacts
from apps.scoring.flows import Flow, Income, incomes
from apps.scoring.flowwords import OWN_SIDE
from apps.scoring.logs import log2
from apps.scoring.method import Method
from apps.scoring.results import ZERO
from apps.scoring.windows import Clock, clock_of


@dataclass(frozen=True, slots=True)
class Rules:
    """The constants of a method that the work part needs."""

    volume: Decimal
    productivity: Decimal
    delivery: Decimal
    reliability: Decimal
    top_percentile: Decimal
    log_span: Decimal
    log_top: Decimal
    prior_nodes: Decimal
    prior_rounds: Decimal
    deviations: Decimal

    @classmethod
    def of(cls, method: Method) -> Rules:
        span = method.number("work", "log_span")
        return cls(
            volume=method.number("work", "volume"),
            productivity=method.number("work", "productivity"),
            delivery=method.number("work", "delivery"),
            reliability=method.number("work", "reliability"),
            top_percentile=method.number("work", "top_percentile"),
            log_span=span,
            log_top=log2(1 + span),
            prior_nodes=method.number("work", "prior_nodes"),
            prior_rounds=method.number("work", "prior_rounds"),
            deviations=method.number("work", "interval_deviations"),
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """One orchestrator's window, added up. Decayed sums are in wei times SCALE; fees are organic ones."""

    counted: Decimal
    counted_low: Decimal  # had every weak sign been true
    counted_high: Decimal  # and had none
    effective_payers: Decimal
    measure: Decimal  # what others are measured against
    decayed_stake: int
    stake: int
    fees_long: EthWei
    fees_recent: EthWei
    left_out: EthWei  # of payments that count nothing
    tickets: int
    payers: int
    largest_payer: EthWei
    active_rounds: int
    active_recent: int
    reward_calls: int
    recent_calls: int
    flows: tuple[Flow, ...]

    @property
    def own_payers(self) -> frozenset[Address]:
        """Payers of the node's own side, as far as strong evidence shows it."""
        return frozenset(flow.payer for flow in self.flows if flow.code in OWN_SIDE)

    @property
    def self_dealt(self) -> EthWei:
        """What the node's own side paid, as far as strong evidence shows it."""
        return EthWei(sum(flow.fees_eth_wei for flow in self.flows if flow.code in OWN_SIDE))


@dataclass(frozen=True, slots=True)
class Field:
    """All orchestrators of the run, as each is measured against the others."""

    method: Method
    clock: Clock
    rules: Rules
    tallies: Mapping[Address, Tally]
    positive: Sequence[Decimal]  # the measures of those who earned, ascending
    sums: Sequence[Decimal]  # of the first none, one, two … of them
    earned: Decimal  # of all of them
    tickets: int
    active_nodes: int
    decayed_stake: int
    stake: int
    fees_long: int
    active_rounds: int
    reward_calls: int
    window_rounds: int

    def others_top(self, own: Decimal) -> Decimal | None:
        """The 95th percentile of what the others earned; nothing where no other did. `own` is its own measure."""
        skipped = bisect_left(self.positive, own) if own else len(self.positive)
        others = len(self.positive) - bool(own)
        if not others:
            return None
        position = self.rules.top_percentile * (others - 1)
        below, above = (
            self.positive[at + (at >= skipped)] for at in (int(position), min(int(position) + 1, others - 1))
        )
        return below + (above - below) * (position - int(position))

    def others_counted(self, own: Decimal, top: Decimal | None) -> Decimal:
        """What all others earned together, each at most the percentile; `own` is its own measure."""
        if top is None:
            return ZERO
        at = bisect_right(self.positive, top)
        return self.sums[at] + top * (len(self.positive) - at) - min(own, top)


def field_of(facts: NetworkFacts, method: Method) -> Field:
    """The sums of all orchestrators, made once a run."""
    clock = clock_of(facts.round, method)
    judged = incomes(facts, clock, method)
    tallies = {one.address: tally_of(one, judged[one.address], clock) for one in facts.orchestrators}
    every = tallies.values()
    positive = sorted(tally.measure for tally in every if tally.measure)
    return Field(
        method=method,
        clock=clock,
        rules=Rules.of(method),
        tallies=tallies,
        positive=positive,
        sums=list(accumulate(positive, initial=ZERO)),
        earned=sum(positive, ZERO),
        tickets=sum(tally.tickets for tally in every),
        active_nodes=sum(1 for tally in every if tally.active_rounds),
        decayed_stake=sum(tally.decayed_stake for tally in every),
        stake=sum(tally.stake for tally in every),
        fees_long=sum(tally.fees_long for tally in every),
        active_rounds=sum(tally.active_rounds for tally in every),
        reward_calls=sum(tally.reward_calls for tally in every),
        window_rounds=len(facts.window),
    )


def tally_of(one: OrchestratorFacts, income: Income, clock: Clock) -> Tally:
    """The sums of one orchestrator over the window."""
    rounds, paid = one.rounds, income.organic.values()
    recent = bisect_left(rounds.round, clock.now - clock.recent_rounds)
    return Tally(
        counted=income.counted,
        counted_low=income.counted_low,
        counted_high=income.counted_high,
        effective_payers=income.effective_payers,
        measure=income.measure,
        decayed_stake=sum(map(mul, rounds.stake_lpt_wei, clock.weights(rounds.round))),
        stake=sum(rounds.stake_lpt_wei),
        fees_long=EthWei(sum(each.fees_eth_wei for each in paid)),
        fees_recent=EthWei(sum(each.recent_eth_wei for each in paid)),
        left_out=EthWei(sum(flow.fees_eth_wei for flow in income.flows if not flow.kept)),
        tickets=sum(each.tickets for each in paid),
        payers=len(paid),
        largest_payer=EthWei(max((each.fees_eth_wei for each in paid), default=0)),
        active_rounds=len(rounds),
        active_recent=len(rounds) - recent,
        reward_calls=sum(rounds.reward_called),
        recent_calls=sum(rounds.reward_called[recent:]),
        flows=income.flows,
    )


def stake_share(tally: Tally, field: Field) -> Decimal:
    """Its stake of all stake, over the window's rounds, 0 to 1."""
    return Decimal(tally.stake) / field.stake if field.stake else ZERO


def fee_share(tally: Tally, field: Field) -> Decimal:
    """Its organic fees of all organic fees, over the window's rounds, 0 to 1."""
    return Decimal(tally.fees_long) / field.fees_long if field.fees_long else ZERO


def plain_ratio(tally: Tally, field: Field) -> Decimal:
    """Share of fees over share of stake, nothing decayed or shrunk, as a reader would divide them; 0 without stake."""
    return fee_share(tally, field) / stake_share(tally, field) if tally.stake else ZERO
