"""What an address has staked, as plain values: see positions for where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from apps.delegation.waiting import Expected

Status: TypeAlias = Literal["unbonded", "pending", "bonded"]
Tone: TypeAlias = Literal["danger", "warn", "info"]
TONES: tuple[Tone, ...] = ("danger", "warn", "info")
CODES = (
    "parked",
    "node_unregistered",
    "node_inactive",
    "node_leaving",
    "terms_worse",
    "reward_pending",
    "node_waiting",
    "position_pending",
    "locks_ready",
    "locks_elsewhere",
    "history_incomplete",
)


@dataclass(frozen=True, slots=True)
class Caution:
    """A code that does not change, how serious it is, and a sentence."""

    code: str
    tone: Tone
    sentence: str


@dataclass(frozen=True, slots=True)
class Node:
    """The delegate of a position in the running round. Whether it was ever an orchestrator, it says itself."""

    address: str
    ever_registered: bool
    registered: bool
    in_pool: bool
    begins: int | None  # first round of its present or last activity
    ends: int | None  # first round of inactivity
    active: bool
    stake_lpt_wei: int
    reward_cut_ppm: int
    fee_share_ppm: int
    reward_called: bool  # in the running round


@dataclass(frozen=True, slots=True)
class Joined:
    """When the stake came to its present delegate, and the terms of that moment; None where none were set yet."""

    round: int
    block: int
    reward_cut_ppm: int | None = None
    fee_share_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """Stake on its way out; `expected` is None once it can be withdrawn and where too few rounds are known."""

    lock_id: int
    delegate: str
    amount_lpt_wei: int
    withdraw_round: int
    ready: bool
    expected: Expected | None


@dataclass(frozen=True, slots=True)
class Sums:
    """All that an owner's logs add up to."""

    put_in: int = 0
    taken_out: int = 0
    rewards_claimed: int = 0
    fees_claimed: int = 0
    fees_withdrawn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One address at the newest indexed block, everything pending counted. `ever` is false if it never had stake."""

    address: str
    running: int
    ever: bool = False
    delegate: str = ""  # empty without a delegate
    bonded_lpt_wei: int = 0
    stored_fees_eth_wei: int = 0
    stake_lpt_wei: int = 0
    fees_eth_wei: int = 0
    start_round: int = 0
    last_claim_round: int = 0
    sums: Sums = Sums()
    joined: Joined | None = None
    node: Node | None = None
    locks: tuple[Lock, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @property
    def status(self) -> Status:
        """As delegatorStatus of the contract has it."""
        if not self.bonded_lpt_wei:
            return "unbonded"
        return "pending" if self.start_round > self.running else "bonded"

    @property
    def history_known(self) -> bool:
        """Whether the logs add up to what is bonded; they do unless some are from before the index."""
        sums = self.sums
        return sums.put_in - sums.taken_out + sums.rewards_claimed == self.bonded_lpt_wei

    @property
    def principal_lpt_wei(self) -> int | None:
        """What was put in less what was taken out; below 0 where rewards were taken out too. None if unknown."""
        return self.sums.put_in - self.sums.taken_out if self.history_known else None

    @property
    def rewards_lpt_wei(self) -> int | None:
        """All rewards there ever were, claimed and pending. None if unknown."""
        principal = self.principal_lpt_wei
        return None if principal is None else self.stake_lpt_wei - principal

    @property
    def earned_fees_eth_wei(self) -> int | None:
        """All fees there ever were, those withdrawn included. None if unknown."""
        return self.fees_eth_wei + self.sums.fees_withdrawn if self.history_known else None

    @property
    def pending_rewards_lpt_wei(self) -> int:
        return self.stake_lpt_wei - self.bonded_lpt_wei

    @property
    def pending_fees_eth_wei(self) -> int:
        return self.fees_eth_wei - self.stored_fees_eth_wei

    @property
    def locked_lpt_wei(self) -> int:
        return sum(lock.amount_lpt_wei for lock in self.locks)

    @property
    def reward_at_stake(self) -> bool:
        """Whether claiming now would give up the running round's reward."""
        waits = self.node is not None and self.node.active and not self.node.reward_called
        return waits and self.last_claim_round < self.running and self.start_round <= self.running
