"""The state of the chain as a plan needs it, read at one block: accounts, their delegates, the pool, the round.

Most of what is needed is known beforehand from the index, which is asked first and checked by the answers: a good guess
saves trips and a bad one costs one. Nothing of the index gets into the state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from apps.chain import words
from apps.chain.readers import Caller, Read, bonding, controller, minter, rounds, token, votes
from apps.chain.records import BlockId
from apps.delegation.answers import Answers
from apps.protocol.bonding.rewards import Mint
from apps.protocol.bonding.state import FIRST_GENERATION, Account, Lock, Node, Rules, State
from apps.protocol.earnings import Factors
from apps.protocol.hints import Pool
from apps.protocol.units import ZERO_ADDRESS, Address, Factor, LptWei, Round

_NO_TREASURY = Factor(-1)


@dataclass(frozen=True, slots=True)
class Contracts:
    """Where the contracts are, as the Controller names them; `votes` and `migrator` where this chain has them."""

    controller: Address
    bonding_manager: Address
    rounds_manager: Address
    token: Address
    minter: Address
    votes: Address | None = None
    migrator: Address | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accounts and delegates a plan touches, and who is likely to be in the pool."""

    accounts: tuple[Address, ...]
    nodes: tuple[Address, ...] = ()
    receivers: tuple[Address, ...] = ()  # accounts that may get stake with any of the delegates without a claim
    likely: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """The state at one block, what goes with it, and everything that was asked for it.

    `uncounted` are accounts with stake that never had their voting power counted.
    """

    state: State
    mint: Mint
    blocks_left: int
    answers: Answers
    uncounted: frozenset[Address] = frozenset()


def read_state(
    client: Caller, at: Contracts, wanted: Wanted, *, block: BlockId, first: Iterable[Read[Any]] = ()
) -> Reading:
    """Everything at that block; `first` are reads that are likely wanted, which saves trips.

    Which generation of the contracts it is shows in the treasury's cut, which the first do not know.
    Raises ChainError where the chain does not answer.
    """
    answers = Answers(first)

    def make(known: Answers) -> Reading | None:
        state, mint, left = _state(known, at, wanted), _mint(known, at), _blocks_left(known, at)
        counted = _counted(known, at, wanted.accounts)
        if state is None or mint is None or left is None or counted is None:
            return None
        staked = {who for who, one in state.accounts.items() if one.bonded}
        return Reading(state, mint, left, answers, frozenset(staked - counted))

    return answers.settle(client, make, block=block)


def _counted(known: Answers, at: Contracts, accounts: Collection[Address]) -> set[Address] | None:
    """The accounts whose voting power was counted; all of them where the chain keeps none."""
    if at.votes is None:
        return set(accounts)
    found = {who: known.optional(votes.has_checkpoint(at.votes, who), True) for who in accounts}
    return None if None in found.values() else {who for who, is_counted in found.items() if is_counted}


def _mint(known: Answers, at: Contracts) -> Mint | None:
    mintable = known(minter.mintable(at.minter))
    active = known(bonding.active_stake(at.bonding_manager))
    treasury = known.optional(bonding.treasury_cut(at.bonding_manager), _NO_TREASURY)
    if mintable is None or active is None or treasury is None:
        return None
    return Mint(LptWei(mintable), active, max(0, treasury))


def _blocks_left(known: Answers, at: Contracts) -> int | None:
    """Blocks of the contract's clock until the next round begins."""
    manager = at.rounds_manager
    start, length = known(rounds.start_block(manager)), known(rounds.round_length(manager))
    now = known(_number(manager, rounds.BLOCK_NUM, "blockNum"))
    return None if start is None or length is None or now is None else max(0, start + length - now)


def _state(known: Answers, at: Contracts, wanted: Wanted) -> State | None:
    bonds = at.bonding_manager
    now, initialised, locked, paused, period = _round(known, at)
    pool = _pool(known, bonds, wanted.likely)
    delegators = {who: known(bonding.delegator(bonds, who)) for who in wanted.accounts}
    accounts = {who: _account(known, at, who) for who in wanted.accounts}
    found = {each.delegate for each in delegators.values() if each is not None}
    nodes = {
        who: _node(known, bonds, who, now) for who in sorted({*found, *wanted.nodes, *wanted.accounts} - {ZERO_ADDRESS})
    }
    pairs = {(each.delegate, each.last_claim_round) for each in delegators.values() if each is not None}
    claims = {each.last_claim_round for who, each in delegators.items() if each is not None and who in wanted.receivers}
    pairs |= {(to, claimed) for to in nodes for claimed in claims}
    factors = {pair: _factors(known, bonds, *pair) for pair in sorted(pairs) if pair[0] != ZERO_ADDRESS}
    treasury = known.optional(bonding.treasury_cut(bonds), _NO_TREASURY)
    parts = (now, period, treasury, pool, *accounts.values(), *nodes.values(), *factors.values())
    if any(part is None for part in (initialised, locked, paused, *parts)):
        return None
    return State(
        round=Round(now or 0),
        unbonding_period=period or 0,
        pool=pool or Pool((), 0),
        accounts={who: one for who, one in accounts.items() if one is not None},
        nodes={who: one for who, one in nodes.items() if one is not None},
        factors={pair: one for pair, one in factors.items() if one is not None},
        rules=FIRST_GENERATION if treasury == _NO_TREASURY else Rules(),
        paused=bool(paused),
        initialised=bool(initialised),
        round_is_locked=bool(locked),
    )


