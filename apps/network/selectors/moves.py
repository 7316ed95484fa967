"""When moving from one node to others would have paid for itself, from the rounds that are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from apps.network.models import OrchestratorRound
from apps.network.models import Round as RoundRow
from apps.network.selectors import network
from apps.network.selectors.yields import Yields
from apps.protocol.moving import BreakEven, MoveCost, break_even
from apps.protocol.units import Address, EthWei, LptWei, Ppm
from apps.protocol.yields import Earned, earned, reward_to_come

# A move took 320,699 gas on the contracts that the local network runs, in a short list. Longer lists, evictions and
# hints that went stale take more, so nearly twice that is counted. The price is assumed, some times Arbitrum's floor of
# 0.01 to 0.02 gwei: gas is not read from the chain.
GAS_UNITS = 600_000
GAS_PRICE_WEI = 50_000_000
GAS_ETH_WEI = EthWei(GAS_UNITS * GAS_PRICE_WEI)
GAS_AS_OF = date(2026, 11, 22)

# due: a move now gives the round's reward up; made: it was called; none: the node is not active, so there is none
RewardNow = Literal["due", "made", "none"]


@dataclass(frozen=True, slots=True)
class Moves:
    """From one node to each of the others, over the newest stretch, for an amount that was with it already.

    `round_s` is how long a round takes, estimated; None where rounds are too few to tell.
    """

    present: Address
    reward_now: RewardNow
    cost: MoveCost
    stay: Earned
    go: Mapping[str, Earned]
    to: Mapping[str, BreakEven]
    round_s: int | None

    def days(self, found: BreakEven) -> int | None:
        """How long its rounds take in whole days, rounded up."""
        if found.after_rounds is None or self.round_s is None:
            return None
        return -(-found.after_rounds * self.round_s // 86_400)


def moves_from(present: Address, found: Yields, *, running: int) -> Moves:
    """A move made now, in the running round. Three queries."""
    steps = {address: past.steps[-found.period.rounds :] for address, past in found.past.items()}
    stay = earned(steps[present], found.amount_lpt_wei, counted="there")
    go = {
        address: earned(own, found.amount_lpt_wei, counted="moved")
        for address, own in steps.items()
        if address != present
    }
    reward_now, forfeited = _running_reward(present, found.amount_lpt_wei, running)
    cost = MoveCost(forfeited, _fees_of_a_round(stay), GAS_ETH_WEI)
    return Moves(
        present=present,
        reward_now=reward_now,
        cost=cost,
        stay=stay,
        go=go,
        to={address: break_even(stay, one, cost) for address, one in go.items()},
        round_s=_round_s(found),
    )


def _running_reward(present: Address, amount: LptWei, running: int) -> tuple[RewardNow, LptWei | None]:
    """Whether the running round's reward is still to come, and what of it a move now would give up."""
    row = OrchestratorRound.objects.filter(orchestrator=present, round=running, active=True).first()
    if row is None:
        return "none", LptWei(0)
    if row.reward_called:
        return "made", LptWei(0)
    now = RoundRow.objects.filter(number=running).first()
    treasury = network.parameters(("treasury_reward_cut",)).get("treasury_reward_cut", 0)
    if now is None or now.mintable_lpt_wei is None or row.stake_lpt_wei is None:
        return "due", None
    to_come = reward_to_come(
        mintable=LptWei(now.mintable_lpt_wei),
        stake=LptWei(row.stake_lpt_wei),
        network_stake=LptWei(now.active_stake_lpt_wei),
        treasury_cut=treasury,
        reward_cut=Ppm(row.reward_cut_ppm),
        amount=amount,
    )
    return "due", to_come


def _fees_of_a_round(stay: Earned) -> EthWei | None:
    """The mean of a round, rounded up: what may still be credited in the running one after the move."""
    return None if stay.fees_eth_wei is None else EthWei(-(-stay.fees_eth_wei // stay.rounds))


def _round_s(found: Yields) -> int | None:
    first, last = found.period.newest_first, found.period.last + 1
    begin, end = found.starts.get(first), found.starts.get(last)
    return None if begin is None or end is None else int((end - begin).total_seconds()) // (last - first)
