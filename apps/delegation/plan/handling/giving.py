"""Stake that another account owns from then on, without any unbonding."""

from __future__ import annotations

from collections.abc import Iterator

from apps.delegation.plan import calls
from apps.delegation.plan.calls import Call
from apps.delegation.plan.facts import Snapshot
from apps.delegation.plan.handling.shared import (
    Handled,
    Handling,
    approved,
    bonded_first,
    their_reward_first,
    within_stake,
)
from apps.delegation.plan.intentions import HandOver, MovePart
from apps.delegation.plan.refusals import Refusal
from apps.protocol.bonding.state import Status
from apps.protocol.units import ZERO_ADDRESS, Address, LptWei

SEED = LptWei(1)  # opens a second account with the chosen orchestrator, so that a transfer lands there


def _part_reasons(wanted: MovePart, at: Snapshot) -> Iterator[Refusal]:
    yield from _receiver(wanted.owner, wanted.receiver, at)
    yield from bonded_first(wanted.owner, at)
    yield from within_stake(wanted.owner, wanted.amount, at)
    theirs = at.state.account(wanted.receiver)
    if theirs.delegate not in (ZERO_ADDRESS, wanted.to) and at.state.status_of(wanted.receiver) is not Status.UNBONDED:
        yield Refusal(
            "delegate_differs",
            f"{at.called(wanted.receiver)} has stake with {at.called(theirs.delegate)}, where all it receives goes "
            "too. Choose that orchestrator, or another account.",
        )


def _part(wanted: MovePart, at: Snapshot) -> Iterator[Call]:
    here = at.state.account(wanted.owner).delegate
    is_empty = at.state.status_of(wanted.receiver) is Status.UNBONDED
    if is_empty and (wanted.to != here or not at.state.rules.receiver_claims):
        # where the contract does not claim for a receiver, the seed does, and the position begins in this round
        yield from approved(wanted.owner, SEED, at)
        yield calls.bond_for(wanted.owner, wanted.receiver, SEED, wanted.to)
    yield calls.transfer(wanted.owner, wanted.receiver, wanted.amount)


def _whole_reasons(wanted: HandOver, at: Snapshot) -> Iterator[Refusal]:
    yield from _receiver(wanted.owner, wanted.receiver, at)
    yield from bonded_first(wanted.owner, at)


def _whole(wanted: HandOver, at: Snapshot) -> Iterator[Call]:
    whole = at.state.worth(wanted.owner).stake
    here = at.state.account(wanted.owner).delegate
    theirs = at.state.account(wanted.receiver).delegate
    to = here if at.state.status_of(wanted.receiver) is Status.UNBONDED else theirs
    yield from _part(MovePart(wanted.owner, wanted.receiver, to, whole), at)


def _receiver(owner: Address, receiver: Address, at: Snapshot) -> Iterator[Refusal]:
    state = at.state
    if receiver == ZERO_ADDRESS:
        yield Refusal("to_nobody", "The zero address is nobody's account; stake given to it is lost.")
    elif receiver == owner:
        yield Refusal("same_account", "Giver and receiver are the same account.")
    elif state.status_of(receiver) is Status.UNBONDED and receiver == state.account(owner).delegate:
        yield Refusal("receiver_is_delegate", f"{at.called(receiver)} is the orchestrator the stake is with.")
    elif state.rules.guards_claims and state.would_forfeit(receiver):
        yield their_reward_first(state.account(receiver).delegate, receiver, at)


HANDLED: Handled = {MovePart: Handling(_part_reasons, _part), HandOver: Handling(_whole_reasons, _whole)}