def _round(known: Answers, at: Contracts) -> tuple[int | None, ...]:
    manager = at.rounds_manager
    return (
        known(rounds.current_round(manager)),
        known(_number(manager, rounds.CURRENT_ROUND_INITIALIZED, "currentRoundInitialized")),
        known(_number(manager, rounds.CURRENT_ROUND_LOCKED, "currentRoundLocked")),
        known(controller.paused(at.controller)),
        known(bonding.unbonding_period(at.bonding_manager)),
    )


def _number(to: str, selector: str, function: str) -> Read[int]:
    return Read(to, words.calldata(selector), words.number, function)


def _pool(known: Answers, bonds: Address, likely: Collection[Address]) -> Pool | None:
    """The list from its first member on; each trip learns the next of all that are met, guessed ones at once."""
    size = known(bonding.pool_max_size(bonds))
    stakes = {who: (known(bonding.next_in_pool(bonds, who)), known(bonding.total_stake(bonds, who))) for who in likely}
    who, members = known(bonding.first_in_pool(bonds)), list[tuple[Address, LptWei]]()
    while who is not None and who != ZERO_ADDRESS:
        after, stake = stakes.get(who) or (
            known(bonding.next_in_pool(bonds, who)),
            known(bonding.total_stake(bonds, who)),
        )
        members.append((who, stake if stake is not None else LptWei(0)))
        if stake is None or len(members) > bonding.POOL_LIMIT:
            return None
        who = after
    return None if who is None or size is None else Pool.of(members, max_size=size)


def _account(known: Answers, at: Contracts, who: Address) -> Account | None:
    stored = known(bonding.delegator(at.bonding_manager, who))
    balance, allowance = known(token.balance(at.token, who)), known(token.allowance(at.token, who, at.bonding_manager))
    if stored is None or balance is None or allowance is None:
        return None
    asked = {number: bonding.unbonding_lock(at.bonding_manager, who, number) for number in range(stored.next_lock_id)}
    locks = {number: known(each) for number, each in asked.items()}
    return Account(
        address=who,
        delegate=stored.delegate,
        bonded=stored.bonded_lpt_wei,
        fees=stored.fees_eth_wei,
        start_round=stored.start_round,
        last_claim_round=stored.last_claim_round,
        next_lock_id=stored.next_lock_id,
        locks={number: Lock(each.amount_lpt_wei, each.withdraw_round) for number, each in locks.items() if each},
        lpt_balance=balance,
        allowance=allowance,
    )


def _node(known: Answers, bonds: Address, who: Address, now: int | None) -> Node | None:
    stored, stake = known(bonding.transcoder(bonds, who)), known(bonding.total_stake(bonds, who))
    registered, active = known(bonding.is_registered(bonds, who)), known(bonding.is_active(bonds, who))
    if stored is None or stake is None or registered is None or active is None or now is None:
        return None
    asked = sorted({now, stored.last_reward_round, stored.last_fee_round})
    # while nothing changes it, the stake of an earlier round goes on earning
    earning = known(bonding.earnings_pool(bonds, who, min(now, stored.last_active_stake_update_round)))
    pools = {number: _factors(known, bonds, who, number) for number in asked}
    if earning is None or any(each is None for each in pools.values()):
        return None
    kept = pools[now] or Factors()
    return Node(
        address=who,
        stake=stake,
        registered=registered,
        active=active,
        last_reward_round=stored.last_reward_round,
        activation_round=stored.activation_round,
        deactivation_round=stored.deactivation_round,
        reward_cut=stored.reward_cut_ppm,
        fee_share=stored.fee_share_ppm,
        latest=Factors(
            kept.reward or _of(pools.get(stored.last_reward_round)).reward,
            kept.fee or _of(pools.get(stored.last_fee_round)).fee,
        ),
        kept=kept,
        round_stake=earning.total_stake_lpt_wei,
        own_rewards=stored.cumulative_rewards_lpt_wei,
        own_fees=stored.cumulative_fees_eth_wei,
    )


def _factors(known: Answers, bonds: Address, who: Address, round_: int) -> Factors | None:
    pool = known(bonding.earnings_pool(bonds, who, round_))
    return None if pool is None else Factors(pool.cumulative_reward_factor, pool.cumulative_fee_factor)


def _of(factors: Factors | None) -> Factors:
    return factors or Factors()


def addresses_of(wanted: Iterable[Address]) -> tuple[Address, ...]:
    """Each address once, in a steady order, the zero address left out."""
    return tuple(sorted(set(wanted) - {ZERO_ADDRESS}))
