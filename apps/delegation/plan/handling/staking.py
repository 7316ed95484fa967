"""Stake that is put to work or moved to another orchestrator."""

from __future__ import annotations

from collections.abc import Iterator

from apps.delegation.plan import calls
from apps.delegation.plan.calls import Call, lpt
from apps.delegation.plan.facts import Snapshot
from apps.delegation.plan.handling.shared import Handled, Handling, approved, their_reward_first
from apps.delegation.plan.intentions import Add, Delegate, DelegateFor, MoveAll
from apps.delegation.plan.refusals import Refusal, not_registered
from apps.protocol.bonding.state import Status
from apps.protocol.units import ZERO_ADDRESS, Address


def _delegate_reasons(wanted: Delegate, at: Snapshot) -> Iterator[Refusal]:
    yield from _orchestrators_stay(wanted.owner, wanted.to, at)


def _delegate(wanted: Delegate, at: Snapshot) -> Iterator[Call]:
    one = at.state.account(wanted.owner)
    is_elsewhere = at.state.status_of(wanted.owner) is not Status.UNBONDED and one.delegate != wanted.to
    if is_elsewhere:
        yield from _move_all(MoveAll(wanted.owner, wanted.to, extra=wanted.amount), at)
        return
    yield from approved(wanted.owner, wanted.amount, at)
    words = f"Stake {lpt(wanted.amount)} of your wallet with {at.called(wanted.to)}."
    yield calls.bond(wanted.owner, wanted.amount, wanted.to, sentence=words)


def _add_reasons(wanted: Add, at: Snapshot) -> Iterator[Refusal]:
    state, one = at.state, at.state.account(wanted.owner)
    if state.status_of(wanted.owner) is Status.UNBONDED:
        yield Refusal("nothing_staked", "This account has no stake to add to. Choose an orchestrator and delegate.")
    elif one.delegate == ZERO_ADDRESS or not state.node(one.delegate).registered:
        yield not_registered(one.delegate, at)


def _add(wanted: Add, at: Snapshot) -> Iterator[Call]:
    yield from _delegate(Delegate(wanted.owner, at.state.account(wanted.owner).delegate, wanted.amount), at)


def _delegate_for_reasons(wanted: DelegateFor, at: Snapshot) -> Iterator[Refusal]:
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
        yield their_reward_first(one.delegate, wanted.owner, at)


def _delegate_for(wanted: DelegateFor, at: Snapshot) -> Iterator[Call]:
    yield from approved(wanted.payer, wanted.amount, at)
    yield calls.bond_for(wanted.payer, wanted.owner, wanted.amount, wanted.to)


def _move_all_reasons(wanted: MoveAll, at: Snapshot) -> Iterator[Refusal]:
    one = at.state.account(wanted.owner)
    if at.state.status_of(wanted.owner) is Status.UNBONDED:
        yield Refusal("nothing_staked", "This account has no stake to move. Delegate to the orchestrator you want.")
    elif one.delegate == wanted.to:
        yield Refusal("is_there_already", f"The stake is with {at.called(wanted.to)} already. You can add to it.")
    yield from _orchestrators_stay(wanted.owner, wanted.to, at)


def _move_all(wanted: MoveAll, at: Snapshot) -> Iterator[Call]:
    yield from approved(wanted.owner, wanted.extra, at)
    moved = lpt(at.state.worth(wanted.owner).stake)
    extra = f", and add {lpt(wanted.extra)} of your wallet" if wanted.extra else ""
    words = f"Move your whole stake of {moved} to {at.called(wanted.to)}{extra}."
    yield calls.bond(wanted.owner, wanted.extra, wanted.to, sentence=words)


def _orchestrators_stay(owner: Address, to: Address, at: Snapshot) -> Iterator[Refusal]:
    if to != owner and owner in at.state.nodes and at.state.node(owner).registered:
        yield Refusal(
            "orchestrators_stay",
            "A registered orchestrator cannot delegate elsewhere. It would have to take all its stake out first, which "
            "ends its registration, and could then stake the lock with another at once.",
        )


HANDLED: Handled = {
    Delegate: Handling(_delegate_reasons, _delegate),
    Add: Handling(_add_reasons, _add),
    DelegateFor: Handling(_delegate_for_reasons, _delegate_for),
    MoveAll: Handling(_move_all_reasons, _move_all),
}
