"""Pending stake and fees of a position, as pendingStake and pendingFees of the contract answer (LIP-36).

Source: factors stored per delegate and round; see ledger.py for how they come to be.
"""

from __future__ import annotations

from dataclasses import dataclass

from apps.protocol.perc import ONE, precise_perc_of
from apps.protocol.units import EthWei, LptWei


@dataclass(frozen=True, slots=True)
class Factors:
    """Cumulative factors, 1e27 = 1; a `reward` of 0 means that none was stored and counts as 1."""

    reward: int = 0
    fee: int = 0


@dataclass(frozen=True, slots=True)
class Holding:
    """A position as stored: amounts as of `last_claim_round`, before what is pending."""

    bonded: LptWei
    fees: EthWei
    last_claim_round: int


@dataclass(frozen=True, slots=True)
class Earnings:
    """Stake with pending rewards, in base units of LPT, and fees with pending fees, in wei of ETH."""

    stake: LptWei
    fees: EthWei


def with_pending(
    holding: Holding,
    *,
    start: Factors,
    end: Factors,
    running_round: int,
    own_rewards: int = 0,
    own_fees: int = 0,
) -> Earnings:
    """What the position is worth in the running round.

    `start` are the factors stored for exactly `last_claim_round`, `end` the latest ones. `own_rewards` and `own_fees`
    are an orchestrator's unclaimed commission and count for its own position only. A position that has already
    claimed in the running round has nothing pending.
    """
    if holding.last_claim_round >= running_round:
        return Earnings(holding.bonded, holding.fees)
    start_reward, end_reward = start.reward or ONE, end.reward or ONE
    stake = precise_perc_of(holding.bonded, end_reward, start_reward)
    fees = precise_perc_of(holding.bonded, end.fee - start.fee, start_reward)
    return Earnings(LptWei(stake + own_rewards), EthWei(holding.fees + fees + own_fees))
