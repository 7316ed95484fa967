"""What a reader of a plan should know though the plan does not do it: nothing to agree to, and nothing to wait for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apps.delegation.plan.disturbances import Run
from apps.delegation.plan.intentions import BecomeOrchestrator, Delegate, DelegateFor, Intention, MoveAll, Withdraw


@dataclass(frozen=True, slots=True)
class Note:
    """One fact: its code for programs, and the sentence."""

    code: str
    sentence: str


def notes(wanted: Intention, run: Run) -> tuple[Note, ...]:
    """Everything that applies."""
    return (*_votes(wanted, run), *_old_stake(wanted, run))


def _votes(wanted: Intention, run: Run) -> Iterator[Note]:
    if wanted.owner not in run.at.uncounted:
        return
    counts = run.after.account(wanted.owner) != run.before.account(wanted.owner) and not isinstance(wanted, Withdraw)
    so = "This plan has it counted." if counts else "Anybody may have it counted by checkpointBondingState."
    yield Note("votes_not_counted", f"The voting power of this stake was never counted, so it has none yet. {so}")


def _old_stake(wanted: Intention, run: Run) -> Iterator[Note]:
    """Stake from before the protocol came to this chain is claimed by a contract that may move all that is there."""
    if run.at.migrates and isinstance(wanted, Delegate | DelegateFor | MoveAll | BecomeOrchestrator):
        yield Note(
            "old_stake",
            "If this account staked on Ethereum before the protocol moved and never claimed that here: claiming it "
            "can move this whole stake to the old orchestrator. Claim it first, or name the present one as its new "
            "delegate.",
        )
