"""The work part: organic fees in total and per unit of stake, breadth of payers, delivery and reward calls.

Fees count as `flows` judged them: less what is not organic, less a discount for few payers. A node is measured against
the others only, so that earning more never raises its own bar. Fees above the others' 95th percentile count as it in
every sum over the network: no giant, honest or not, sets the measure for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.scoring import worktext
from apps.scoring.delivery import SubPart, delivery
from apps.scoring.facts import OrchestratorFacts
from apps.scoring.logs import log2
from apps.scoring.results import HUNDRED, ONE, ZERO, Part, known, unknown
from apps.scoring.tally import Field, Rules, Tally


@dataclass(frozen=True, slots=True)
class Pieces:
    """The sub-parts of the work part, each 0 to 100, with what they are measured against."""

    volume: Decimal
    productivity: Decimal
    reliability: Decimal
    delivery: SubPart
    ratio: Decimal  # shrunk share of fees over share of stake


def work_part(one: OrchestratorFacts, field: Field, *, weight: int) -> Part:
    """The work part of one orchestrator; unknown where it was never active, or where nobody was paid at all."""
    tally = field.tallies[one.address]
    if not tally.active_rounds or not tally.decayed_stake:
        return unknown("work", weight=weight, reason=worktext.never_active(field))
    if not field.earned:
        return unknown("work", weight=weight, reason=worktext.nobody_earned(field), sources=worktext.listed(tally))
    delivered = delivery(one.delivery, field.method)
    low, high = _bounds(tally, field)
    top = field.others_top(tally.measure)
    bar = _Bar(top, field.others_counted(tally.measure, top), _reliability(tally, field), delivered)
    pieces = _pieces(tally, field, tally.counted, bar)
    return known(
        "work",
        weight=weight,
        value=_value(pieces, delivered.value, field.rules),
        low=_value(_pieces(tally, field, low, bar), delivered.low, field.rules),
        high=_value(_pieces(tally, field, high, bar), delivered.high, field.rules),
        coverage=_coverage(tally, delivered, field),
        reason=worktext.reason(tally, field, delivered),
        sources=worktext.sources(tally, field, pieces),
        raises=worktext.raises(tally, field, pieces),
    )


@dataclass(frozen=True, slots=True)
class _Bar:
    """What one orchestrator is measured against, and the sub-parts in which fees play no part."""

    top: Decimal | None
    others: Decimal
    reliability: Decimal
    delivery: SubPart


def _pieces(tally: Tally, field: Field, counted: Decimal, bar: _Bar) -> Pieces:
    """The sub-parts had this orchestrator's counted fees been `counted` and all else as it was."""
    ratio = _shrunk_ratio(tally, field, counted, bar.others)
    return Pieces(
        volume=_volume(field.rules, counted, bar.top),
        productivity=HUNDRED * ratio / (1 + ratio),
        reliability=bar.reliability,
        delivery=bar.delivery,
        ratio=ratio,
    )


def _value(pieces: Pieces, delivered: Decimal | None, rules: Rules) -> Decimal:
    """The sub-parts by their weights; quality of delivery is left out, not guessed, where nobody measured it."""
    whole = rules.volume * pieces.volume
    whole += rules.productivity * pieces.productivity
    whole += rules.reliability * pieces.reliability
    weight = rules.volume + rules.productivity + rules.reliability
    if delivered is None:
        return whole / weight
    return (whole + rules.delivery * delivered) / (weight + rules.delivery)


def _volume(rules: Rules, counted: Decimal, top: Decimal | None) -> Decimal:
    """Fees on a log scale up to the others' 95th percentile, 0 to 100."""
    if not counted:
        return ZERO
    if top is None or counted >= top:
        return HUNDRED
    return HUNDRED * log2(1 + rules.log_span * counted / top) / rules.log_top


def _shrunk_ratio(tally: Tally, field: Field, counted: Decimal, others: Decimal) -> Decimal:
    """Share of fees over share of stake, drawn toward the network's rate."""
    prior = field.rules.prior_nodes * others / max(1, field.active_nodes - 1)
    expected = (others + counted) * tally.decayed_stake / field.decayed_stake
    return (counted + prior) / (expected + prior) if expected + prior else ONE


def _reliability(tally: Tally, field: Field) -> Decimal:
    """Reward calls per active round, drawn toward the rate of the others, 0 to 100."""
    prior = field.rules.prior_rounds
    rounds = field.active_rounds - tally.active_rounds
    rate = Decimal(field.reward_calls - tally.reward_calls) / rounds if rounds else ONE
    return HUNDRED * (tally.reward_calls + prior * rate) / (tally.active_rounds + prior)


def _bounds(tally: Tally, field: Field) -> tuple[Decimal, Decimal]:
    """Counted fees 90 % of luck would leave: paid tickets are a lottery over the work done, few of them say little.

    Below lies what would count if every weak sign of self-dealing were true, above if none were.
    """
    deviations, tickets = field.rules.deviations, Decimal(tally.tickets)
    if not tally.counted_high:
        return ZERO, deviations * field.earned / max(1, field.tickets)
    fewer = ONE - deviations / tickets.sqrt() if tickets else ZERO
    more = ONE + deviations * (tickets + 1).sqrt() / max(ONE, tickets)
    return max(ZERO, tally.counted_low * fewer), tally.counted_high * more


def _coverage(tally: Tally, delivered: SubPart, field: Field) -> Decimal:
    """The share of the recent rounds in which it was active, less what is not known of its delivery."""
    active = min(ONE, Decimal(tally.active_recent) / field.clock.recent_rounds)
    return active * (ONE - field.rules.delivery * (ONE - delivered.coverage))
