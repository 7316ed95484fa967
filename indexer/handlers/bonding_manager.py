"""BondingManager logs, of both generations of the contract."""

from __future__ import annotations

from apps.protocol import events
from apps.protocol.hashing import topic_of
from indexer.handlers.words import address, amount, number, ppm


def bond(topics: bytes, data: bytes) -> events.Bond:
    return events.Bond(address(topics, 1), address(topics, 2), address(topics, 3), amount(data, 0), amount(data, 1))


def unbond(topics: bytes, data: bytes) -> events.Unbond:
    return events.Unbond(address(topics, 1), address(topics, 2), number(data, 0), amount(data, 1), number(data, 2))


def rebond(topics: bytes, data: bytes) -> events.Rebond:
    return events.Rebond(address(topics, 1), address(topics, 2), number(data, 0), amount(data, 1))


def transfer_bond(topics: bytes, data: bytes) -> events.TransferBond:
    return events.TransferBond(
        address(topics, 1), address(topics, 2), number(data, 0), number(data, 1), amount(data, 2)
    )


def earnings_claimed(topics: bytes, data: bytes) -> events.EarningsClaimed:
    return events.EarningsClaimed(
        address(topics, 1), address(topics, 2), amount(data, 0), amount(data, 1), number(data, 2), number(data, 3)
    )


def withdraw_stake(topics: bytes, data: bytes) -> events.WithdrawStake:
    return events.WithdrawStake(address(topics, 1), number(data, 0), amount(data, 1), number(data, 2))


def withdraw_fees(topics: bytes, data: bytes) -> events.WithdrawFees:
    return events.WithdrawFees(address(topics, 1), address(data, 0), amount(data, 1))


def reward(topics: bytes, data: bytes) -> events.Reward:
    return events.Reward(address(topics, 1), amount(data, 0))


def treasury_reward(topics: bytes, data: bytes) -> events.TreasuryReward:
    return events.TreasuryReward(address(topics, 1), address(data, 0), amount(data, 1))


def transcoder_update(topics: bytes, data: bytes) -> events.TranscoderUpdate:
    return events.TranscoderUpdate(address(topics, 1), ppm(data, 0), ppm(data, 1))


def transcoder_activated(topics: bytes, data: bytes) -> events.TranscoderActivated:
    return events.TranscoderActivated(address(topics, 1), number(data, 0))


def transcoder_deactivated(topics: bytes, data: bytes) -> events.TranscoderDeactivated:
    return events.TranscoderDeactivated(address(topics, 1), number(data, 0))


def transcoder_slashed(topics: bytes, data: bytes) -> events.TranscoderSlashed:
    return events.TranscoderSlashed(address(topics, 1), address(data, 0), amount(data, 1), amount(data, 2))


def reward_caller_set(topics: bytes, data: bytes) -> events.RewardCallerSet:
    return events.RewardCallerSet(address(topics, 1), address(topics, 2))


# signature → handler, topics it must have, words of data it must have
TABLE = {
    topic_of("Bond(address,address,address,uint256,uint256)"): (bond, 4, 2),
    topic_of("Unbond(address,address,uint256,uint256,uint256)"): (unbond, 3, 3),
    topic_of("Rebond(address,address,uint256,uint256)"): (rebond, 3, 2),
    topic_of("TransferBond(address,address,uint256,uint256,uint256)"): (transfer_bond, 3, 3),
    topic_of("EarningsClaimed(address,address,uint256,uint256,uint256,uint256)"): (earnings_claimed, 3, 4),
    topic_of("WithdrawStake(address,uint256,uint256,uint256)"): (withdraw_stake, 2, 3),
    topic_of("WithdrawFees(address,address,uint256)"): (withdraw_fees, 2, 2),
    topic_of("Reward(address,uint256)"): (reward, 2, 1),
    topic_of("TreasuryReward(address,address,uint256)"): (treasury_reward, 2, 2),
    topic_of("TranscoderUpdate(address,uint256,uint256)"): (transcoder_update, 2, 2),
    topic_of("TranscoderActivated(address,uint256)"): (transcoder_activated, 2, 1),
    topic_of("TranscoderDeactivated(address,uint256)"): (transcoder_deactivated, 2, 1),
    topic_of("TranscoderSlashed(address,address,uint256,uint256)"): (transcoder_slashed, 2, 3),
    topic_of("RewardCallerSet(address,address)"): (reward_caller_set, 3, 0),
}
