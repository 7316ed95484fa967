"""The BondingManager: positions, orchestrators, the pool and the stake of rounds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum

from apps.chain import words
from apps.chain.client import ChainClient
from apps.chain.errors import AnswerMalformed
from apps.chain.readers import Read, read, read_all
from apps.chain.records import BlockId
from apps.protocol.units import ZERO_ADDRESS, Address, EthWei, Factor, LptWei, Ppm, Round

GET_DELEGATOR = "0xa64ad595"
PENDING_STAKE = "0x9d0b2c7a"
PENDING_FEES = "0xf595f1cc"
DELEGATOR_STATUS = "0x1544fc67"
GET_DELEGATOR_UNBONDING_LOCK = "0x412f83b6"
UNBONDING_PERIOD = "0x6cf6d675"
GET_TRANSCODER = "0x5dce9948"
GET_TRANSCODER_EARNINGS_POOL_FOR_ROUND = "0x24454fc4"
TRANSCODER_TOTAL_STAKE = "0x9ef9df94"
IS_REGISTERED_TRANSCODER = "0x68ba170c"
IS_ACTIVE_TRANSCODER = "0x08802374"
GET_FIRST_TRANSCODER_IN_POOL = "0x88a6c749"
GET_NEXT_TRANSCODER_IN_POOL = "0x235c9603"
GET_TRANSCODER_POOL_SIZE = "0x2a4e0d55"
GET_TRANSCODER_POOL_MAX_SIZE = "0x5a2a75a9"
CURRENT_ROUND_TOTAL_ACTIVE_STAKE = "0x4196ee75"
NEXT_ROUND_TOTAL_ACTIVE_STAKE = "0x465501d3"
TREASURY_REWARD_CUT_RATE = "0x558f8f44"
NEXT_ROUND_TREASURY_REWARD_CUT_RATE = "0xa5766231"
TREASURY_BALANCE_CEILING = "0x84a16bbc"
TRANSCODER_TO_REWARD_CALLER = "0x47621410"

POOL_LIMIT = 10_000  # a walk longer than this is a node answering in circles


class DelegatorStatus(IntEnum):
    """Pending: bonded, but earning from the next round on only."""

    PENDING = 0
    BONDED = 1
    UNBONDED = 2


@dataclass(frozen=True, slots=True)
class Delegator:
    """A position as stored: earnings after `last_claim_round` are not in it, `delegate` may be the zero address."""

    bonded_lpt_wei: LptWei
    fees_eth_wei: EthWei
    delegate: Address
    delegated_lpt_wei: LptWei  # what others and itself delegate to this address
    start_round: Round
    last_claim_round: Round
    next_lock_id: int


@dataclass(frozen=True, slots=True)
class UnbondingLock:
    """Stake on its way out; `withdraw_round` is the first round in which it can be withdrawn."""

    amount_lpt_wei: LptWei
    withdraw_round: Round


@dataclass(frozen=True, slots=True)
class Transcoder:
    """An orchestrator as stored; `deactivation_round` is 2**256 - 1 while it is in the pool."""

    last_reward_round: Round
    reward_cut_ppm: Ppm
    fee_share_ppm: Ppm
    last_active_stake_update_round: Round
    activation_round: Round
    deactivation_round: Round
    active_cumulative_rewards_lpt_wei: LptWei
    cumulative_rewards_lpt_wei: LptWei  # commission not yet claimed
    cumulative_fees_eth_wei: EthWei
    last_fee_round: Round


@dataclass(frozen=True, slots=True)
class EarningsPool:
    """An orchestrator's round; all zero if nothing happened in it. Factors are scaled by 1e27."""

    total_stake_lpt_wei: LptWei
    reward_cut_ppm: Ppm
    fee_share_ppm: Ppm
    cumulative_reward_factor: Factor
    cumulative_fee_factor: Factor


def delegator(bonding_manager: str, who: str) -> Read[Delegator]:
    """The stored position of an address; all zero for one that never bonded."""
    return Read(bonding_manager, words.calldata(GET_DELEGATOR, who), _delegator, "getDelegator")


def pending_stake(bonding_manager: str, who: str) -> Read[LptWei]:
    """Stake with unclaimed rewards through the current round; the contract ignores its round argument."""
    return Read(bonding_manager, words.calldata(PENDING_STAKE, who, 0), _lpt, "pendingStake")


def pending_fees(bonding_manager: str, who: str) -> Read[EthWei]:
    """Fees with the unclaimed ones through the current round; the contract ignores its round argument."""
    return Read(bonding_manager, words.calldata(PENDING_FEES, who, 0), _eth, "pendingFees")


