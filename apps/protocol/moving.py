"""When moving a position to another orchestrator would have paid for itself.

The costs of a move are the reward of the running round, where it is made before the present node has called, the fees
that are credited later in that round, and gas. LPT and ETH stay apart: no price is assumed. Stake is moved in one call
and needs no unbonding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from apps.protocol.units import EthWei, LptWei
from apps.protocol.yields import Earned

# after: the gain pays the cost; even: nothing is gained and nothing spent; never: it costs, or earns less
Side: TypeAlias = Literal["after", "even", "never"]
# pays, costs: in both currencies; trade: more of one for less of the other; same: no difference; unknown
Verdict: TypeAlias = Literal["pays", "never", "trade", "same", "unknown"]


@dataclass(frozen=True, slots=True)
class MoveCost:
    """What a move costs once. None where that cannot be told."""

    forfeited_lpt_wei: LptWei | None
    fees_at_stake_eth_wei: EthWei | None
    gas_eth_wei: EthWei

    @property
    def eth_wei(self) -> EthWei | None:
        return None if self.fees_at_stake_eth_wei is None else EthWei(self.fees_at_stake_eth_wei + self.gas_eth_wei)


@dataclass(frozen=True, slots=True)
class Balance:
    """One currency: the cost of moving, what it would have earned more over `rounds` (below 0: less), in wei.

    `after_rounds` is how many rounds of that gain pay the cost, rounded up; None unless they do.
    """

    cost_wei: int
    gain_wei: int
    rounds: int
    side: Side
    after_rounds: int | None


@dataclass(frozen=True, slots=True)
class BreakEven:
    """A move from one node to another, each currency alone; None where a figure it rests on is unknown."""

    lpt: Balance | None
    eth: Balance | None
    verdict: Verdict

    @property
    def after_rounds(self) -> int | None:
        """When the later of the two is paid; None unless both are."""
        if self.verdict != "pays" or self.lpt is None or self.eth is None:
            return None
        return max(self.lpt.after_rounds or 0, self.eth.after_rounds or 0)


def balance(*, cost_wei: int, gain_wei: int, rounds: int) -> Balance:
    """The balance of one currency; `gain_wei` was made in `rounds` rounds, at least one."""
    if gain_wei > 0:
        return Balance(cost_wei, gain_wei, rounds, "after", -(-cost_wei * rounds // gain_wei))
    return Balance(cost_wei, gain_wei, rounds, "never" if cost_wei or gain_wei else "even", None)


def break_even(stay: Earned, go: Earned, cost: MoveCost) -> BreakEven:
    """Moving, by what both would have earned in the same rounds."""
    lpt = _side(stay.rewards_lpt_wei, go.rewards_lpt_wei, cost.forfeited_lpt_wei, stay.rounds)
    eth = _side(stay.fees_eth_wei, go.fees_eth_wei, cost.eth_wei, stay.rounds)
    return BreakEven(lpt, eth, _verdict(lpt, eth))


def _side(stay: int | None, go: int | None, cost: int | None, rounds: int) -> Balance | None:
    if stay is None or go is None or cost is None:
        return None
    return balance(cost_wei=cost, gain_wei=go - stay, rounds=rounds)


def _verdict(lpt: Balance | None, eth: Balance | None) -> Verdict:
    if lpt is None or eth is None:
        return "unknown"
    gains = [side.gain_wei for side in (lpt, eth)]
    if not any(gains):
        return "same"
    if max(gains) <= 0:
        return "never"
    return "pays" if all(side.side != "never" for side in (lpt, eth)) else "trade"
