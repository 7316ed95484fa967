"""What a plan does to positions and their locks beside what was asked."""

from __future__ import annotations

from collections.abc import Iterator

from apps.delegation.plan.calls import eth, lpt
from apps.delegation.plan.disturbances.run import Disturbance, Run
from apps.delegation.plan.intentions import (
    BecomeOrchestrator,
    Cancel,
    Delegate,
    DelegateFor,
    HandOver,
    Intention,
    MovePart,
    concerned,
)
from apps.protocol.bonding.rewards import forfeited
from apps.protocol.bonding.state import Account, Status
from apps.protocol.units import ZERO_ADDRESS, Address


def found(wanted: Intention, run: Run) -> Iterator[Disturbance]:
    """The gravest first."""
    yield from _moved(wanted, run)
    yield from _registers(wanted, run)
    yield from _forfeited(run)
    yield from _given_away(wanted, run)
    yield from _left_behind(wanted, run)
    yield from _pending(run)
    yield from _locks(run)
    yield from _lock_back(wanted, run)
    yield from _others(wanted, run)


def _moved(wanted: Intention, run: Run) -> Iterator[Disturbance]:
    for who, one in run.before.accounts.items():
        later = run.after.account(who)
        had_stake = run.before.status_of(who) is not Status.UNBONDED
        if had_stake and later.bonded and later.delegate != one.delegate:
            stake = run.before.worth(who).stake
            yield Disturbance(
                "whole_position_moves",
                who,
                f"The whole stake of {lpt(stake)} leaves {run.at.called(one.delegate)} for "
                f"{run.at.called(later.delegate)}. The contract cannot move less.",
                stake,
                "LPT",
                # who asked to stake something did not ask for this
                later.delegate if isinstance(wanted, Delegate) else None,
            )


def _registers(wanted: Intention, run: Run) -> Iterator[Disturbance]:
    if isinstance(wanted, BecomeOrchestrator) and not run.before.node(wanted.owner).registered:
        yield Disturbance(
            "becomes_orchestrator",
            wanted.owner,
            "The account becomes an orchestrator: while it is registered it can delegate to nobody else, and it has to "
            "call reward each round.",
        )


def _forfeited(run: Run) -> Iterator[Disturbance]:
    """Whoever claims in the plan before its delegate has called reward gives up the round's reward."""
    for who, one in run.before.accounts.items():
        claims = run.after.account(who).last_claim_round > one.last_claim_round
        if claims and run.before.would_forfeit(who):
            lost = forfeited(run.before, who, run.at.mint)
            yield Disturbance(
                "reward_forfeited",
                who,
                f"{run.at.called(one.delegate)} has yet to call reward in this round. Acting before it gives up "
                f"{lpt(lost)} of this round's reward, for the whole stake. Waiting until it has called costs nothing.",
                lost,
                "LPT",
            )


def _given_away(wanted: Intention, run: Run) -> Iterator[Disturbance]:
    gift = _gift(wanted, run)
    if gift is None:
        return
    to, amount = gift
    receiver = run.at.called(to)
    yield Disturbance(
        "ownership_given_away",
        to,
        f"{receiver} owns {lpt(amount)} of stake from then on, for good. Only that account can take it out or give it "
        "back: be sure that you hold its key.",
        amount,
        "LPT",
        to,
    )
    node = run.before.nodes.get(to)
    if node is not None and node.registered:
        yield Disturbance(
            "gift_to_orchestrator",
            to,
            f"{receiver} is an orchestrator: what it receives becomes its own stake.",
            amount,
            "LPT",
        )
    if run.at.is_contract(to):
        yield Disturbance(
            "owner_is_contract",
            to,
            f"{receiver} is a contract. Unless it was made to call the staking contract, as a Safe can, nobody can "
            "ever take this stake out again.",
            amount,
            "LPT",
        )


def _gift(wanted: Intention, run: Run) -> tuple[Address, int] | None:
    """Who owns afterwards what was the signer's, and how much of it; the reader's other accounts may be paid for."""
    if isinstance(wanted, MovePart):
        return wanted.receiver, wanted.amount
    if isinstance(wanted, HandOver):
        return wanted.receiver, run.before.worth(wanted.owner).stake
    if isinstance(wanted, DelegateFor) and wanted.owner not in run.at.mine:
        return wanted.owner, wanted.amount
    return None


def _left_behind(wanted: Intention, run: Run) -> Iterator[Disturbance]:
    """Fees and locks stay with the account whose stake is handed over."""
    if not isinstance(wanted, HandOver):
        return
    one, fees = run.after.account(wanted.owner), run.after.worth(wanted.owner).fees
    locked = sum(lock.amount for lock in one.locks.values())
    parts = [f"{eth(fees)} of fees"] * bool(fees) + [f"{lpt(locked)} in unbonding locks"] * bool(one.locks)
    if parts:
        yield Disturbance(
            "left_behind",
            wanted.owner,
            f"{' and '.join(parts)} stay with {run.at.called(wanted.owner)}. Keep its key until they are withdrawn.",
        )


def _pending(run: Run) -> Iterator[Disturbance]:
    for who in run.before.accounts:
        if run.before.status_of(who) is Status.BONDED and run.after.status_of(who) is Status.PENDING:
            soon = run.after.account(who).start_round
            yield Disturbance(
                "pending_until_next_round",
                who,
                f"The stake counts again from round {soon:,} on. Until then it can be moved but not taken out.",
            )


def _locks(run: Run) -> Iterator[Disturbance]:
    for who, one in run.before.accounts.items():
        later = run.after.account(who)
        kept = [number for number in one.locks if number in later.locks]
        if kept and later.delegate not in (one.delegate, ZERO_ADDRESS):
            amount = sum(one.locks[number].amount for number in kept)
            yield Disturbance(
                "locks_would_rebond_elsewhere",
                who,
                f"{_named(kept)} with {lpt(amount)} stay as they "
                f"are, but from now on could go back to work only with {run.at.called(later.delegate)}.",
                amount,
                "LPT",
            )


def _named(locks: list[int]) -> str:
    return f"{'Locks' if len(locks) > 1 else 'Lock'} {', '.join(map(str, locks))}"


def _lock_back(wanted: Intention, run: Run) -> Iterator[Disturbance]:
    """A lock goes back to where the stake is now, whatever it was taken out of."""
    if not isinstance(wanted, Cancel) or run.before.status_of(wanted.owner) is Status.UNBONDED:
        return
    one: Account = run.before.account(wanted.owner)
    origin = run.at.lock_origins.get((wanted.owner, wanted.lock_id))
    if origin is not None and origin != one.delegate:
        amount = one.locks[wanted.lock_id].amount
        yield Disturbance(
            "lock_goes_elsewhere",
            wanted.owner,
            f"Lock {wanted.lock_id} was taken out from {run.at.called(origin)}. It does not go back there but to "
            f"{run.at.called(one.delegate)}, where the stake is now.",
            amount,
            "LPT",
        )


def _others(wanted: Intention, run: Run) -> Iterator[Disturbance]:
    """Accounts that the intention does not name, or names only to receive, whose books change all the same."""
    named = set(concerned(wanted))
    for who, one in run.before.accounts.items():
        if who not in named and run.after.account(who) != one:
            whose = "of yours" if who in run.at.mine else "of somebody else"
            yield Disturbance("other_position", who, f"The position {whose}, {run.at.called(who)}, changes too.")