def delegator_status(bonding_manager: str, who: str) -> Read[DelegatorStatus]:
    """Whether the position is pending, bonded or absent."""
    return Read(bonding_manager, words.calldata(DELEGATOR_STATUS, who), _status, "delegatorStatus")


def unbonding_lock(bonding_manager: str, who: str, lock_id: int) -> Read[UnbondingLock | None]:
    """One lock, None if it was withdrawn, rebonded or never made."""
    data = words.calldata(GET_DELEGATOR_UNBONDING_LOCK, who, lock_id)
    return Read(bonding_manager, data, _lock, "getDelegatorUnbondingLock")


def unbonding_period(bonding_manager: str) -> Read[int]:
    """Rounds between unbonding and withdrawal."""
    return Read(bonding_manager, words.calldata(UNBONDING_PERIOD), words.number, "unbondingPeriod")


def transcoder(bonding_manager: str, who: str) -> Read[Transcoder]:
    """The stored orchestrator; all zero for an address that never was one."""
    return Read(bonding_manager, words.calldata(GET_TRANSCODER, who), _transcoder, "getTranscoder")


def earnings_pool(bonding_manager: str, who: str, round_: int) -> Read[EarningsPool]:
    """What an orchestrator's round has earned so far."""
    data = words.calldata(GET_TRANSCODER_EARNINGS_POOL_FOR_ROUND, who, round_)
    return Read(bonding_manager, data, _earnings_pool, "getTranscoderEarningsPoolForRound")


def total_stake(bonding_manager: str, who: str) -> Read[LptWei]:
    """All stake delegated to an orchestrator, next round's included: its key in the pool."""
    return Read(bonding_manager, words.calldata(TRANSCODER_TOTAL_STAKE, who), _lpt, "transcoderTotalStake")


def is_registered(bonding_manager: str, who: str) -> Read[bool]:
    """Whether the address is bonded to itself."""
    return Read(bonding_manager, words.calldata(IS_REGISTERED_TRANSCODER, who), words.flag, "isRegisteredTranscoder")


def is_active(bonding_manager: str, who: str) -> Read[bool]:
    """Whether the orchestrator is in the current round's set."""
    return Read(bonding_manager, words.calldata(IS_ACTIVE_TRANSCODER, who), words.flag, "isActiveTranscoder")


def pool_size(bonding_manager: str) -> Read[int]:
    """Orchestrators in the pool for the next round."""
    return Read(bonding_manager, words.calldata(GET_TRANSCODER_POOL_SIZE), words.number, "getTranscoderPoolSize")


def pool_max_size(bonding_manager: str) -> Read[int]:
    """Places in the pool."""
    data = words.calldata(GET_TRANSCODER_POOL_MAX_SIZE)
    return Read(bonding_manager, data, words.number, "getTranscoderPoolMaxSize")


def active_stake(bonding_manager: str) -> Read[LptWei]:
    """Stake of the current round's active set; stake of inactive orchestrators is not in it."""
    data = words.calldata(CURRENT_ROUND_TOTAL_ACTIVE_STAKE)
    return Read(bonding_manager, data, _lpt, "currentRoundTotalActiveStake")


def next_active_stake(bonding_manager: str) -> Read[LptWei]:
    """Stake of the pool as it stands for the next round."""
    return Read(bonding_manager, words.calldata(NEXT_ROUND_TOTAL_ACTIVE_STAKE), _lpt, "nextRoundTotalActiveStake")


def treasury_cut(bonding_manager: str) -> Read[Factor]:
    """The treasury's part of each reward, 1e27 = all. The contracts of 2022 lack it: use `read_if_there`."""
    return Read(bonding_manager, words.calldata(TREASURY_REWARD_CUT_RATE), _factor, "treasuryRewardCutRate")


def next_treasury_cut(bonding_manager: str) -> Read[Factor]:
    """As `treasury_cut`, from the next round on; lacking there too."""
    data = words.calldata(NEXT_ROUND_TREASURY_REWARD_CUT_RATE)
    return Read(bonding_manager, data, _factor, "nextRoundTreasuryRewardCutRate")


def treasury_ceiling(bonding_manager: str) -> Read[LptWei]:
    """The treasury balance at which its cut halts. The contracts of 2022 lack it."""
    return Read(bonding_manager, words.calldata(TREASURY_BALANCE_CEILING), _lpt, "treasuryBalanceCeiling")


