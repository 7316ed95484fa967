"""What is asked about an account: its position, what is pending on it, and every lock it ever had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from apps.chain.readers import bonding
from apps.chain.readers.bonding import Delegator, DelegatorStatus
from apps.delegation.models import Position, UnbondingLock
from apps.delegation.worth import worth
from apps.network.models import Orchestrator
from apps.protocol.earnings import Earnings
from apps.protocol.units import ZERO_ADDRESS, EthWei, LptWei
from indexer.verification.asking import Question
from indexer.verification.verdict import Pair

_NOTHING = Earnings(LptWei(0), EthWei(0))


@dataclass(frozen=True, slots=True)
class Account:
    """All that the tables hold of one address, zeros where they hold nothing."""

    position: Position
    pending: Earnings
    delegated_lpt_wei: int
    locks: dict[int, UnbondingLock]


def load(addresses: Collection[str]) -> list[Account]:
    """The accounts in the order given."""
    positions = Position.objects.in_bulk(list(addresses))
    pending = worth(delegators=addresses)
    stakes = Orchestrator.objects.filter(address__in=addresses).values_list("address", "stake_lpt_wei")
    delegated = dict(stakes)
    locks: dict[str, dict[int, UnbondingLock]] = defaultdict(dict)
    for lock in UnbondingLock.objects.filter(delegator__in=addresses):
        locks[lock.delegator][lock.lock_id] = lock
    return [
        Account(
            positions.get(who) or Position(delegator=who, delegate=ZERO_ADDRESS),
            pending.get(who, _NOTHING),
            delegated.get(who, 0),
            locks.get(who, {}),
        )
        for who in addresses
    ]


def questions(bonding_manager: str, accounts: Iterable[Account], *, running: int) -> Iterator[Question]:
    """`running` is the round that the contracts count at the block."""
    for account in accounts:
        who = account.position.delegator
        yield Question(bonding.delegator(bonding_manager, who), _stored(account))
        yield Question(
            bonding.pending_stake(bonding_manager, who), _one(who, "pending stake, LPT wei", account.pending.stake)
        )
        yield Question(
            bonding.pending_fees(bonding_manager, who), _one(who, "pending fees, ETH wei", account.pending.fees)
        )
        status = _status(account.position, running)
        yield Question(bonding.delegator_status(bonding_manager, who), _one(who, "delegator status", status))
        for lock_id in range(max(account.position.next_lock_id, len(account.locks))):
            read = bonding.unbonding_lock(bonding_manager, who, lock_id)
            yield Question(read, _lock(who, lock_id, account.locks.get(lock_id)))


def _stored(account: Account) -> Callable[[Delegator], list[Pair]]:
    ours, who = account.position, account.position.delegator

    def pairs(theirs: Delegator) -> list[Pair]:
        return [
            Pair(who, "bonded, LPT wei", ours.bonded_lpt_wei, theirs.bonded_lpt_wei),
            Pair(who, "fees, ETH wei", ours.fees_eth_wei, theirs.fees_eth_wei),
            Pair(who, "delegate", ours.delegate, theirs.delegate),
            Pair(who, "delegated to it, LPT wei", account.delegated_lpt_wei, theirs.delegated_lpt_wei),
            Pair(who, "start round", ours.start_round, theirs.start_round),
            Pair(who, "last claim round", ours.last_claim_round, theirs.last_claim_round),
            Pair(who, "next lock id", ours.next_lock_id, theirs.next_lock_id),
        ]

    return pairs


def _one(subject: str, figure: str, ours: int) -> Callable[[int], list[Pair]]:
    return lambda theirs: [Pair(subject, figure, int(ours), int(theirs))]


def _status(position: Position, running: int) -> DelegatorStatus:
    if position.bonded_lpt_wei == 0:
        return DelegatorStatus.UNBONDED
    return DelegatorStatus.PENDING if position.start_round > running else DelegatorStatus.BONDED


def _lock(who: str, lock_id: int, row: UnbondingLock | None) -> Callable[[bonding.UnbondingLock | None], list[Pair]]:
    """A lock that was closed, or only passed through a transfer, is nothing to the contract."""
    is_open = row is not None and row.state == UnbondingLock.State.OPEN
    ours = (row.amount_lpt_wei, row.withdraw_round) if row is not None and is_open else (0, 0)
    subject = f"{who} lock {lock_id}"

    def pairs(answer: bonding.UnbondingLock | None) -> list[Pair]:
        theirs = (answer.amount_lpt_wei, answer.withdraw_round) if answer else (0, 0)
        return [
            Pair(subject, "lock amount, LPT wei", ours[0], theirs[0]),
            Pair(subject, "lock withdraw round", ours[1], theirs[1]),
        ]

    return pairs
