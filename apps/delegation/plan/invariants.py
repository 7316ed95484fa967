"""What must hold of a plan whatever it is for; one that does not hold means that no plan is given out."""

from __future__ import annotations

from dataclasses import dataclass

from apps.delegation.plan.disturbances import Run
from apps.delegation.plan.intentions import (
    Add,
    BecomeOrchestrator,
    Delegate,
    DelegateFor,
    Intention,
    MoveAll,
    ResetAllowance,
    actor,
)
from apps.protocol.bonding.state import Status


@dataclass(frozen=True, slots=True)
class Invariant:
    """One promise: its name for programs, the sentence, and whether it holds."""

    name: str
    sentence: str
    ok: bool


def invariants(wanted: Intention, run: Run) -> tuple[Invariant, ...]:
    """Every promise that this kind of plan makes."""
    return (
        Invariant("locks_kept", "Every lock but those used stays exactly as it is.", _locks_kept(run)),
        Invariant("allowance_not_larger", "No allowance is larger afterwards than before.", _allowances(wanted, run)),
        Invariant("wallet_pays_exactly", "The wallet pays exactly the amount named.", _paid(wanted, run)),
        Invariant("stake_is_whole", "No stake is lost: what leaves one place arrives at another.", _whole(run)),
        Invariant("delegate_kept", "Nobody's orchestrator changes who did not ask for it.", _delegates(wanted, run)),
    )


def _locks_kept(run: Run) -> bool:
    for who, one in run.before.accounts.items():
        later = run.after.account(who).locks
        if any(later[number] != lock for number, lock in one.locks.items() if number in later):
            return False
    used = sum(
        number not in run.after.account(who).locks for who, one in run.before.accounts.items() for number in one.locks
    )
    takes = ("rebondWithHint", "rebondFromUnbondedWithHint", "withdrawStake")
    return used == sum(call.function in takes for call in run.calls)


def _allowances(wanted: Intention, run: Run) -> bool:
    if isinstance(wanted, ResetAllowance):
        return run.after.account(wanted.owner).allowance == 0
    return all(run.after.account(who).allowance <= one.allowance for who, one in run.before.accounts.items())


def _paid(wanted: Intention, run: Run) -> bool:
    """The signer's LPT, less the amount and whatever an inner step pays, plus what was withdrawn."""
    who = actor(wanted)
    before, after = run.before.account(who), run.after.account(who)
    gone = before.lpt_balance - after.lpt_balance
    withdrawn = sum(
        lock.amount
        for number, lock in before.locks.items()
        if number not in after.locks and any(call.function == "withdrawStake" for call in run.calls)
    )
    return gone == _price(wanted, run) - withdrawn


def _price(wanted: Intention, run: Run) -> int:
    if isinstance(wanted, Delegate | Add | DelegateFor | BecomeOrchestrator):
        return wanted.amount
    if isinstance(wanted, MoveAll):
        return wanted.extra
    return sum(1 for call in run.calls if call.function == "bondForWithHint")  # a seed of 1 wei


def _whole(run: Run) -> bool:
    """Stake, locks and wallets of all accounts together, with pending rewards, are the same before and after.

    On the first contracts a receiver that never claimed counts from an older factor, and may hold more afterwards.
    """
    before, after = _held(run, after=False), _held(run, after=True)
    return before == after if run.before.rules.receiver_claims else before <= after


def _held(run: Run, *, after: bool) -> int:
    state = run.after if after else run.before
    return sum(
        state.worth(who).stake + sum(lock.amount for lock in one.locks.values()) + one.lpt_balance
        for who, one in state.accounts.items()
    )


def _delegates(wanted: Intention, run: Run) -> bool:
    may_change = {actor(wanted), wanted.owner}
    for who, one in run.before.accounts.items():
        changed = run.after.account(who).delegate != one.delegate
        if changed and who not in may_change and run.before.status_of(who) is not Status.UNBONDED:
            return False
    return True
