"""What an amount would have earned with one or several orchestrators, from the rounds that are stored.

Whole rounds only: the running one may still see its reward call. Always four queries, however many orchestrators.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from apps.network.models import Round as RoundRow
from apps.network.selectors.history import first_round
from apps.protocol.earnings import Factors
from apps.protocol.perc import perc_of
from apps.protocol.units import Address, LptWei, Round
from apps.protocol.yields import Counted, Earned, Outcome, Range, Step, earned, fees_range, rewards_range, stretches

LOOK_BACK_ROUNDS = 90  # stretches are looked for in these; a longer stretch stands alone


@dataclass(frozen=True, slots=True)
class Period:
    """The whole rounds that are looked at: `first` to `last`, and the stretch of `rounds` that ends with `last`.

    `asked` is how many rounds were asked for; fewer are there where the index does not reach back so far.
    """

    first: Round
    last: Round
    rounds: int
    asked: int

    @property
    def is_short(self) -> bool:
        return self.rounds < self.asked

    @property
    def stretches(self) -> int:
        return self.last - self.first + 2 - self.rounds

    @property
    def newest_first(self) -> Round:
        """The first round of the newest stretch."""
        return Round(self.last - self.rounds + 1)


@dataclass(frozen=True, slots=True)
class Past:
    """One orchestrator's whole rounds, oldest first: its steps, and what it was credited in each, in wei of ETH."""

    steps: Sequence[Step]
    fees_eth_wei: Sequence[int]


@dataclass(frozen=True, slots=True)
class NodeYield:
    """What the amount would have earned with one orchestrator.

    The ranges are None where a stretch is unknown. `steps` are the rounds of the newest stretch.
    """

    address: Address
    newest: Earned
    rewards: Range | None
    fees: Range | None
    steps: Sequence[Step]
    amount_lpt_wei: LptWei
    counted: Counted

    @property
    def outcomes(self) -> list[Outcome]:
        return [step.outcome for step in self.steps]

    def by_round(self) -> list[Earned]:
        """Each round of the newest stretch alone, the amount put in place anew before it."""
        return [earned([step], self.amount_lpt_wei, counted=self.counted) for step in self.steps]


@dataclass(frozen=True, slots=True)
class Yields:
    """Several orchestrators over the same rounds. `starts` holds when each round, and the one after the last, began."""

    amount_lpt_wei: LptWei
    counted: Counted
    period: Period
    nodes: Mapping[str, NodeYield]
    past: Mapping[str, Past]
    starts: Mapping[int, datetime]

    def began(self, one: Earned) -> datetime | None:
        """When a stretch began; None where its first round has no beginning on record."""
        return self.starts.get(one.first)

    def ended(self, one: Earned) -> datetime | None:
        """When the round after a stretch began."""
        return self.starts.get(one.last + 1)


def period_of(running: int, *, rounds: int) -> Period | None:
    """The rounds that `rounds` before the running one means; None while no whole round is indexed."""
    begin = first_round()
    last = running - 1
    if begin is None or last < begin:
        return None
    there = last - begin + 1
    counted = min(rounds, there)
    first = last - min(max(counted, LOOK_BACK_ROUNDS), there) + 1
    return Period(Round(first), Round(last), counted, rounds)


def yields_of(
    addresses: Sequence[str], amount: LptWei, *, rounds: int, running: int, counted: Counted = "new"
) -> Yields | None:
    """What `amount` would have earned with each of them; None while no whole round is indexed."""
    period = period_of(running, rounds=rounds)
    if period is None:
        return None
    starts, stakes = _rounds(period)
    past = _past(addresses, period, stakes)
    nodes = {address: node_yield(address, past[address].steps, amount, period, counted) for address in addresses}
    return Yields(amount, counted, period, nodes, past, starts)


