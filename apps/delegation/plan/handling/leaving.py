"""Stake and fees on their way out, and stake that is taken back to work."""

from __future__ import annotations

from collections.abc import Iterator

from apps.delegation.plan import calls
from apps.delegation.plan.calls import Call, eth, lpt
from apps.delegation.plan.facts import Snapshot
from apps.delegation.plan.handling.shared import Handled, Handling, bonded_first, commission_waits, within_stake
from apps.delegation.plan.intentions import Cancel, Undelegate, Withdraw, WithdrawFees
from apps.delegation.plan.refusals import Refusal
from apps.protocol.bonding.state import Account, State, Status
from apps.protocol.units import ZERO_ADDRESS, Address, LptWei


def _undelegate_reasons(wanted: Undelegate, at: Snapshot) -> Iterator[Refusal]:
    yield from bonded_first(wanted.owner, at)
    yield from within_stake(wanted.owner, _amount(wanted, at), at)


def _undelegate(wanted: Undelegate, at: Snapshot) -> Iterator[Call]:
    yield calls.unbond(wanted.owner, _amount(wanted, at), withdraw_round=at.state.round + at.state.unbonding_period)


def _amount(wanted: Undelegate, at: Snapshot) -> LptWei:
    return at.state.worth(wanted.owner).stake if wanted.amount is None else wanted.amount


def _cancel_reasons(wanted: Cancel, at: Snapshot) -> Iterator[Refusal]:
    state = at.state
    if wanted.lock_id not in state.account(wanted.owner).locks:
        yield _no_lock(wanted.lock_id, state.account(wanted.owner))
    if state.status_of(wanted.owner) is Status.UNBONDED and wanted.to is None:
        yield Refusal("choose_delegate", "Nothing else is staked: name the orchestrator that the lock shall go to.")
    here = state.account(wanted.owner).delegate
    if state.status_of(wanted.owner) is not Status.UNBONDED and wanted.to not in (None, here):
        yield Refusal(
            "delegate_differs",
            f"While stake is with {at.called(here)}, a lock can only go back there. If you did not stake there: "
            "anybody can stake a little for an account that has nothing staked. Move that stake to the orchestrator "
            "you want first, then cancel.",
        )


def _cancel(wanted: Cancel, at: Snapshot) -> Iterator[Call]:
    one = at.state.account(wanted.owner)
    amount = lpt(one.locks[wanted.lock_id].amount)
    if wanted.to is not None and at.state.status_of(wanted.owner) is Status.UNBONDED:
        words = f"Stake {amount} of lock {wanted.lock_id} with {at.called(wanted.to)}."
        yield calls.rebond_from_unbonded(wanted.owner, wanted.to, wanted.lock_id, sentence=words)
    else:
        words = f"Put {amount} of lock {wanted.lock_id} back to work with {at.called(one.delegate)}."
        yield calls.rebond(wanted.owner, wanted.lock_id, sentence=words)


def _no_lock(lock_id: int, one: Account) -> Refusal:
    there = f"Choose of {', '.join(map(str, sorted(one.locks)))}." if one.locks else "It has none at all."
    return Refusal("no_lock", f"This account has no open lock {lock_id}. {there}")


def _withdraw_reasons(wanted: Withdraw, at: Snapshot) -> Iterator[Refusal]:
    locks = at.state.account(wanted.owner).locks
    for lock_id in wanted.lock_ids:
        if lock_id not in locks:
            yield _no_lock(lock_id, at.state.account(wanted.owner))
        elif locks[lock_id].withdraw_round > at.state.round:
            ripe = f"{locks[lock_id].withdraw_round:,}"
            yield Refusal(
                "not_matured", f"Lock {lock_id} can be withdrawn from round {ripe} on, once it is initialised."
            )
    if not wanted.lock_ids and not _matured(at.state, wanted.owner):
        yield Refusal("nothing_matured", f"No lock of this account has matured.{_soonest(at, wanted.owner)}")


def _withdraw(wanted: Withdraw, at: Snapshot) -> Iterator[Call]:
    locks = at.state.account(wanted.owner).locks
    for lock_id in wanted.lock_ids or _matured(at.state, wanted.owner):
        yield calls.withdraw(wanted.owner, lock_id, locks[lock_id].amount)


def _matured(state: State, owner: Address) -> tuple[int, ...]:
    """The locks that can be withdrawn now, by id."""
    locks = state.account(owner).locks
    return tuple(sorted(number for number, lock in locks.items() if lock.withdraw_round <= state.round))


def _soonest(at: Snapshot, owner: Address) -> str:
    """When the first lock can be withdrawn; nothing where there is none."""
    ripe = min((lock.withdraw_round for lock in at.state.account(owner).locks.values()), default=None)
    return "" if ripe is None else f" The first does in round {ripe:,}."


def _fees_reasons(wanted: WithdrawFees, at: Snapshot) -> Iterator[Refusal]:
    fees, reach = at.state.worth(wanted.owner).fees, at.state.within_reach(wanted.owner).fees
    if wanted.recipient == ZERO_ADDRESS:
        yield Refusal("to_nobody", "The zero address is nobody's account; ETH sent to it is lost.")
    if fees == 0:
        yield Refusal("no_fees", "This account has no fees to withdraw. They come when its orchestrator is paid.")
    elif wanted.amount is not None and wanted.amount > fees:
        yield Refusal(
            "over_fees", f"The fees with all that is pending are {eth(fees)}, less than {eth(wanted.amount)}."
        )
    elif reach < (wanted.amount or 1):
        yield commission_waits(eth(fees - reach), f"Until then {eth(reach)} can be withdrawn.", at)


def _fees(wanted: WithdrawFees, at: Snapshot) -> Iterator[Call]:
    amount = at.state.within_reach(wanted.owner).fees if wanted.amount is None else wanted.amount
    yield calls.withdraw_fees(wanted.owner, wanted.recipient, amount)


HANDLED: Handled = {
    Undelegate: Handling(_undelegate_reasons, _undelegate),
    Cancel: Handling(_cancel_reasons, _cancel),
    Withdraw: Handling(_withdraw_reasons, _withdraw),
    WithdrawFees: Handling(_fees_reasons, _fees),
}
