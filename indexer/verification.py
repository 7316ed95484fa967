"""Compares what the tables hold with what the contracts answer at one block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from apps.chain.client import ChainClient
from apps.chain.readers import Read, bonding, read_all, rounds
from apps.delegation.models import Position, UnbondingLock
from apps.delegation.worth import worth
from apps.network.models import Block, Orchestrator, Round
from apps.protocol.units import NEVER
from indexer.errors import IndexerError
from indexer.models import IndexState, WatchedContract

AT_ONCE = 200  # calls in one request


@dataclass(frozen=True, slots=True)
class Drift:
    """One figure that differs: `ours` from the tables, `theirs` from the contract, in the contract's unit."""

    subject: str
    figure: str
    ours: int | str
    theirs: int | str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was compared at a block, and what differed (nothing, if all is well)."""

    block: int
    round: int
    accounts: int
    orchestrators: int
    figures: int
    drift: tuple[Drift, ...]


@dataclass(frozen=True, slots=True)
class _Check:
    subject: str
    figure: str
    ours: int | str


def verify(chain: ChainClient) -> Verdict:
    """Read every position, lock and orchestrator from the contracts at the indexed block and compare to the wei.

    Raises IndexerError while nothing is indexed, and ChainError where the node no longer holds that block's state.
    """
    with _one_moment():
        state = IndexState.objects.first()
        block = None if state is None else Block.objects.filter(number=state.projected_to).first()
        if state is None or block is None:
            raise IndexerError("Nothing is indexed yet; run `manage.py backfill` first.")
        contract = dict(WatchedContract.objects.exclude(name="Minter").values_list("name", "address"))
        asked = [*_accounts(contract["BondingManager"]), *_orchestrators(contract["BondingManager"])]
        asked += _totals(contract["BondingManager"])
        counts = Position.objects.count(), Orchestrator.objects.count()
    at = bytes(block.hash)
    running = read_all(chain, [rounds.current_round(contract["RoundsManager"])], block=at)[0]
    compared, drift = _compare(chain, asked, at)
    return Verdict(block.number, running, *counts, compared, tuple(drift))


@contextmanager
def _one_moment() -> Iterator[None]:
    """All tables as of one commit, however the indexer goes on meanwhile."""
    is_ours = not connection.in_atomic_block  # in somebody's transaction, a test's, it is too late to choose
    with transaction.atomic():
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


Question = tuple[Read[Any], Any]  # a call, and what makes checks of its answer


def _accounts(bonding_manager: str) -> Iterator[Question]:
    now = worth()
    stakes = dict(Orchestrator.objects.values_list("address", "stake_lpt_wei"))
    for position in Position.objects.all():
        who = position.delegator
        yield bonding.delegator(bonding_manager, who), _position_check(position, stakes.get(who, 0))
        yield bonding.pending_stake(bonding_manager, who), _plain(who, "pending stake, LPT wei", now[who].stake)
        yield bonding.pending_fees(bonding_manager, who), _plain(who, "pending fees, ETH wei", now[who].fees)
    for lock in UnbondingLock.objects.all():
        yield bonding.unbonding_lock(bonding_manager, lock.delegator, lock.lock_id), _lock_check(lock)


def _orchestrators(bonding_manager: str) -> Iterator[Question]:
    for row in Orchestrator.objects.all():
        yield bonding.transcoder(bonding_manager, row.address), _orchestrator_check(row)
        yield (
            bonding.total_stake(bonding_manager, row.address),
            _plain(row.address, "stake, LPT wei", row.stake_lpt_wei),
        )
        yield bonding.is_registered(bonding_manager, row.address), _plain(row.address, "registered", row.registered)


def _totals(bonding_manager: str) -> list[Question]:
    last = Round.objects.order_by("-number").first()
    pool = Orchestrator.objects.filter(in_pool=True).values_list("stake_lpt_wei", flat=True)
    active = last.active_stake_lpt_wei if last else 0
    return [
        (bonding.active_stake(bonding_manager), _plain("network", "active stake, LPT wei", active)),
        (bonding.next_active_stake(bonding_manager), _plain("network", "next active stake, LPT wei", sum(pool))),
        (bonding.pool_size(bonding_manager), _plain("network", "orchestrators in the pool", len(pool))),
    ]


def _plain(subject: str, figure: str, ours: int) -> Any:
    return lambda answer: [(_Check(subject, figure, ours), answer)]


def _position_check(position: Position, delegated: int) -> Any:
    def checks(answer: bonding.Delegator) -> list[tuple[_Check, int | str]]:
        who = position.delegator
        return [
            (_Check(who, "bonded, LPT wei", position.bonded_lpt_wei), answer.bonded_lpt_wei),
            (_Check(who, "fees, ETH wei", position.fees_eth_wei), answer.fees_eth_wei),
            (_Check(who, "delegate", position.delegate), answer.delegate),
            (_Check(who, "delegated to it, LPT wei", delegated), answer.delegated_lpt_wei),
            (_Check(who, "start round", position.start_round), answer.start_round),
            (_Check(who, "last claim round", position.last_claim_round), answer.last_claim_round),
            (_Check(who, "next lock id", position.next_lock_id), answer.next_lock_id),
        ]

    return checks


def _lock_check(lock: UnbondingLock) -> Any:
    def checks(answer: bonding.UnbondingLock | None) -> list[tuple[_Check, int | str]]:
        held = (lock.amount_lpt_wei, lock.withdraw_round) if lock.state == "open" else (0, 0)
        theirs = (answer.amount_lpt_wei, answer.withdraw_round) if answer else (0, 0)
        subject = f"{lock.delegator} lock {lock.lock_id}"
        return [
            (_Check(subject, "amount, LPT wei", held[0]), theirs[0]),
            (_Check(subject, "withdraw round", held[1]), theirs[1]),
        ]

    return checks


def _orchestrator_check(row: Orchestrator) -> Any:
    def checks(answer: bonding.Transcoder) -> list[tuple[_Check, int | str]]:
        who = row.address
        leaves = row.deactivation_round if row.deactivation_round is not None else NEVER
        found: list[tuple[_Check, int | str]] = [
            (_Check(who, "reward cut, ppm", row.reward_cut_ppm), answer.reward_cut_ppm),
            (_Check(who, "fee share, ppm", row.fee_share_ppm), answer.fee_share_ppm),
            (_Check(who, "last reward round", row.last_reward_round), answer.last_reward_round),
            (_Check(who, "last fee round", row.last_fee_round), answer.last_fee_round),
            (
                _Check(who, "own rewards, LPT wei", row.cumulative_rewards_lpt_wei),
                answer.cumulative_rewards_lpt_wei,
            ),
            (_Check(who, "own fees, ETH wei", row.cumulative_fees_eth_wei), answer.cumulative_fees_eth_wei),
        ]
        if row.activation_round is not None:
            found += [
                (_Check(who, "activation round", row.activation_round), answer.activation_round),
                (_Check(who, "deactivation round", leaves), answer.deactivation_round),
            ]
        return found

    return checks


def _compare(chain: ChainClient, asked: Sequence[Question], at: bytes) -> tuple[int, list[Drift]]:
    """How many figures were compared, and those that differ in two readings of the same block.

    A node that mines while it answers can mix the next block into a reading of its newest; asked again it does not.
    """
    compared, suspects = _differing(chain, asked, at)
    _, drift = _differing(chain, [question for question, _ in suspects], at)
    return compared, [one for _, found in drift for one in found]


def _differing(
    chain: ChainClient, asked: Sequence[Question], at: bytes
) -> tuple[int, list[tuple[Question, list[Drift]]]]:
    compared, differing = 0, []
    for chunk in _chunks(asked):
        answers = read_all(chain, [read for read, _ in chunk], block=at)
        for question, answer in zip(chunk, answers, strict=True):
            pairs = question[1](answer)
            compared += len(pairs)
            found = [Drift(one.subject, one.figure, one.ours, theirs) for one, theirs in pairs if one.ours != theirs]
            if found:
                differing.append((question, found))
    return compared, differing


def _chunks(asked: Sequence[Question]) -> Iterable[Sequence[Question]]:
    return (asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE))