def reward_caller(bonding_manager: str, who: str) -> Read[Address]:
    """Who else may call reward for an orchestrator, the zero address for nobody. Lacking before July 2026."""
    data = words.calldata(TRANSCODER_TO_REWARD_CALLER, who)
    return Read(bonding_manager, data, words.address, "transcoderToRewardCaller")


def locks_of(
    client: ChainClient, bonding_manager: str, who: str, *, next_lock_id: int, block: BlockId
) -> dict[int, UnbondingLock]:
    """Every open lock of an address by its id; `next_lock_id` is that of its `Delegator` at the same block."""
    wanted = [unbonding_lock(bonding_manager, who, lock_id) for lock_id in range(next_lock_id)]
    return {lock_id: lock for lock_id, lock in enumerate(read_all(client, wanted, block=block)) if lock is not None}


def pool(client: ChainClient, bonding_manager: str, *, block: BlockId, likely: Collection[str] = ()) -> list[Address]:
    """The pool's orchestrators in its order, most stake first.

    The list can only be walked one by one; addresses in `likely` are asked for in one request beforehand.
    """
    guesses = sorted(likely)
    answers = read_all(client, [next_in_pool(bonding_manager, who) for who in guesses], block=block)
    after: dict[str, Address] = dict(zip(guesses, answers, strict=True))
    members: list[Address] = []
    at = read(client, first_in_pool(bonding_manager), block=block)
    while at != ZERO_ADDRESS:
        members.append(at)
        if len(members) > POOL_LIMIT:
            raise AnswerMalformed(f"The pool of {bonding_manager} does not end.")
        if at not in after:
            after[at] = read(client, next_in_pool(bonding_manager, at), block=block)
        at = after[at]
    return members


def first_in_pool(bonding_manager: str) -> Read[Address]:
    """Who has most stake among the candidates; the zero address where there are none."""
    data = words.calldata(GET_FIRST_TRANSCODER_IN_POOL)
    return Read(bonding_manager, data, words.address, "getFirstTranscoderInPool")


def next_in_pool(bonding_manager: str, who: str) -> Read[Address]:
    """Who stands after `who`; the zero address after the last, and for those outside."""
    data = words.calldata(GET_NEXT_TRANSCODER_IN_POOL, who)
    return Read(bonding_manager, data, words.address, "getNextTranscoderInPool")


def _delegator(answer: bytes) -> Delegator:
    bonded, fees, delegate, delegated, start, last_claim, next_lock = words.numbers(answer, 7)
    return Delegator(
        bonded_lpt_wei=LptWei(bonded),
        fees_eth_wei=EthWei(fees),
        delegate=words.address_of(delegate),
        delegated_lpt_wei=LptWei(delegated),
        start_round=Round(start),
        last_claim_round=Round(last_claim),
        next_lock_id=next_lock,
    )


def _transcoder(answer: bytes) -> Transcoder:
    values: Sequence[int] = words.numbers(answer, 10)
    return Transcoder(
        last_reward_round=Round(values[0]),
        reward_cut_ppm=Ppm(values[1]),
        fee_share_ppm=Ppm(values[2]),
        last_active_stake_update_round=Round(values[3]),
        activation_round=Round(values[4]),
        deactivation_round=Round(values[5]),
        active_cumulative_rewards_lpt_wei=LptWei(values[6]),
        cumulative_rewards_lpt_wei=LptWei(values[7]),
        cumulative_fees_eth_wei=EthWei(values[8]),
        last_fee_round=Round(values[9]),
    )


def _earnings_pool(answer: bytes) -> EarningsPool:
    stake, cut, share, reward_factor, fee_factor = words.numbers(answer, 5)
    return EarningsPool(LptWei(stake), Ppm(cut), Ppm(share), Factor(reward_factor), Factor(fee_factor))


def _lock(answer: bytes) -> UnbondingLock | None:
    amount, withdraw_round = words.numbers(answer, 2)
    return UnbondingLock(LptWei(amount), Round(withdraw_round)) if withdraw_round else None


def _status(answer: bytes) -> DelegatorStatus:
    value = words.number(answer)
    if value > max(DelegatorStatus):
        raise AnswerMalformed(f"The BondingManager answered delegator status {value}.")
    return DelegatorStatus(value)


def _lpt(answer: bytes) -> LptWei:
    return LptWei(words.number(answer))


def _eth(answer: bytes) -> EthWei:
    return EthWei(words.number(answer))


def _factor(answer: bytes) -> Factor:
    return Factor(words.number(answer))
