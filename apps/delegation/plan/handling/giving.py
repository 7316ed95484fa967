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

    yield from _seed_reasons(wanted, at)
    yield from _resigning(wanted, at)


def _part(wanted: MovePart, at: Snapshot) -> Iterator[Call]:
    if _takes_seed(wanted, at):
        yield from approved(wanted.owner, SEED, at)
        yield calls.seed(wanted.owner, wanted.receiver, SEED, wanted.to)
    yield calls.transfer(wanted.owner, wanted.receiver, wanted.amount)


def _takes_seed(wanted: MovePart, at: Snapshot) -> bool:
    """Whether the receiver is opened with the chosen orchestrator first: an empty one would get the giver's.

    Where the contract does not claim for a receiver, the seed does, and the position begins in this round.
    """
    here = at.state.account(wanted.owner).delegate
    is_empty = at.state.status_of(wanted.receiver) is Status.UNBONDED
    return is_empty and (wanted.to != here or not at.state.rules.receiver_claims)


def _seed_reasons(wanted: MovePart, at: Snapshot) -> Iterator[Refusal]:
    if _takes_seed(wanted, at) and at.state.account(wanted.owner).lpt_balance < SEED:
        yield Refusal(
            "no_lpt_for_seed",
            f"{at.called(wanted.receiver)} has to be opened with the smallest part of an LPT from your wallet, which "
            "holds none. Send some LPT there first.",
        )


def _resigning(wanted: MovePart, at: Snapshot) -> Iterator[Refusal]:
    """An orchestrator that gives all its stake away resigns by it, and is on its way out when the stake arrives."""
    node = at.state.nodes.get(wanted.owner)
    is_all = wanted.amount == at.state.worth(wanted.owner).stake
    if node is None or not (node.registered and wanted.to == wanted.owner and is_all):
        return
    if at.state.rules.guards_leaving and node.active and node.last_reward_round != at.state.round:
        yield Refusal(
            "reward_first",
            "Call reward first: giving away all of its stake ends the registration, and the contract takes no stake "
            "for an orchestrator on its way out before that call.",
        )


def _whole_reasons(wanted: HandOver, at: Snapshot) -> Iterator[Refusal]:
    yield from _receiver(wanted.owner, wanted.receiver, at)
    yield from bonded_first(wanted.owner, at)
    yield from within_stake(wanted.owner, at.state.worth(wanted.owner).stake, at)
    yield from _seed_reasons(_as_part(wanted, at), at)
    yield from _resigning(_as_part(wanted, at), at)


def _whole(wanted: HandOver, at: Snapshot) -> Iterator[Call]:
    yield from _part(_as_part(wanted, at), at)


def _as_part(wanted: HandOver, at: Snapshot) -> MovePart:
    """The whole stake as a part, with the receiver's own orchestrator, or the giver's where it has none."""
    here = at.state.account(wanted.owner).delegate
    theirs = at.state.account(wanted.receiver).delegate
    to = here if at.state.status_of(wanted.receiver) is Status.UNBONDED else theirs
    return MovePart(wanted.owner, wanted.receiver, to, at.state.worth(wanted.owner).stake)


def _receiver(owner: Address, receiver: Address, at: Snapshot) -> Iterator[Refusal]:
    state = at.state
    if receiver == ZERO_ADDRESS:
        yield Refusal("to_nobody", "The zero address is nobody's account; stake given to it is lost.")
    elif receiver == owner:
        yield Refusal("same_account", "Giver and receiver are the same account. Name another one of yours.")
    elif state.status_of(receiver) is Status.UNBONDED and receiver == state.account(owner).delegate:
        yield Refusal(
            "receiver_is_delegate", f"{at.called(receiver)} is the orchestrator the stake is with. Name another."
        )
    elif state.rules.guards_claims and state.would_forfeit(receiver):
        yield their_reward_first(state.account(receiver).delegate, receiver, at)


HANDLED: Handled = {MovePart: Handling(_part_reasons, _part), HandOver: Handling(_whole_reasons, _whole)}
