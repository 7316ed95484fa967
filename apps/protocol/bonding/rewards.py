"""What an orchestrator's next reward call will leave to a position, and so what an early claim gives up (LIP-36)."""

from __future__ import annotations

from dataclasses import dataclass

from apps.protocol.bonding.state import Node, State
from apps.protocol.perc import ONE, PERC_DIVISOR_V2, perc_of, precise_perc_of
from apps.protocol.units import Address, LptWei


@dataclass(frozen=True, slots=True)
class Mint:
    """What the round's reward calls may mint together, over which stake, and the treasury's part (1e27 = all)."""

    mintable: LptWei
    active_stake: LptWei
    treasury_cut: int = 0


@dataclass(frozen=True, slots=True)
class Reward:
    """One reward call: minted in all, to the treasury, kept as commission, and shared by those who delegate."""

    minted: LptWei
    treasury: LptWei
    commission: LptWei
    shared: LptWei


def reward_of(node: Node, mint: Mint) -> Reward:
    """What the node's call in this round mints and whose it is; all zero for one that is not active."""
    if not node.active or not mint.active_stake or not node.round_stake:
        none = LptWei(0)
        return Reward(none, none, none, none)
    part = node.round_stake * PERC_DIVISOR_V2 // mint.active_stake
    minted = mint.mintable * part // PERC_DIVISOR_V2
    treasury = precise_perc_of(minted, mint.treasury_cut, ONE)
    commission = perc_of(minted - treasury, node.reward_cut)
    return Reward(LptWei(minted), LptWei(treasury), LptWei(commission), LptWei(minted - treasury - commission))


def forfeited(state: State, address: Address, mint: Mint) -> LptWei:
    """LPT that the position will not get of this round if it claims before its delegate calls reward; 0 if it may."""
    if not state.would_forfeit(address):
        return LptWei(0)
    node = state.node(state.account(address).delegate)
    if not node.round_stake:
        return LptWei(0)
    before = node.latest.reward or ONE
    after = before + precise_perc_of(before, reward_of(node, mint).shared, node.round_stake)
    stake = state.worth(address).stake
    return LptWei(precise_perc_of(stake, after, before) - stake)
