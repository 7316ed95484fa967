"""Rows of somebody who staked, earned and took a part out again, for what pages and API say of it."""

from __future__ import annotations

from collections.abc import Mapping

from apps.protocol.units import WEI, ZERO_ADDRESS
from tests.factories import OrchestratorRoundFactory, StakeEventFactory, UnbondingLockFactory

UNBONDING = 7  # rounds


def earned(node: str, factors: Mapping[int, tuple[int, int]], **figures: object) -> None:
    """Rounds in which the node was active, with the reward and the fee factor that each ended with."""
    for number, (reward, fee) in factors.items():
        OrchestratorRoundFactory(
            orchestrator=node, round=number, active=True, reward_factor=reward, fee_factor=fee, **figures
        )


def put_in(who: str, node: str, lpt: int, *, round: int, block: int) -> None:
    """The first bond: a claim of nothing comes before it, in the same block."""
    nothing = {"amount_lpt_wei": 0, "fees_eth_wei": 0, "bonded_lpt_wei": None}
    StakeEventFactory(
        kind="claim", round=round, block__number=block, delegator=who, delegate=ZERO_ADDRESS, log_index=0, **nothing
    )
    amounts = {"amount_lpt_wei": lpt * WEI, "bonded_lpt_wei": lpt * WEI}
    StakeEventFactory(round=round, block__number=block, delegator=who, delegate=node, other=ZERO_ADDRESS, **amounts)


def took_out(who: str, node: str, lpt: int, *, round: int, block: int, rewards: int, fees: int = 0) -> None:
    """A part unbonded, its lock still open; the claim of `rewards` LPT and `fees` ETH comes a block before it."""
    at = {"delegator": who, "delegate": node, "round": round, "bonded_lpt_wei": None}
    claimed = {"amount_lpt_wei": rewards * WEI, "fees_eth_wei": fees * WEI}
    StakeEventFactory(kind="claim", block__number=block - 1, **at, **claimed)
    lock = {"lock_id": 0, "withdraw_round": round + UNBONDING}
    StakeEventFactory(kind="unbond", block__number=block, amount_lpt_wei=lpt * WEI, **at, **lock)
    UnbondingLockFactory(delegator=who, delegate=node, amount_lpt_wei=lpt * WEI, withdraw_round=lock["withdraw_round"])