def node_yield(address: str, steps: Sequence[Step], amount: LptWei, period: Period, counted: Counted) -> NodeYield:
    """One orchestrator's yield from the steps of the period."""
    found = stretches(steps, amount, rounds=period.rounds, counted=counted)
    return NodeYield(
        address=Address(address),
        newest=found[-1],
        rewards=rewards_range(found),
        fees=fees_range(found),
        steps=steps[-period.rounds :],
        amount_lpt_wei=amount,
        counted=counted,
    )


def _rounds(period: Period) -> tuple[dict[int, datetime], dict[int, int]]:
    """When each round of the period and the next began, and the network's stake in it."""
    rows = RoundRow.objects.filter(number__range=(period.first, period.last + 1))
    found = list(rows.values_list("number", "started_at", "active_stake_lpt_wei"))
    return {number: start for number, start, _ in found}, {number: stake for number, _, stake in found}


class _Row(NamedTuple):
    round: int
    active: bool
    called: bool
    stake: int | None
    fee_share: int
    fees: int
    reward_factor: int
    fee_factor: int


# served by the table's key
_ROWS = """
SELECT orchestrator, round, active, reward_called, stake_lpt_wei, fee_share_ppm, fees_eth_wei, reward_factor, fee_factor
FROM network_orchestrator_round WHERE orchestrator = ANY(%(nodes)s) AND round BETWEEN %(first)s AND %(last)s
"""
# what held before the first of the rounds, and since when the node has been active at all; by the same key
_BEFORE = """
SELECT asked.node,
    coalesce((SELECT reward_factor FROM network_orchestrator_round WHERE orchestrator = asked.node
        AND round < %(first)s AND reward_factor > 0 ORDER BY round DESC LIMIT 1), 0),
    coalesce((SELECT fee_factor FROM network_orchestrator_round WHERE orchestrator = asked.node
        AND round < %(first)s AND fee_factor > 0 ORDER BY round DESC LIMIT 1), 0),
    (SELECT round FROM network_orchestrator_round WHERE orchestrator = asked.node AND active ORDER BY round LIMIT 1)
FROM unnest(%(nodes)s::text[]) AS asked(node)
"""


def _past(addresses: Sequence[str], period: Period, stakes: Mapping[int, int]) -> dict[str, Past]:
    asked = {"nodes": list(addresses), "first": period.first, "last": period.last}
    rows: dict[str, dict[int, _Row]] = defaultdict(dict)
    for address, number, active, called, stake, *figures in _asked(_ROWS, asked):
        held = None if stake is None else int(stake)
        rows[address][number] = _Row(number, active, called, held, *(int(figure) for figure in figures))
    return {
        address: _walked(rows[address], period, stakes, Factors(int(reward), int(fee)), begins)
        for address, reward, fee, begins in _asked(_BEFORE, asked)
    }


def _asked(query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _walked(
    rows: Mapping[int, _Row], period: Period, stakes: Mapping[int, int], held: Factors, begins: int | None
) -> Past:
    """The steps of the period; a round that stored no factor leaves the one that held."""
    steps, fees = [], []
    for number in range(period.first, period.last + 1):
        row = rows.get(number)
        after = held
        if row is not None:
            after = Factors(row.reward_factor or held.reward, row.fee_factor or held.fee)
        steps.append(
            Step(
                round=Round(number),
                before=held,
                after=after,
                stake=None if row is None or row.stake is None else LptWei(row.stake),
                network_stake=LptWei(stakes[number]) if stakes.get(number) else None,
                outcome=_outcome(row, number, begins),
                known=row is None or _is_known(row),
            )
        )
        fees.append(row.fees if row else 0)
        held = after
    return Past(steps, fees)


def _outcome(row: _Row | None, number: int, begins: int | None) -> Outcome:
    if row is not None and row.active:
        return "called" if row.called else "missed"
    return "absent" if begins is None or number < begins else "inactive"


def _is_known(row: _Row) -> bool:
    """Whether the factors are there that the round's reward and fees must have left behind."""
    shared = perc_of(row.fees, row.fee_share) if row.stake else 0
    return not (row.called and not row.reward_factor) and not (shared and not row.fee_factor)
