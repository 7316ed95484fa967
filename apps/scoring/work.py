"""The work part: fees that gateways really paid, in total and per unit of stake, and reward calls made.

Payments of an orchestrator to itself do not count. Fees from few payers count for less: of F earned, F - F/(2N) is
counted, where N is the effective number of payers (1 / sum of squared shares). That sum grows with every payment, from
whomever it comes, so more organic fees never lower the part.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.protocol.units import Address, EthWei
from apps.scoring import words
from apps.scoring.facts import RECENT_ROUNDS, NetworkFacts, OrchestratorFacts
from apps.scoring.results import HUNDRED, ONE, ZERO, Part, known, unknown
from apps.scoring.windows import SCALE, exact, is_recent, weight_of

VOLUME, PRODUCTIVITY, RELIABILITY = Decimal("0.50"), Decimal("0.35"), Decimal("0.15")
TOP_PERCENTILE = Decimal("0.95")  # fees above it count as it; one giant does not push all others to the floor
LOG_SPAN = 1000  # fees a thousandth of the top are a tenth of the scale
PRIOR_NODES = Decimal("0.25")  # every node starts with a quarter of an average node's fees at the network's rate
PRIOR_ROUNDS = 5  # and with five rounds of the network's reward calls
Z_90 = Decimal("1.645")  # 90 % of a normal distribution lies within this many standard deviations
_LOG_TOP = exact().ln(Decimal(1 + LOG_SPAN))


@dataclass(frozen=True, slots=True)
class Tally:
    """One orchestrator's window, added up. Decayed sums are in wei times SCALE."""

    decayed_fees: int
    decayed_squares: int  # of each payer's decayed fees
    decayed_stake: int
    stake: int
    fees_long: EthWei
    fees_recent: EthWei
    self_paid: EthWei
    tickets: int
    payers: int
    largest_payer: EthWei
    active_rounds: int
    active_recent: int
    reward_calls: int

    @property
    def counted(self) -> Decimal:
        """Decayed fees less the discount for few payers."""
        if not self.decayed_fees:
            return ZERO
        return self.decayed_fees - Decimal(self.decayed_squares) / (2 * self.decayed_fees)

    @property
    def effective_payers(self) -> Decimal:
        return Decimal(self.decayed_fees**2) / self.decayed_squares if self.decayed_squares else ZERO


@dataclass(frozen=True, slots=True)
class Field:
    """All orchestrators of the run, as each is measured against the others."""

    tallies: Mapping[Address, Tally]
    positive: Sequence[Decimal]  # counted fees of those who earned, ascending
    counted: Decimal
    tickets: int
    decayed_stake: int
    stake: int
    fees_long: int
    active_rounds: int
    reward_calls: int
    window_rounds: int

    def others_top(self, own: Decimal) -> Decimal | None:
        """The 95th percentile of what the others earned; nothing where no other earned anything.

        One's own fees are left out, or earning more would raise the bar for oneself.
        """
        skipped = bisect_left(self.positive, own) if own else len(self.positive)
        others = len(self.positive) - bool(own)
        if not others:
            return None
        position = TOP_PERCENTILE * (others - 1)
        below, above = (
            self.positive[at + (at >= skipped)] for at in (int(position), min(int(position) + 1, others - 1))
        )
        return below + (above - below) * (position - int(position))


def field_of(facts: NetworkFacts) -> Field:
    """The sums of all orchestrators, made once a run."""
    tallies = {one.address: tally_of(one, facts) for one in facts.orchestrators}
    return Field(
        tallies=tallies,
        positive=sorted(tally.counted for tally in tallies.values() if tally.decayed_fees),
        counted=sum((tally.counted for tally in tallies.values()), ZERO),
        tickets=sum(tally.tickets for tally in tallies.values()),
        decayed_stake=sum(tally.decayed_stake for tally in tallies.values()),
        stake=sum(tally.stake for tally in tallies.values()),
        fees_long=sum(tally.fees_long for tally in tallies.values()),
        active_rounds=sum(tally.active_rounds for tally in tallies.values()),
        reward_calls=sum(tally.reward_calls for tally in tallies.values()),
        window_rounds=len(facts.window),
    )


