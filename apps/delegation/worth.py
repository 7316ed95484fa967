"""What positions are worth now, pending rewards and fees included, for many at once."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from apps.protocol.earnings import Earnings, Factors, Holding, with_pending
from apps.protocol.units import EthWei, LptWei

# Start: what the delegate stored for exactly the round claimed last. End: the newest factors it stored.
_POSITIONS = """
    SELECT p.delegator, p.delegate, p.bonded_lpt_wei, p.fees_eth_wei,
           coalesce(start.reward_factor, 0), coalesce(start.fee_factor, 0),
           coalesce(rewarded.reward_factor, 0), coalesce(paid.fee_factor, 0),
           coalesce(o.cumulative_rewards_lpt_wei, 0), coalesce(o.cumulative_fees_eth_wei, 0)
    FROM delegation_position p
    LEFT JOIN network_orchestrator o ON o.address = p.delegate
    LEFT JOIN network_orchestrator_round start
        ON start.orchestrator = p.delegate AND start.round = p.last_claim_round
    LEFT JOIN network_orchestrator_round rewarded
        ON rewarded.orchestrator = p.delegate AND rewarded.round = o.last_reward_round
    LEFT JOIN network_orchestrator_round paid
        ON paid.orchestrator = p.delegate AND paid.round = o.last_fee_round
    WHERE %s::text[] IS NULL OR p.delegator = ANY(%s)
"""


def worth(*, delegators: Iterable[str] | None = None) -> dict[str, Earnings]:
    """Stake (LPT wei) and fees (ETH wei) by delegator, as pendingStake and pendingFees answer; all without a choice."""
    chosen = None if delegators is None else list(delegators)
    with connection.cursor() as cursor:
        cursor.execute(_POSITIONS, [chosen, chosen])
        return {row[0]: _earnings(row[0], row[1], [int(value) for value in row[2:]]) for row in cursor}


def _earnings(delegator: str, delegate: str, numbers: list[int]) -> Earnings:
    bonded, fees, start_reward, start_fee, end_reward, end_fee, own_rewards, own_fees = numbers
    own = delegator == delegate
    return with_pending(
        Holding(LptWei(bonded), EthWei(fees)),
        start=Factors(start_reward, start_fee),
        end=Factors(end_reward, end_fee),
        own_rewards=own_rewards if own else 0,
        own_fees=own_fees if own else 0,
    )
