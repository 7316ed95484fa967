"""Other ways to what was wanted, ranked by how little they disturb. Each says what it needs and what it spares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apps.delegation.plan.calls import lpt
from apps.delegation.plan.disturbances import Run
from apps.delegation.plan.facts import Snapshot
from apps.delegation.plan.intentions import (
    Add,
    BecomeOrchestrator,
    Delegate,
    HandOver,
    Intention,
    MoveAll,
    MovePart,
    Undelegate,
    WithdrawFees,
    actor,
)
from apps.protocol.bonding.state import Status


@dataclass(frozen=True, slots=True)
class Alternative:
    """One other way. `kind` names the intention to ask for next; `disturbs` is 0 where it leaves all as it is."""

    kind: str
    sentence: str
    disturbs: int


def alternatives(wanted: Intention, run: Run) -> tuple[Alternative, ...]:
    """The other ways, the least disturbing first."""
    found = (*_found(wanted, run.at), *_allowance(wanted, run))
    return tuple(sorted(found, key=lambda one: one.disturbs))


def _allowance(wanted: Intention, run: Run) -> Iterator[Alternative]:
    """An older approval taken back first: then this one is exact, and nothing is left open after it."""
    payer = actor(wanted)
    before, after = run.before.account(payer), run.after.account(payer)
    if after.allowance and after.lpt_balance < before.lpt_balance:
        yield Alternative(
            "reset_allowance", "Take the older approval back first; this then asks for exactly what it takes.", 0
        )


def _found(wanted: Intention, at: Snapshot) -> Iterator[Alternative]:
    if at.state.would_forfeit(wanted.owner) and not isinstance(wanted, BecomeOrchestrator):
        delegate = at.called(at.state.account(wanted.owner).delegate)
        yield Alternative("wait", f"Wait until {delegate} has called reward in this round, then do the same.", 0)
    if isinstance(wanted, Delegate) and at.state.status_of(wanted.owner) is not Status.UNBONDED:
        yield from _instead_of_moving(wanted, at)
    if isinstance(wanted, Add):
        yield Alternative(
            "delegate_for",
            "Stake the new LPT for a second account of yours: this position is not touched at all.",
            0,
        )
    if isinstance(wanted, MoveAll):
        yield Alternative("leave", "Leave the stake where it is: it goes on earning without a pause.", 0)
        yield Alternative("move_part", "Hand only a part to a second account of yours, with the other orchestrator.", 2)
    if isinstance(wanted, MovePart):
        yield Alternative(
            "undelegate",
            f"Take the part out, wait {at.state.unbonding_period} rounds, and stake it from another account: ownership "
            "stays yours all the time, and it earns nothing meanwhile.",
            1,
        )
    if isinstance(wanted, Undelegate):
        yield Alternative(
            "hand_over", "Hand the stake to another account of yours: it goes on earning and needs no unbonding.", 1
        )
    if isinstance(wanted, HandOver):
        yield Alternative("leave", "Leave the stake with this account.", 0)
    if isinstance(wanted, WithdrawFees) and wanted.recipient in at.contracts:
        yield Alternative("withdraw_fees", "Name an ordinary account as the recipient: it can always take ETH.", 0)
    if isinstance(wanted, BecomeOrchestrator) and at.state.status_of(wanted.owner) is not Status.UNBONDED:
        yield Alternative("fresh_account", "Use a fresh account: the stake of this one stays where it is.", 0)


def _instead_of_moving(wanted: Delegate, at: Snapshot) -> Iterator[Alternative]:
    here = at.state.account(wanted.owner).delegate
    if here == wanted.to:
        return
    yield Alternative(
        "delegate_for",
        f"Stake the {lpt(wanted.amount)} with {at.called(wanted.to)} for a second account of yours: your stake with "
        f"{at.called(here)} is not touched at all.",
        0,
    )
    yield Alternative("add", f"Add the {lpt(wanted.amount)} to your stake with {at.called(here)}.", 1)
    yield Alternative("move_part", "Hand a part of the stake to a second account, with the other orchestrator.", 2)
