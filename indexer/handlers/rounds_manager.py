"""RoundsManager logs."""

from __future__ import annotations

from apps.protocol import events
from apps.protocol.hashing import topic_of
from indexer.handlers.words import number


def new_round(topics: bytes, data: bytes) -> events.NewRound:
    return events.NewRound(number(topics, 1))


TABLE = {topic_of("NewRound(uint256,bytes32)"): (new_round, 2, 1)}
