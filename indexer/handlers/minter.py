"""Minter logs."""

from __future__ import annotations

from apps.protocol import events
from apps.protocol.hashing import topic_of
from indexer.handlers.words import amount, number


def set_current_reward_tokens(topics: bytes, data: bytes) -> events.SetCurrentRewardTokens:
    return events.SetCurrentRewardTokens(amount(data, 0), number(data, 1))


TABLE = {topic_of("SetCurrentRewardTokens(uint256,uint256)"): (set_current_reward_tokens, 1, 2)}
