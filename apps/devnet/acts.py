"""What somebody means to do in a round, before it is known what the chain allows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ROUND_BLOCKS = 30
LAST_SLOT = 28  # one block is left over for what comes late
LAST_SLOT_FOR_CUTS = 26  # the last tenth of a round is locked
MATURITY_ROUNDS = 7  # the unbonding period


class Verb(StrEnum):
    """The kinds of act; the fields of Act that each reads are named beside it."""

    REWARD = "reward"
    BOND = "bond"  # amount; target: the delegate. An amount of 0 moves what is bonded
    BOND_FOR = "bond for"  # amount; target: the owner; other: the delegate
    UNBOND = "unbond"  # part_ppm of the pending stake
    UNBOND_GAIN = "unbond gain"  # what is pending above `amount`
    REBOND = "rebond"  # the newest lock
    REBOND_FROM_UNBONDED = "rebond from unbonded"  # the newest lock; target: the delegate
    TRANSFER_BOND = "transfer bond"  # part_ppm of the pending stake; target: the receiver
    WITHDRAW_STAKE = "withdraw stake"  # the oldest matured lock
    WITHDRAW_FEES = "withdraw fees"  # all of them
    CLAIM = "claim"
    EVEN_OUT = "even out"  # amount: bonds it or unbonds it, whichever brings the bonding rate to its target
    SET_CUTS = "set cuts"  # amount: reward cut; part_ppm: fee share
    SET_URI = "set uri"  # text
    FUND = "fund"  # amount: deposit; reserve; target: the gateway if it is somebody else's money
    UNLOCK = "unlock"
    WITHDRAW = "withdraw"
    CREATE_POLL = "create poll"  # text: the question
    VOTE = "vote"  # amount: the choice, in the newest poll
    REDEEM = "redeem"  # amount: face value; target: the gateway; nonce: the ticket's number


@dataclass(frozen=True, slots=True)
class Act:
    """One intention. `slot` is the block of the round it is meant for, `actor` and `target` are names of the cast."""

    slot: int
    actor: str
    verb: Verb
    target: str = ""
    amount: int = 0
    part_ppm: int = 0
    reserve: int = 0
    nonce: int = 0
    other: str = ""
    text: str = ""
