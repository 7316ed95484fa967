"""The RoundsManager: which round it is. Its blocks are Ethereum's on Arbitrum, never the blocks of the logs."""

from __future__ import annotations

from dataclasses import dataclass

from apps.chain import words
from apps.chain.client import ChainClient
from apps.chain.readers import Read, read_all
from apps.chain.records import BlockId
from apps.protocol.units import BlockNumber, Ppm, Round

CURRENT_ROUND = "0x8a19c8bc"
CURRENT_ROUND_INITIALIZED = "0x219bc76c"
LAST_INITIALIZED_ROUND = "0x8807f36e"
CURRENT_ROUND_LOCKED = "0x6841f253"
CURRENT_ROUND_START_BLOCK = "0x8fa148f2"
ROUND_LENGTH = "0x8b649b94"
ROUND_LOCK_AMOUNT = "0xf5b490d5"
BLOCK_NUM = "0x8ae63d6d"


@dataclass(frozen=True, slots=True)
class RoundState:
    """The round as the contract counts it: it advances without any transaction and waits to be initialised."""

    current_round: Round
    is_initialised: bool
    last_initialised_round: Round
    is_locked: bool  # orchestrators cannot change their cuts
    start_block: BlockNumber
    length_blocks: int
    lock_ppm: Ppm  # the locked last part of a round
    block: BlockNumber  # now, by the contract's clock

    @property
    def blocks_left(self) -> int:
        """Blocks of the contract's clock until the next round begins."""
        return max(0, self.start_block + self.length_blocks - self.block)


def current_round(rounds_manager: str) -> Read[int]:
    """The current round's number, initialised or not."""
    return Read(rounds_manager, words.calldata(CURRENT_ROUND), words.number, "currentRound")


def last_initialised_round(rounds_manager: str) -> Read[int]:
    """The newest round that somebody initialised."""
    return Read(rounds_manager, words.calldata(LAST_INITIALIZED_ROUND), words.number, "lastInitializedRound")


def round_length(rounds_manager: str) -> Read[int]:
    """Blocks of the contract's clock in a round."""
    return Read(rounds_manager, words.calldata(ROUND_LENGTH), words.number, "roundLength")


def start_block(rounds_manager: str) -> Read[int]:
    """The current round's first block, by the contract's clock."""
    return Read(rounds_manager, words.calldata(CURRENT_ROUND_START_BLOCK), words.number, "currentRoundStartBlock")


def lock_amount(rounds_manager: str) -> Read[int]:
    """The locked last part of a round, in parts per million."""
    return Read(rounds_manager, words.calldata(ROUND_LOCK_AMOUNT), words.number, "roundLockAmount")


def state(client: ChainClient, rounds_manager: str, *, block: BlockId) -> RoundState:
    """Everything about the current round at one block."""
    wanted = [
        current_round(rounds_manager),
        Read(rounds_manager, words.calldata(CURRENT_ROUND_INITIALIZED), words.number, "currentRoundInitialized"),
        last_initialised_round(rounds_manager),
        Read(rounds_manager, words.calldata(CURRENT_ROUND_LOCKED), words.number, "currentRoundLocked"),
        start_block(rounds_manager),
        round_length(rounds_manager),
        lock_amount(rounds_manager),
        Read(rounds_manager, words.calldata(BLOCK_NUM), words.number, "blockNum"),
    ]
    current, initialised, last, locked, start, length, lock, now = read_all(client, wanted, block=block)
    return RoundState(
        current_round=Round(current),
        is_initialised=bool(initialised),
        last_initialised_round=Round(last),
        is_locked=bool(locked),
        start_block=BlockNumber(start),
        length_blocks=length,
        lock_ppm=Ppm(lock),
        block=BlockNumber(now),
    )
