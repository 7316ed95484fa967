"""BondingVotes: voting power by rounds, as far as it was counted."""

from __future__ import annotations

from apps.chain import words
from apps.chain.readers import Read

HAS_CHECKPOINT = "0xc656a01e"


def has_checkpoint(votes: str, who: str) -> Read[bool]:
    """Whether an account's stake was ever counted; one that did nothing since October 2023 has no power without it."""
    return Read(votes, words.calldata(HAS_CHECKPOINT, who), words.flag, "hasCheckpoint")
