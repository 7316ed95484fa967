"""The overlap of stake and work, round by round, and what moved it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection

from apps.network.models import OrchestratorRound, Round
from apps.network.overlap import Change, Matched, Moment, change
from apps.network.selectors import flows
from apps.network.selectors.flows import Window

LONG_ROUNDS, RECENT_ROUNDS = 90, 30
WINDOWS = (RECENT_ROUNDS, LONG_ROUNDS)
_KEPT_S = 24 * 3600  # then all is read anew, whatever was kept


@dataclass(frozen=True, slots=True)
class OverlapPoint:
    """The overlap at the end of a whole round: stake of its active set against fees of the 90 and 30 rounds up to it.

    What nodes paid themselves is left out. `part` and `part_recent` are exact, over the products of stake and fees.
    """

    round: int
    stake_lpt_wei: int
    fees_eth_wei: int
    part: int
    recent_fees_eth_wei: int
    recent_part: int

    @property
    def matched(self) -> Matched:
        return Matched(self.part, self.stake_lpt_wei * self.fees_eth_wei)

    @property
    def recent(self) -> Matched:
        return Matched(self.recent_part, self.stake_lpt_wei * self.recent_fees_eth_wei)


# One pass over the rounds asked for and those their windows reach back to. A node that is not active holds no stake
# that earns, so its fees count in the whole only. Where a node has no row it earned nothing in that round.
_SERIES = """
WITH own AS (
    SELECT orchestrator, round, sum(amount_eth_wei) AS paid FROM network_ticket_payment
    WHERE round BETWEEN %(start)s AND %(last)s AND gateway = orchestrator GROUP BY orchestrator, round
), earned AS (
    SELECT r.orchestrator, r.round, CASE WHEN r.active THEN r.stake_lpt_wei END AS stake,
        greatest(r.fees_eth_wei - coalesce(own.paid, 0), 0) AS fees
    FROM network_orchestrator_round r LEFT JOIN own USING (orchestrator, round)
    WHERE r.round BETWEEN %(start)s AND %(last)s
), node AS (
    SELECT round, stake,
        sum(fees) OVER (of_node RANGE BETWEEN %(long)s PRECEDING AND CURRENT ROW) AS fees,
        sum(fees) OVER (of_node RANGE BETWEEN %(recent)s PRECEDING AND CURRENT ROW) AS recent
    FROM earned WINDOW of_node AS (PARTITION BY orchestrator ORDER BY round)
), whole AS (
    SELECT round, stake,
        sum(fees) OVER (ORDER BY round RANGE BETWEEN %(long)s PRECEDING AND CURRENT ROW) AS fees,
        sum(fees) OVER (ORDER BY round RANGE BETWEEN %(recent)s PRECEDING AND CURRENT ROW) AS recent
    FROM (SELECT round, sum(stake) AS stake, sum(fees) AS fees FROM earned GROUP BY round) each_round
)
SELECT round, whole.stake, whole.fees, sum(least(node.stake * whole.fees, node.fees * whole.stake)),
    whole.recent, sum(least(node.stake * whole.recent, node.recent * whole.stake))
FROM node JOIN whole USING (round)
WHERE round >= %(first)s AND node.stake > 0
GROUP BY round, whole.stake, whole.fees, whole.recent ORDER BY round
"""


def series(*, first: int, last: int) -> list[OverlapPoint]:
    """One point for each round from `first` to `last` that had an active set, oldest first."""
    if first > last:
        return []
    span = {"start": first - LONG_ROUNDS + 1, "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(_SERIES, {**span, "long": LONG_ROUNDS - 1, "recent": RECENT_ROUNDS - 1})
        return [OverlapPoint(round_, *map(int, figures)) for round_, *figures in cursor.fetchall()]


def history(*, before: int, chain: str) -> list[OverlapPoint]:
    """One point for each whole round below `before`, oldest first, kept between calls.

    Rounds that are over do not change, so only new ones are read. `chain` tells chains and their reorganisations apart.
    """
    first = first_round()
    if first is None or first >= before:
        return []
    key = f"overlap:{chain}:{first}"
    kept: list[tuple[int, ...]] = cache.get(key) or []
    if kept and kept[-1][0] >= before:
        return [OverlapPoint(*figures) for figures in kept if figures[0] < before]
    fresh = series(first=kept[-1][0] + 1 if kept else first, last=before - 1)
    if fresh:
        _keep(key, kept, fresh)
    return [*(OverlapPoint(*figures) for figures in kept), *fresh]


def _keep(key: str, kept: Sequence[tuple[int, ...]], fresh: Sequence[OverlapPoint]) -> None:
    """As plain tuples, which are read back several times faster than objects."""
    plain = [(p.round, p.stake_lpt_wei, p.fees_eth_wei, p.part, p.recent_fees_eth_wei, p.recent_part) for p in fresh]
    cache.set(key, [*kept, *plain], timeout=_KEPT_S)


def first_round() -> int | None:
    """The first round with an active set."""
    rows = OrchestratorRound.objects.filter(active=True).order_by("round")
    return rows.values_list("round", flat=True).first()


def last_whole_round() -> int | None:
    """The newest round that is over; None before there is one."""
    running = Round.objects.order_by("-number").values_list("number", flat=True).first()
    return running - 1 if running is not None else None


def moment(round_: int, *, window: int = LONG_ROUNDS) -> Moment:
    """Stake of the round's active set and fees of the window that ends with it, but for what nodes paid themselves."""
    span = Window.ending(round_, rounds=window)
    stakes = OrchestratorRound.objects.filter(round=round_, active=True, stake_lpt_wei__gt=0)
    return Moment(
        round=round_,
        stakes={node: stake or 0 for node, stake in stakes.values_list("orchestrator", "stake_lpt_wei")},
        fees=flows.organic_fees(span),
    )


def explained(*, first: int, last: int, window: int = LONG_ROUNDS) -> Change | None:
    """What moved the overlap between the ends of two rounds, node by node; None where either has none."""
    return change(moment(first, window=window), moment(last, window=window))
