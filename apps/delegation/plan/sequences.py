"""From an intention to the calls that meet it, in the way that disturbs least. Nothing is ever unbonded to be moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from apps.delegation.plan import calls
from apps.delegation.plan.calls import Call, lpt
from apps.delegation.plan.facts import Snapshot
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
from apps.delegation.plan.refusals import matured
from apps.protocol.bonding.state import Status
from apps.protocol.units import Address, LptWei

SEED = LptWei(1)  # opens a second account with the chosen orchestrator, so that a transfer lands there


def sequence(wanted: Intention, at: Snapshot) -> tuple[Call, ...]:
    """The calls in order. The intention must have passed `refusals.refusal` at the same snapshot."""
    return tuple(_MAKERS[type(wanted)](wanted, at))


def _approved(payer: Address, amount: LptWei, at: Snapshot) -> Iterator[Call]:
    """An approval of exactly the amount, only where the allowance falls short."""
    if amount and at.state.account(payer).allowance < amount:
        yield calls.approve(payer, amount, manager=at.manager)


def _delegate(wanted: Delegate, at: Snapshot) -> Iterator[Call]:
    one = at.state.account(wanted.owner)
    is_elsewhere = at.state.status_of(wanted.owner) is not Status.UNBONDED and one.delegate != wanted.to
    if is_elsewhere:
        yield from _move_all(MoveAll(wanted.owner, wanted.to, extra=wanted.amount), at)
        return
    yield from _approved(wanted.owner, wanted.amount, at)
    words = f"Stake {lpt(wanted.amount)} of your wallet with {at.called(wanted.to)}."
    yield calls.bond(wanted.owner, wanted.amount, wanted.to, sentence=words)


def _add(wanted: Add, at: Snapshot) -> Iterator[Call]:
    yield from _delegate(Delegate(wanted.owner, at.state.account(wanted.owner).delegate, wanted.amount), at)


def _delegate_for(wanted: DelegateFor, at: Snapshot) -> Iterator[Call]:
    yield from _approved(wanted.payer, wanted.amount, at)
    yield calls.bond_for(wanted.payer, wanted.owner, wanted.amount, wanted.to)


def _move_all(wanted: MoveAll, at: Snapshot) -> Iterator[Call]:
    yield from _approved(wanted.owner, wanted.extra, at)
    moved = lpt(at.state.worth(wanted.owner).stake)
    extra = f", and add {lpt(wanted.extra)} of your wallet" if wanted.extra else ""
    words = f"Move your whole stake of {moved} to {at.called(wanted.to)}{extra}."
    yield calls.bond(wanted.owner, wanted.extra, wanted.to, sentence=words)


def _move_part(wanted: MovePart, at: Snapshot) -> Iterator[Call]:
    here = at.state.account(wanted.owner).delegate
    is_empty = at.state.status_of(wanted.receiver) is Status.UNBONDED
    if is_empty and (wanted.to != here or not at.state.rules.receiver_claims):
        # where the contract does not claim for a receiver, the seed does, and the position begins in this round
        yield from _approved(wanted.owner, SEED, at)
        yield calls.bond_for(wanted.owner, wanted.receiver, SEED, wanted.to)
    yield calls.transfer(wanted.owner, wanted.receiver, wanted.amount)


def _hand_over(wanted: HandOver, at: Snapshot) -> Iterator[Call]:
    whole = at.state.worth(wanted.owner).stake
    here = at.state.account(wanted.owner).delegate
    theirs = at.state.account(wanted.receiver).delegate
    to = here if at.state.status_of(wanted.receiver) is Status.UNBONDED else theirs
    yield from _move_part(MovePart(wanted.owner, wanted.receiver, to, whole), at)


def _undelegate(wanted: Undelegate, at: Snapshot) -> Iterator[Call]:
    amount = at.state.worth(wanted.owner).stake if wanted.amount is None else wanted.amount
    yield calls.unbond(wanted.owner, amount, withdraw_round=at.state.round + at.state.unbonding_period)


def _cancel(wanted: Cancel, at: Snapshot) -> Iterator[Call]:
    one = at.state.account(wanted.owner)
    amount = lpt(one.locks[wanted.lock_id].amount)
    if wanted.to is not None and at.state.status_of(wanted.owner) is Status.UNBONDED:
        words = f"Stake {amount} of lock {wanted.lock_id} with {at.called(wanted.to)}."
        yield calls.rebond_from_unbonded(wanted.owner, wanted.to, wanted.lock_id, sentence=words)
    else:
        words = f"Put {amount} of lock {wanted.lock_id} back to work with {at.called(one.delegate)}."
        yield calls.rebond(wanted.owner, wanted.lock_id, sentence=words)


def _withdraw(wanted: Withdraw, at: Snapshot) -> Iterator[Call]:
    locks = at.state.account(wanted.owner).locks
    for lock_id in wanted.lock_ids or matured(at.state, wanted.owner):
        yield calls.withdraw(wanted.owner, lock_id, locks[lock_id].amount)


def _withdraw_fees(wanted: WithdrawFees, at: Snapshot) -> Iterator[Call]:
    amount = at.state.worth(wanted.owner).fees if wanted.amount is None else wanted.amount
    yield calls.withdraw_fees(wanted.owner, wanted.recipient, amount)


def _become(wanted: BecomeOrchestrator, at: Snapshot) -> Iterator[Call]:
    yield from _approved(wanted.owner, wanted.amount, at)
    words = f"Stake {lpt(wanted.amount)} of your wallet with yourself, which registers you as an orchestrator."
    yield calls.bond(wanted.owner, wanted.amount, wanted.owner, sentence=words)
    yield calls.set_terms(wanted.owner, wanted.reward_cut, wanted.fee_share)


def _set_cuts(wanted: SetCuts, at: Snapshot) -> Iterator[Call]:
    yield calls.set_terms(wanted.owner, wanted.reward_cut, wanted.fee_share)


def _reset(wanted: ResetAllowance, at: Snapshot) -> Iterator[Call]:
    yield calls.approve(wanted.owner, LptWei(0), manager=at.manager)


_MAKERS: dict[type, Callable[[Any, Snapshot], Iterator[Call]]] = {
    Delegate: _delegate,
    Add: _add,
    DelegateFor: _delegate_for,
    MoveAll: _move_all,
    MovePart: _move_part,
    HandOver: _hand_over,
    Undelegate: _undelegate,
    Cancel: _cancel,
    Withdraw: _withdraw,
    WithdrawFees: _withdraw_fees,
    BecomeOrchestrator: _become,
    SetCuts: _set_cuts,
    ResetAllowance: _reset,
}
