"""When no plan is made, and what to do instead. A refusal is a value: a code for programs, a sentence for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from apps.delegation.plan.calls import eth, lpt
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
    actor,
    target,
)
from apps.protocol.bonding.state import State, Status
from apps.protocol.units import PPM, ZERO_ADDRESS, Address

LAST_BLOCKS = 3  # of a round: a call sent now is mined in the next one


@dataclass(frozen=True, slots=True)
class Refusal:
    """No plan: why, and what to do."""

    code: str
    sentence: str


def refusal(wanted: Intention, at: Snapshot) -> Refusal | None:
    """The first reason for which this intention cannot be met at this block; None where there is none."""
    return next(_reasons(wanted, at), None)


def _reasons(wanted: Intention, at: Snapshot) -> Iterator[Refusal]:
    if actor(wanted) == ZERO_ADDRESS:
        yield Refusal("nobody", "The zero address is nobody's account, and nobody can sign for it. Name your account.")
    yield from _network(wanted, at)
    yield from _amounts(wanted, at)
    yield from _target(wanted, at)
    check = _CHECKS.get(type(wanted))
    if check is not None:
        yield from check(wanted, at)


def _network(wanted: Intention, at: Snapshot) -> Iterator[Refusal]:
    state = at.state
    if isinstance(wanted, ResetAllowance):
        return
    if state.paused:
        yield Refusal("paused", "The protocol is paused: nothing can be staked or withdrawn until it runs again.")
    if not state.initialised:
        yield Refusal(
            "round_not_initialised",
            "The new round has not been initialised yet. Anybody may do that; try again once it is.",
        )
    if at.blocks_left < LAST_BLOCKS:
        yield Refusal("round_ends", "The round ends within moments and would change the effect; try again in the next.")


def _amounts(wanted: Intention, at: Snapshot) -> Iterator[Refusal]:
    amount = getattr(wanted, "amount", None)
    if amount is not None and amount <= 0:
        yield Refusal("amount_zero", "The amount is 0. Write how much, for example 100 or 0.5.")
    paid = wanted.extra if isinstance(wanted, MoveAll) else amount
    if isinstance(wanted, Delegate | Add | DelegateFor | MoveAll | BecomeOrchestrator) and paid:
        held = at.state.account(actor(wanted)).lpt_balance
        if paid > held:
            yield Refusal("over_balance", f"The wallet holds {lpt(held)}, less than the {lpt(paid)} asked for.")


def _target(wanted: Intention, at: Snapshot) -> Iterator[Refusal]:
    to = target(wanted)
    if to is None or isinstance(wanted, BecomeOrchestrator | SetCuts):
        return
    if to == ZERO_ADDRESS:
        yield Refusal(
            "to_nobody", "The zero address is nobody: stake sent there earns nothing. Choose an orchestrator."
        )
    elif to == wanted.owner and not at.state.node(to).registered:
        yield Refusal(
            "self_bond",
            "Staking with yourself makes you an orchestrator. If that is what you want, choose to become one.",
        )
    elif not at.state.node(to).registered:
        yield Refusal("not_registered", f"{at.called(to)} is no registered orchestrator: stake there earns nothing.")
    elif at.state.node(to).is_leaving and at.state.node(to).last_reward_round != at.state.round:
        yield Refusal(
            "leaving_before_reward",
            f"{at.called(to)} leaves the active set and has yet to call reward in this round; the contract takes no "
            "stake for it before that.",
        )


def _delegate(wanted: Delegate, at: Snapshot) -> Iterator[Refusal]:
    yield from _orchestrators_stay(wanted.owner, wanted.to, at)


def _add(wanted: Add, at: Snapshot) -> Iterator[Refusal]:
    state, one = at.state, at.state.account(wanted.owner)
    if state.status_of(wanted.owner) is Status.UNBONDED:
        yield Refusal("nothing_staked", "This account has no stake to add to. Choose an orchestrator and delegate.")
    elif one.delegate == ZERO_ADDRESS or not state.node(one.delegate).registered:
        yield Refusal(
            "not_registered",
            f"{at.called(one.delegate)}, whom the stake is with, is no registered orchestrator any more: more stake "
            "there earns nothing. Move the stake first.",
        )


def _delegate_for(wanted: DelegateFor, at: Snapshot) -> Iterator[Refusal]:
    state, one = at.state, at.state.account(wanted.owner)
    if wanted.owner == ZERO_ADDRESS:
        yield Refusal("to_nobody", "The zero address is nobody's account. Name the account that shall own the stake.")
    elif wanted.owner == wanted.payer:
        yield Refusal("same_account", "Both accounts are the same. To stake for yourself, delegate.")
    elif state.status_of(wanted.owner) is not Status.UNBONDED and one.delegate != wanted.to:
        yield Refusal(
            "delegate_differs",
            f"{at.called(wanted.owner)} has stake with {at.called(one.delegate)}, and only it can change that. "
            f"Choose {at.called(one.delegate)}, or another account.",
        )
    elif state.rules.guards_claims and state.would_forfeit(wanted.owner):
        yield _their_reward_first(one.delegate, wanted.owner, at)


def _move_all(wanted: MoveAll, at: Snapshot) -> Iterator[Refusal]:
    one = at.state.account(wanted.owner)
    if at.state.status_of(wanted.owner) is Status.UNBONDED:
        yield Refusal("nothing_staked", "This account has no stake to move.")
    elif one.delegate == wanted.to:
        yield Refusal("is_there_already", f"The stake is with {at.called(wanted.to)} already.")
    yield from _orchestrators_stay(wanted.owner, wanted.to, at)


def _orchestrators_stay(owner: Address, to: Address, at: Snapshot) -> Iterator[Refusal]:
    if to != owner and owner in at.state.nodes and at.state.node(owner).registered:
        yield Refusal(
            "orchestrators_stay",
            "A registered orchestrator cannot delegate elsewhere. It would have to take all its stake out first, which "
            "ends its registration, and could then stake the lock with another at once.",
        )


def _move_part(wanted: MovePart, at: Snapshot) -> Iterator[Refusal]:
    yield from _receiver(wanted.owner, wanted.receiver, at)
    yield from _is_bonded(wanted.owner, at)
    yield from _within_stake(wanted.owner, wanted.amount, at)
    theirs = at.state.account(wanted.receiver)
    if theirs.delegate not in (ZERO_ADDRESS, wanted.to) and at.state.status_of(wanted.receiver) is not Status.UNBONDED:
        yield Refusal(
            "delegate_differs",
            f"{at.called(wanted.receiver)} has stake with {at.called(theirs.delegate)}, where all it receives goes "
            "too. Choose that orchestrator, or another account.",
        )


def _hand_over(wanted: HandOver, at: Snapshot) -> Iterator[Refusal]:
    yield from _receiver(wanted.owner, wanted.receiver, at)
    yield from _is_bonded(wanted.owner, at)


def _receiver(owner: Address, receiver: Address, at: Snapshot) -> Iterator[Refusal]:
    state = at.state
    if receiver == ZERO_ADDRESS:
        yield Refusal("to_nobody", "The zero address is nobody's account; stake given to it is lost.")
    elif receiver == owner:
        yield Refusal("same_account", "Giver and receiver are the same account.")
    elif state.status_of(receiver) is Status.UNBONDED and receiver == state.account(owner).delegate:
        yield Refusal("receiver_is_delegate", f"{at.called(receiver)} is the orchestrator the stake is with.")
    elif state.rules.guards_claims and state.would_forfeit(receiver):
        yield _their_reward_first(state.account(receiver).delegate, receiver, at)


def _their_reward_first(delegate: Address, owner: Address, at: Snapshot) -> Refusal:
    return Refusal(
        "others_reward_first",
        f"{at.called(delegate)} has yet to call reward in this round. Until it does, the contract keeps others from "
        f"touching {at.called(owner)}, which would lose its reward.",
    )


def _undelegate(wanted: Undelegate, at: Snapshot) -> Iterator[Refusal]:
    yield from _is_bonded(wanted.owner, at)
    if wanted.amount is not None:
        yield from _within_stake(wanted.owner, wanted.amount, at)


def _is_bonded(owner: Address, at: Snapshot) -> Iterator[Refusal]:
    status = at.state.status_of(owner)
    if status is Status.UNBONDED:
        yield Refusal("nothing_staked", "This account has no stake.")
    elif status is Status.PENDING:
        soon = f"{at.state.account(owner).start_round:,}"
        yield Refusal(
            "pending", f"The stake counts from round {soon} on; until then it can be moved but not taken out."
        )


def _within_stake(owner: Address, amount: int, at: Snapshot) -> Iterator[Refusal]:
    stake = at.state.worth(owner).stake
    if amount > stake:
        yield Refusal("over_stake", f"The stake with all that is pending is {lpt(stake)}, less than {lpt(amount)}.")


def _cancel(wanted: Cancel, at: Snapshot) -> Iterator[Refusal]:
    state = at.state
    if wanted.lock_id not in state.account(wanted.owner).locks:
        yield _no_lock(wanted.lock_id)
    if state.status_of(wanted.owner) is Status.UNBONDED and wanted.to is None:
        yield Refusal("choose_delegate", "Nothing else is staked: name the orchestrator that the lock shall go to.")
    here = state.account(wanted.owner).delegate
    if state.status_of(wanted.owner) is not Status.UNBONDED and wanted.to not in (None, here):
        yield Refusal(
            "delegate_differs",
            f"While stake is with {at.called(here)}, a lock can only go back there.",
        )


def _no_lock(lock_id: int) -> Refusal:
    return Refusal("no_lock", f"This account has no open lock {lock_id}.")


def _withdraw(wanted: Withdraw, at: Snapshot) -> Iterator[Refusal]:
    locks = at.state.account(wanted.owner).locks
    for lock_id in wanted.lock_ids:
        if lock_id not in locks:
            yield _no_lock(lock_id)
        elif locks[lock_id].withdraw_round > at.state.round:
            ripe = f"{locks[lock_id].withdraw_round:,}"
            yield Refusal(
                "not_matured", f"Lock {lock_id} can be withdrawn from round {ripe} on, once it is initialised."
            )
    if not wanted.lock_ids and not matured(at.state, wanted.owner):
        yield Refusal("nothing_matured", "No lock of this account has matured.")


def matured(state: State, owner: Address) -> tuple[int, ...]:
    """The locks that can be withdrawn now, by id."""
    locks = state.account(owner).locks
    return tuple(sorted(number for number, lock in locks.items() if lock.withdraw_round <= state.round))


def _withdraw_fees(wanted: WithdrawFees, at: Snapshot) -> Iterator[Refusal]:
    fees = at.state.worth(wanted.owner).fees
    if wanted.recipient == ZERO_ADDRESS:
        yield Refusal("to_nobody", "The zero address is nobody's account; ETH sent to it is lost.")
    if fees == 0:
        yield Refusal("no_fees", "This account has no fees to withdraw.")
    elif wanted.amount is not None and wanted.amount > fees:
        yield Refusal(
            "over_fees", f"The fees with all that is pending are {eth(fees)}, less than {eth(wanted.amount)}."
        )


def _become(wanted: BecomeOrchestrator, at: Snapshot) -> Iterator[Refusal]:
    yield from _cuts(wanted, at)
    if at.state.round_is_locked:
        yield _locked()


def _set_cuts(wanted: SetCuts, at: Snapshot) -> Iterator[Refusal]:
    node = at.state.node(wanted.owner)
    yield from _cuts(wanted, at)
    if not node.registered:
        yield Refusal("not_registered", "Only a registered orchestrator has terms to set.")
    elif at.state.round_is_locked:
        yield _locked()
    elif node.active and node.last_reward_round != at.state.round:
        yield Refusal(
            "reward_first", "Call reward first: an active orchestrator sets its terms after it, once a round."
        )


def _cuts(wanted: BecomeOrchestrator | SetCuts, at: Snapshot) -> Iterator[Refusal]:
    if not (0 <= wanted.reward_cut <= PPM and 0 <= wanted.fee_share <= PPM):
        yield Refusal("cut_out_of_range", "Reward cut and fee share are percentages from 0 to 100.")


def _locked() -> Refusal:
    return Refusal(
        "round_locked", "The round is in its locked last part, in which terms cannot be set. Try in the next."
    )


def _reset(wanted: ResetAllowance, at: Snapshot) -> Iterator[Refusal]:
    if at.state.account(wanted.owner).allowance == 0:
        yield Refusal("no_allowance", "The staking contract may draw nothing from this wallet already.")


_CHECKS: dict[type, Callable[[Any, Snapshot], Iterator[Refusal]]] = {
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