def tally_of(one: OrchestratorFacts, facts: NetworkFacts) -> Tally:
    """The sums of one orchestrator over the window."""
    now = facts.round
    organic = [paid for paid in one.payments if paid.gateway != one.address]
    decayed: dict[Address, int] = defaultdict(int)
    flat: dict[Address, int] = defaultdict(int)
    for paid in organic:
        decayed[paid.gateway] += paid.amount_eth_wei * weight_of(paid.round, now=now)
        flat[paid.gateway] += paid.amount_eth_wei
    return Tally(
        decayed_fees=sum(decayed.values()),
        decayed_squares=sum(amount * amount for amount in decayed.values()),
        decayed_stake=sum(each.stake_lpt_wei * weight_of(each.round, now=now) for each in one.rounds),
        stake=sum(each.stake_lpt_wei for each in one.rounds),
        fees_long=EthWei(sum(flat.values())),
        fees_recent=EthWei(sum(paid.amount_eth_wei for paid in organic if is_recent(paid.round, now=now))),
        self_paid=EthWei(sum(paid.amount_eth_wei for paid in one.payments if paid.gateway == one.address)),
        tickets=sum(paid.tickets for paid in organic),
        payers=sum(1 for amount in flat.values() if amount),
        largest_payer=EthWei(max(flat.values(), default=0)),
        active_rounds=len(one.rounds),
        active_recent=sum(1 for each in one.rounds if is_recent(each.round, now=now)),
        reward_calls=sum(1 for each in one.rounds if each.reward_called),
    )


def work_part(one: OrchestratorFacts, field: Field, *, weight: int) -> Part:
    """The work part of one orchestrator; unknown where it was never active, or where nobody was paid at all."""
    tally = field.tallies[one.address]
    if not tally.active_rounds or not tally.decayed_stake:
        return unknown("work", weight=weight, reason=_never_active(field))
    if not field.counted:
        return unknown("work", weight=weight, reason=_nobody_earned(field))
    low, high = _bounds(tally, field)
    return known(
        "work",
        weight=weight,
        value=_value(tally, field, tally.counted),
        low=_value(tally, field, low),
        high=_value(tally, field, high),
        coverage=min(ONE, Decimal(tally.active_recent) / RECENT_ROUNDS),
        reason=_reason(tally, field),
        sources=_sources(tally, field),
    )


def _value(tally: Tally, field: Field, counted: Decimal) -> Decimal:
    """The part had this orchestrator's counted fees been `counted` and all else as it was."""
    return (
        VOLUME * _volume(tally, field, counted)
        + PRODUCTIVITY * _productivity(tally, field, counted)
        + RELIABILITY * _reliability(tally, field)
    )


def _volume(tally: Tally, field: Field, counted: Decimal) -> Decimal:
    """Fees on a log scale up to the others' 95th percentile, 0 to 100."""
    if not counted:
        return ZERO
    top = field.others_top(tally.counted)
    if top is None or counted >= top:
        return HUNDRED
    return HUNDRED * (1 + LOG_SPAN * counted / top).ln() / _LOG_TOP


def _productivity(tally: Tally, field: Field, counted: Decimal) -> Decimal:
    """Share of fees over share of stake, drawn toward the network's rate; 50 where both are equal."""
    ratio = _shrunk_ratio(tally, field, counted)
    return HUNDRED * ratio / (1 + ratio)


def _shrunk_ratio(tally: Tally, field: Field, counted: Decimal) -> Decimal:
    others = field.counted - tally.counted
    prior = PRIOR_NODES * others / max(1, len(field.tallies) - 1)
    expected = (others + counted) * tally.decayed_stake / field.decayed_stake
    return (counted + prior) / (expected + prior) if expected + prior else ONE


def _reliability(tally: Tally, field: Field) -> Decimal:
    """Reward calls per active round, drawn toward the rate of the others, 0 to 100."""
    rounds = field.active_rounds - tally.active_rounds
    rate = Decimal(field.reward_calls - tally.reward_calls) / rounds if rounds else ONE
    return HUNDRED * (tally.reward_calls + PRIOR_ROUNDS * rate) / (tally.active_rounds + PRIOR_ROUNDS)


