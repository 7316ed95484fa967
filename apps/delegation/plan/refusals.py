"""When no plan is made, whatever is wanted, and what to do instead.

A refusal is a value: a code for programs, a sentence for people. What one intention alone is refused for stands with
its calls, in `handling`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apps.delegation.plan.calls import lpt
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
    ResetAllowance,
    SetCuts,
    actor,
    target,
)
from apps.protocol.bonding.state import Status
from apps.protocol.units import ZERO_ADDRESS, Address

LAST_BLOCKS = 3  # of a round: a call sent now is mined in the next one


@dataclass(frozen=True, slots=True)
class Refusal:
    """No plan: why, and what to do."""

    code: str
    sentence: str


def reasons(wanted: Intention, at: Snapshot) -> Iterator[Refusal]:
    """Why an intention cannot be met at this block for reasons that hold for all of them, the plainest first."""
    yield from _signer(wanted, at)
    yield from _network(wanted, at)
    yield from _amounts(wanted, at)
    yield from _target(wanted, at)
    yield from _leaving(wanted, at)


def _signer(wanted: Intention, at: Snapshot) -> Iterator[Refusal]:
    if actor(wanted) == ZERO_ADDRESS:
        yield Refusal("nobody", "The zero address is nobody's account, and nobody can sign for it. Name your account.")
    if at.waiting:
        yield Refusal(
            "transaction_waiting",
            f"{at.called(actor(wanted))} has sent a transaction that is in no block yet. It comes before anything that "
            "is signed now and may change what a plan does. Wait until it is mined, or replace it in the wallet.",
        )


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


def _leaving(wanted: Intention, at: Snapshot) -> Iterator[Refusal]:
    """The contracts of today take no stake for an orchestrator on its way out before its reward call."""
    to = _receiving(wanted, at)
    if to in (None, ZERO_ADDRESS) or to not in at.state.nodes:
        return
    node = at.state.node(to)
    if node.is_leaving and node.last_reward_round != at.state.round:
        yield Refusal(
            "leaving_before_reward",
            f"{at.called(to)} leaves the active set and has yet to call reward in this round; the contract takes no "
            "stake for it before that. Choose another orchestrator, or wait for its call.",
        )


def _receiving(wanted: Intention, at: Snapshot) -> Address | None:
    """The orchestrator that gets stake by this."""
    if isinstance(wanted, Add | Cancel | HandOver):
        chosen = wanted.to if isinstance(wanted, Cancel) else None
        whose = wanted.receiver if isinstance(wanted, HandOver) else wanted.owner
        is_empty = whose not in at.state.accounts or at.state.status_of(whose) is Status.UNBONDED
        if is_empty and isinstance(wanted, HandOver):
            whose = wanted.owner
        return chosen or at.state.account(whose).delegate
    return target(wanted)


def not_registered(to: Address, at: Snapshot) -> Refusal:
    """Stake would go to an orchestrator that is none any more."""
    return Refusal(
        "not_registered",
        f"{at.called(to)}, whom the stake is with, is no registered orchestrator any more: more stake there earns "
        "nothing. Move the stake first.",
    )
