"""What somebody may want of a plan, sensible or not."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from apps.delegation.plan.intentions import (
    Add,
    BecomeOrchestrator,
    Cancel,
    Delegate,
    DelegateFor,
    HandOver,
    Intention,
    MoveAll,
    MovePart,
    ResetAllowance,
    SetCuts,
    Undelegate,
    Withdraw,
    WithdrawFees,
)
from apps.protocol.bonding.state import Lock, State, Status
from apps.protocol.units import Address, EthWei, LptWei, Ppm
from tests.stages import LPT

SENSIBLE = 0.8  # of the wishes are of somebody who has what it takes


class Wishes:
    """Wishes of everybody on a stage, one after the other, each made of the state it is wished in."""

    def __init__(self, rng: random.Random, people: Sequence[Address], nodes: Sequence[Address]) -> None:
        self._rng, self._people, self._nodes = rng, people, nodes
        self._kinds: list[Callable[[State], Intention]] = [
            *(self._delegate, self._delegate, self._delegate_for, self._move_part, self._cancel, self._withdraw_fees),
            *(self._add, self._move_all, self._undelegate, self._undelegate, self._withdraw, self._hand_over),
            *(self._become, self._set_cuts, self._reset),
        ]

    def next(self, now: State) -> Intention:
        return self._rng.choice(self._kinds)(now)

    def others(self, wanted: Intention) -> tuple[Address, ...]:
        """Other accounts of the reader's, mostly none."""
        free = [one for one in (*self._people, *self._nodes) if one != wanted.owner]
        return tuple(self._rng.sample(free, self._rng.choice((0, 0, 1, 2))))

    def _anybody(self) -> Address:
        return self._rng.choice([*self._people, *self._people, *self._nodes])

    def _one_of(self, able: Iterator[Address]) -> Address:
        found = list(able)
        return self._rng.choice(found) if found and self._rng.random() < SENSIBLE else self._anybody()

    def _holder(self, now: State, status: Status = Status.BONDED) -> Address:
        """Who has stake that counts already."""
        return self._one_of(who for who in now.accounts if now.status_of(who) is status)

    def _node(self, now: State) -> Address:
        return self._one_of(one for one in self._nodes if now.node(one).registered)

    def _amount(self, now: State, who: Address) -> LptWei:
        part = now.worth(who).stake // self._rng.choice((1, 2, 7))
        return LptWei(self._rng.choice((self._rng.randrange(1, 400 * LPT), part + self._rng.choice((0, 0, 1)), 1)))

    def _cut(self) -> Ppm:
        return Ppm(self._rng.randrange(1_000_001))

    def _delegate(self, now: State) -> Intention:
        who = self._one_of(one for one in self._people if now.status_of(one) is Status.UNBONDED)
        return Delegate(who, self._node(now), self._amount(now, who))

    def _add(self, now: State) -> Intention:
        who = self._holder(now)
        return Add(who, self._amount(now, who))

    def _delegate_for(self, now: State) -> Intention:
        who, other = self._anybody(), self._anybody()
        theirs = now.account(other).delegate
        to = theirs if theirs in self._nodes and self._rng.random() < SENSIBLE else self._node(now)
        return DelegateFor(who, other, to, self._amount(now, who))

    def _move_all(self, now: State) -> Intention:
        who = self._one_of(one for one in self._people if now.account(one).bonded)
        return MoveAll(who, self._node(now), LptWei(self._rng.choice((0, self._amount(now, who)))))

    def _move_part(self, now: State) -> Intention:
        who, other = self._holder(now), self._anybody()
        theirs = now.account(other).delegate
        to = theirs if theirs in self._nodes and self._rng.random() < SENSIBLE else self._node(now)
        return MovePart(who, other, to, self._amount(now, who))

    def _hand_over(self, now: State) -> Intention:
        return HandOver(self._holder(now), self._anybody())

    def _undelegate(self, now: State) -> Intention:
        who = self._holder(now)
        return Undelegate(who, self._rng.choice((None, self._amount(now, who), self._amount(now, who), LptWei(LPT))))

    def _cancel(self, now: State) -> Intention:
        who = self._one_of(one for one in now.accounts if now.account(one).locks)
        is_free = now.status_of(who) is Status.UNBONDED
        to = self._node(now) if is_free or self._rng.random() > SENSIBLE else None
        return Cancel(who, self._rng.choice([*now.account(who).locks, 0]), to)

    def _withdraw(self, now: State) -> Intention:
        ripe = (one for one in now.accounts.values() if any(_is_ripe(lock, now) for lock in one.locks.values()))
        who = self._one_of(one.address for one in ripe)
        locks = now.account(who).locks
        return Withdraw(who, self._rng.choice(((), (), tuple(locks)[:1])))

    def _withdraw_fees(self, now: State) -> Intention:
        who = self._one_of(one for one in now.accounts if now.worth(one).fees)
        whither = self._rng.choice((who, self._anybody()))
        return WithdrawFees(who, whither, self._rng.choice((None, EthWei(1), EthWei(now.worth(who).fees // 3 + 1))))

    def _become(self, now: State) -> Intention:
        who = self._one_of(one for one in self._nodes if not now.node(one).registered)
        return BecomeOrchestrator(who, self._amount(now, who), self._cut(), self._cut())

    def _set_cuts(self, now: State) -> Intention:
        called = (who for who, node in now.nodes.items() if node.registered and node.last_reward_round == now.round)
        return SetCuts(self._one_of(called), self._cut(), self._cut())

    def _reset(self, now: State) -> Intention:
        return ResetAllowance(self._one_of(who for who, one in now.accounts.items() if one.allowance))


def _is_ripe(lock: Lock, now: State) -> bool:
    return lock.withdraw_round <= now.round
