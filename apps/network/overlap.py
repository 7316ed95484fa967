"""How far stake stands where work is paid: the overlap of two distributions, and what moved it between two moments.

A node's share of the stake and its share of the fees are compared; the smaller of the two is the part that matches, and
all of these added up are the overlap, 0 to 1. Everything is in whole numbers over one denominator, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

PPB = 10**9
Mover = Literal["stake", "fees", "neither"]


@dataclass(frozen=True, slots=True)
class Matched:
    """The part of all stake that stands where the fees are earned, a fraction; unknown while `whole` is 0."""

    part: int
    whole: int

    @property
    def known(self) -> bool:
        return self.whole > 0

    @property
    def ppb(self) -> int | None:
        """Parts per 1e9, rounded down."""
        return self.part * PPB // self.whole if self.known else None


@dataclass(frozen=True, slots=True)
class Moment:
    """Stake of a round and fees of the window that ends with it, by node; wei of LPT and of ETH."""

    round: int
    stakes: Mapping[str, int]
    fees: Mapping[str, int]

    @property
    def stake(self) -> int:
        return sum(self.stakes.values())

    @property
    def paid(self) -> int:
        return sum(self.fees.values())

    @property
    def matched(self) -> Matched:
        return matched_of(self.stakes, self.fees)

    def held(self, node: str) -> tuple[int, int]:
        """Its stake and its fees, 0 where it had none."""
        return self.stakes.get(node, 0), self.fees.get(node, 0)


@dataclass(frozen=True, slots=True)
class NodeChange:
    """What one node did to the overlap between two moments; all figures over the `whole` of their Change."""

    node: str
    before: int
    after: int
    by_stake: int
    by_fees: int

    @property
    def moved(self) -> int:
        return self.by_stake + self.by_fees

    @property
    def mover(self) -> Mover:
        """Which of its two shares did more to its part."""
        if not self.by_stake and not self.by_fees:
            return "neither"
        return "stake" if abs(self.by_stake) >= abs(self.by_fees) else "fees"


@dataclass(frozen=True, slots=True)
class Change:
    """The overlap at two moments and each node's part in the difference, the largest gain first."""

    first: Moment
    last: Moment
    whole: int
    nodes: Sequence[NodeChange]

    @property
    def before(self) -> int:
        return sum(node.before for node in self.nodes)

    @property
    def after(self) -> int:
        return sum(node.after for node in self.nodes)

    @property
    def by_stake(self) -> int:
        """What stake that came and went did: above zero, it moved toward work."""
        return sum(node.by_stake for node in self.nodes)

    @property
    def by_fees(self) -> int:
        """What fees did that were earned elsewhere than before."""
        return sum(node.by_fees for node in self.nodes)

    def ppb(self, figure: int) -> int:
        """One of these figures in parts per 1e9, rounded toward zero."""
        size = abs(figure) * PPB // self.whole
        return size if figure >= 0 else -size


def matched_of(stakes: Mapping[str, int], fees: Mapping[str, int]) -> Matched:
    """For each node the smaller of its two shares, added up; unknown while nothing is staked or nobody was paid."""
    stake, paid = sum(stakes.values()), sum(fees.values())
    part = sum(min(held * paid, fees.get(node, 0) * stake) for node, held in stakes.items())
    return Matched(part, stake * paid)


def change(first: Moment, last: Moment) -> Change | None:
    """What moved the overlap from one moment to the other; None where either has no overlap.

    A node's part moves with two things. Each is credited with the mean of what it does before and after the other has
    moved, so that both together are exactly the difference.
    """
    if not (first.matched.known and last.matched.known):
        return None
    scale = _Scale.of(first, last)
    nodes = (_node_change(node, first, last, scale) for node in _everybody(first, last))
    ordered = sorted(nodes, key=lambda one: (-one.moved, one.node))
    return Change(first, last, 2 * scale.whole, ordered)


@dataclass(frozen=True, slots=True)
class _Scale:
    """What makes four shares of four different wholes comparable as whole numbers."""

    whole: int
    stake_before: int
    fees_before: int
    stake_after: int
    fees_after: int

    @classmethod
    def of(cls, first: Moment, last: Moment) -> _Scale:
        totals = (first.stake, first.paid, last.stake, last.paid)
        whole = totals[0] * totals[1] * totals[2] * totals[3]
        return cls(whole, *(whole // total for total in totals))


def _everybody(first: Moment, last: Moment) -> Iterable[str]:
    return {*first.stakes, *first.fees, *last.stakes, *last.fees}


def _node_change(node: str, first: Moment, last: Moment, scale: _Scale) -> NodeChange:
    stake, fees = first.held(node)
    later_stake, later_fees = last.held(node)
    stake, later_stake = stake * scale.stake_before, later_stake * scale.stake_after
    fees, later_fees = fees * scale.fees_before, later_fees * scale.fees_after
    before, after = min(stake, fees), min(later_stake, later_fees)
    stake_alone, fees_alone = min(later_stake, fees), min(stake, later_fees)
    return NodeChange(
        node=node,
        before=2 * before,
        after=2 * after,
        by_stake=(stake_alone - before) + (after - fees_alone),
        by_fees=(fees_alone - before) + (after - stake_alone),
    )
