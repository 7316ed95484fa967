"""The protocol's logs as plain values. Named tuples, since a replay makes one per log.

Amounts are base units (1e-18 LPT or ETH), cuts parts per million, addresses lower-case text.
"""

from __future__ import annotations

from typing import NamedTuple


class LogId(NamedTuple):
    """Where a log stands; (tx_hash, log_index) is its identity for every source."""

    block: int
    log_index: int
    tx_hash: bytes


# --- BondingManager


class Bond(NamedTuple):
    """`bonded_wei` is the whole position after the call, rewards claimed in it included."""

    new_delegate: str
    old_delegate: str
    delegator: str
    added_wei: int
    bonded_wei: int


class Unbond(NamedTuple):
    delegate: str
    delegator: str
    lock_id: int
    amount_wei: int
    withdraw_round: int


class Rebond(NamedTuple):
    delegate: str
    delegator: str
    lock_id: int
    amount_wei: int


class TransferBond(NamedTuple):
    """Stands between the sender's Unbond and the receiver's Rebond of the same transaction."""

    sender: str
    receiver: str
    sender_lock_id: int
    receiver_lock_id: int
    amount_wei: int


class EarningsClaimed(NamedTuple):
    """`delegate` is the zero address for an account that was not bonded; the amounts are then 0."""

    delegate: str
    delegator: str
    rewards_wei: int
    fees_wei: int
    start_round: int
    end_round: int


class WithdrawStake(NamedTuple):
    delegator: str
    lock_id: int
    amount_wei: int
    withdraw_round: int


class WithdrawFees(NamedTuple):
    delegator: str
    recipient: str
    amount_wei: int


class Reward(NamedTuple):
    """Net of the treasury's part where the chain has a treasury."""

    orchestrator: str
    amount_wei: int


class TreasuryReward(NamedTuple):
    """The treasury's part of the Reward that follows in the same transaction."""

    orchestrator: str
    treasury: str
    amount_wei: int


class TranscoderUpdate(NamedTuple):
    orchestrator: str
    reward_cut_ppm: int
    fee_share_ppm: int


class TranscoderActivated(NamedTuple):
    orchestrator: str
    activation_round: int


class TranscoderDeactivated(NamedTuple):
    orchestrator: str
    deactivation_round: int


class TranscoderSlashed(NamedTuple):
    """`penalty_wei` left the orchestrator's own position and its delegate's stake; 0 for one that held nothing."""

    orchestrator: str
    finder: str
    penalty_wei: int
    finder_reward_wei: int


class RewardCallerSet(NamedTuple):
    """Who else may call reward for the sender, the zero address for nobody; any address can emit it."""

    orchestrator: str
    caller: str


# --- RoundsManager and Minter


class NewRound(NamedTuple):
    round: int


class SetCurrentRewardTokens(NamedTuple):
    """Precedes the NewRound of its transaction."""

    mintable_wei: int
    inflation_ppb: int


# --- TicketBroker


class WinningTicketTransfer(NamedTuple):
    """ETH really credited; precedes WinningTicketRedeemed and is absent where nothing was credited."""

    gateway: str
    orchestrator: str
    amount_wei: int


class WinningTicketRedeemed(NamedTuple):
    gateway: str
    orchestrator: str
    face_value_wei: int
    win_prob: int  # of 2**256


class DepositFunded(NamedTuple):
    """Into whose deposit, which is not always who paid: that is the transaction's sender and stands in no log."""

    gateway: str
    amount_eth_wei: int


class ReserveFunded(NamedTuple):
    """Into whose reserve; see DepositFunded."""

    gateway: str
    amount_eth_wei: int


# --- ServiceRegistry and Controller


class ServiceUriUpdate(NamedTuple):
    orchestrator: str
    uri: str


class SetContractInfo(NamedTuple):
    contract_id: bytes
    address: str
    git_commit: bytes


class ParameterUpdate(NamedTuple):
    """Names the parameter; the value is read by a call at the block."""

    name: str


# --- governance


class PollCreated(NamedTuple):
    """`end_l1_block` counts on Ethereum. Who opened the poll stands in no log."""

    poll: str
    proposal: str
    end_l1_block: int
    quorum_ppm: int
    quota_ppm: int


class PollVote(NamedTuple):
    """0 is yes and 1 is no; any other number may come too. A voter's last vote counts."""

    poll: str
    voter: str
    choice: int


class Action(NamedTuple):
    """One call that a proposal would make, from the treasury."""

    target: str
    value_wei: int
    calldata: bytes


class ProposalCreated(NamedTuple):
    proposal_id: int
    proposer: str
    actions: tuple[Action, ...]
    vote_start_round: int
    vote_end_round: int
    description: str


class ProposalVote(NamedTuple):
    """`support` is 0 against, 1 for, 2 abstain. The weight is raw voting power and does not add up to a result."""

    proposal_id: int
    voter: str
    support: int
    weight_lpt_wei: int
    reason: str


class ProposalChange(NamedTuple):
    """`kind` is queued, executed or canceled; `eta`, Unix seconds, stands in the first alone."""

    proposal_id: int
    kind: str
    eta: int | None
