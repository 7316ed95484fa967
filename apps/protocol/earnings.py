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
    """A position as stored at its last claim, before what is pending."""

    bonded: LptWei
    fees: EthWei


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
    own_rewards: int = 0,
    own_fees: int = 0,
) -> Earnings:
    """What the position is worth now.

    `start` are the factors stored for exactly the round of the last claim, `end` the latest ones. `own_rewards` and
    `own_fees` are an orchestrator's unclaimed commission and count for its own position only, also in the round in
    which it has claimed.
    """
    start_reward, end_reward = start.reward or ONE, end.reward or ONE
    stake = precise_perc_of(holding.bonded, end_reward, start_reward)
    fees = precise_perc_of(holding.bonded, end.fee - start.fee, start_reward)
    return Earnings(LptWei(stake + own_rewards), EthWei(holding.fees + fees + own_fees))