def _bounds(tally: Tally, field: Field) -> tuple[Decimal, Decimal]:
    """Counted fees 90 % of luck would leave: paid tickets are a lottery over the work done, few of them say little."""
    tickets = Decimal(tally.tickets)
    if not tally.counted:
        return ZERO, Z_90 * field.counted / max(1, field.tickets)
    typical = tally.counted / max(ONE, tickets)
    low = tally.counted - Z_90 * typical * tickets.sqrt()
    return max(ZERO, low), tally.counted + Z_90 * typical * (tickets + 1).sqrt()


def stake_share(tally: Tally, field: Field) -> Decimal:
    """Its stake of all stake, over the window's rounds, 0 to 1."""
    return Decimal(tally.stake) / field.stake if field.stake else ZERO


def fee_share(tally: Tally, field: Field) -> Decimal:
    """Its fees of all fees, over the window's rounds, 0 to 1."""
    return Decimal(tally.fees_long) / field.fees_long if field.fees_long else ZERO


def plain_ratio(tally: Tally, field: Field) -> Decimal:
    """Share of fees over share of stake, nothing decayed or shrunk, as a reader would divide them; 0 without stake."""
    return fee_share(tally, field) / stake_share(tally, field) if tally.stake else ZERO


def _reason(tally: Tally, field: Field) -> str:
    calls = f"{words.of(tally.reward_calls, tally.active_rounds, 'reward call')} made."
    return " ".join([_earned(tally, field), *_paid_by(tally), *_left_out(tally), calls])


def _earned(tally: Tally, field: Field) -> str:
    window = words.count(field.window_rounds, "round")
    if not tally.fees_long:
        share = words.percent(stake_share(tally, field))
        return f"Earned nothing in {window} with {share} of the stake."
    recent = words.eth(tally.fees_recent) if tally.fees_recent else "nothing"
    return (
        f"Earned {words.eth(tally.fees_long)} in {window} and {recent} in the last {RECENT_ROUNDS}, "
        f"{words.times(plain_ratio(tally, field))} what its stake would suggest."
    )


def _paid_by(tally: Tally) -> list[str]:
    if not tally.fees_long:
        return []
    if tally.payers == 1:
        return ["One gateway paid all of it."]
    largest = words.percent(Decimal(tally.largest_payer) / tally.fees_long)
    return [f"{words.sentence(words.count(tally.payers, 'gateway'))} paid; the largest paid {largest}."]


def _left_out(tally: Tally) -> list[str]:
    return [f"{words.eth(tally.self_paid)} that it paid itself is left out."] if tally.self_paid else []


def _never_active(field: Field) -> str:
    return f"Unknown: it was not active in the last {words.count(field.window_rounds, 'round')}."


def _nobody_earned(field: Field) -> str:
    return f"Unknown: no orchestrator was paid in the last {words.count(field.window_rounds, 'round')}."


def _sources(tally: Tally, field: Field) -> dict[str, object]:
    return {
        "window_rounds": field.window_rounds,
        "active_rounds": tally.active_rounds,
        "reward_calls": tally.reward_calls,
        "fees_long_eth_wei": str(tally.fees_long),
        "fees_recent_eth_wei": str(tally.fees_recent),
        "self_paid_eth_wei": str(tally.self_paid),
        "counted_eth_wei": str(int(tally.counted / SCALE)),
        "tickets": tally.tickets,
        "payers": tally.payers,
        "effective_payers": _short(tally.effective_payers),
        "share_of_fees": _short(fee_share(tally, field)),
        "share_of_stake": _short(stake_share(tally, field)),
        "fees_per_stake": _short(plain_ratio(tally, field)),
        "volume": _short(_volume(tally, field, tally.counted)),
        "productivity": _short(_productivity(tally, field, tally.counted)),
        "reliability": _short(_reliability(tally, field)),
    }


def _short(value: Decimal) -> str:
    return f"{value:.6f}"
