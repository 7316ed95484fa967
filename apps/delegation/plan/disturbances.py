"""What a plan would change beside what was asked, found by comparing the states before, between and after its calls.

Each has a code by which its reader acknowledges it, a sentence, and an amount in wei where it is one. What was asked
for is no disturbance, but for moving a whole stake and giving one away: these are named even when they were asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apps.delegation.plan.calls import Call, lpt
from apps.delegation.plan.facts import Snapshot
from apps.delegation.plan.intentions import (
    BecomeOrchestrator,
    HandOver,
    Intention,
    MovePart,
    WithdrawFees,
    concerned,
)
from apps.protocol import formats
from apps.protocol.bonding.rewards import forfeited
from apps.protocol.bonding.state import Node, State, Status
from apps.protocol.bonding.steps import Stepped
from apps.protocol.formats import NBSP
from apps.protocol.units import ZERO_ADDRESS, Address


@dataclass(frozen=True, slots=True)
class Disturbance:
    """One change beside the intention. `about` is whom it concerns; `unit` is LPT or ETH where there is an amount."""

    code: str
    about: Address
    sentence: str
    amount_wei: int | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """The calls with the state after each; `before` is the snapshot's."""

    at: Snapshot
    calls: tuple[Call, ...]
    steps: tuple[Stepped, ...]

    @property
    def before(self) -> State:
        return self.at.state

    @property
    def after(self) -> State:
        return self.steps[-1].state if self.steps else self.at.state

    @property
    def states(self) -> Sequence[State]:
        return (self.before, *(step.state for step in self.steps))


def disturbances(wanted: Intention, run: Run) -> tuple[Disturbance, ...]:
    """All of them, in the order in which a reader should meet them."""
    found = (
        *_moved(wanted, run),
        *_forfeited(run),
        *_given_away(wanted, run),
        *_pending(run),
        *_locks(run),
        *_gains(run),
        *_pool(run),
        *_resigned(run),
        *_fees_to_code(wanted, run),
        *_votes(run),
        *_others(wanted, run),
    )
    return tuple(found)


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
            )
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
    if not isinstance(wanted, MovePart | HandOver):
        return
    amount = wanted.amount if isinstance(wanted, MovePart) else run.before.worth(wanted.owner).stake
    receiver = run.at.called(wanted.receiver)
    yield Disturbance(
        "ownership_given_away",
        wanted.receiver,
        f"{receiver} owns {lpt(amount)} of the stake from then on. Only that account can give it back.",
        amount,
        "LPT",
    )
    node = run.before.nodes.get(wanted.receiver)
    if node is not None and node.registered:
        yield Disturbance(
            "gift_to_orchestrator",
            wanted.receiver,
            f"{receiver} is an orchestrator: what it receives becomes its own stake.",
            amount,
            "LPT",
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
                f"{'Locks' if len(kept) > 1 else 'Lock'} {', '.join(map(str, kept))} with {lpt(amount)} stay as they "
                f"are, but from now on could go back to work only with {run.at.called(later.delegate)}.",
                amount,
                "LPT",
            )


def _gains(run: Run) -> Iterator[Disturbance]:
    """What is to be known of every orchestrator that receives stake."""
    for who, node in run.after.nodes.items():
        earlier = run.before.nodes[who]
        if node.stake > earlier.stake:
            yield from _shortcomings(earlier, node, run)
            worse = run.at.worsened.get(who)
            if worse is not None:
                yield Disturbance(
                    "terms_worsened_lately",
                    who,
                    f"{run.at.called(who)} made its terms worse in round {worse.round:,}: reward cut "
                    f"{formats.percent(worse.old_reward_cut)} to {formats.percent(worse.new_reward_cut)}{NBSP}%, fee "
                    f"share {formats.percent(worse.old_fee_share)} to {formats.percent(worse.new_fee_share)}{NBSP}%.",
                )


def _shortcomings(earlier: Node, node: Node, run: Run) -> Iterator[Disturbance]:
    name = run.at.called(node.address)
    if not node.registered:
        yield Disturbance(
            "delegate_not_registered", node.address, f"{name} is not registered: stake with it earns nothing."
        )
    elif earlier.is_leaving and not run.after.pool.holds(node.address):
        yield Disturbance("delegate_leaving", node.address, f"{name} leaves the active set with the next round.")
    elif not run.after.pool.holds(node.address):
        yield Disturbance(
            "delegate_out_of_pool",
            node.address,
            f"{name} has too little stake for a place among the {run.after.pool.max_size} active ones, also after "
            "this: stake with it earns nothing while that is so.",
        )
    elif not earlier.active:
        yield Disturbance(
            "delegate_inactive",
            node.address,
            f"{name} is not active in this round; it earns from round {node.activation_round:,} on.",
        )


def _pool(run: Run) -> Iterator[Disturbance]:
    for step in run.steps:
        if step.evicted is not None:
            stake = next(one.stake for one in run.before.pool.members if one.address == step.evicted)
            yield Disturbance(
                "node_evicted",
                step.evicted,
                f"{run.at.called(step.evicted)} loses its place among the active ones, and the {lpt(stake)} delegated "
                "to it earn nothing from the next round on.",
                stake,
                "LPT",
            )


def _resigned(run: Run) -> Iterator[Disturbance]:
    for who, node in run.before.nodes.items():
        if node.registered and not run.after.node(who).registered:
            others = run.at.stranded.get(who, 0)
            yield Disturbance(
                "orchestrator_resigns",
                who,
                f"{run.at.called(who)} stops being an orchestrator. {lpt(others)} of others stay with it and earn "
                "nothing from the next round on.",
                others,
                "LPT",
            )


def _fees_to_code(wanted: Intention, run: Run) -> Iterator[Disturbance]:
    if isinstance(wanted, WithdrawFees) and wanted.recipient in run.at.contracts:
        amount = run.before.worth(wanted.owner).fees if wanted.amount is None else wanted.amount
        yield Disturbance(
            "eth_to_contract",
            wanted.recipient,
            f"{run.at.called(wanted.recipient)} is a contract. Fees are sent with very little gas, which many contract "
            "wallets refuse; an ordinary account is safe.",
            amount,
            "ETH",
        )


def _votes(run: Run) -> Iterator[Disturbance]:
    if not run.at.votes_count:
        return
    for who, one in run.before.accounts.items():
        later = run.after.account(who)
        if one.bonded and later.delegate != one.delegate:
            yield Disturbance(
                "votes_moved",
                who,
                "From the next round on the voting power of this stake counts with the new orchestrator. Votes that "
                "are open keep the power of the round in which they began.",
            )


def _others(wanted: Intention, run: Run) -> Iterator[Disturbance]:
    """Accounts that the intention does not name, or names only to receive, whose books change all the same."""
    named = set(concerned(wanted))
    for who, one in run.before.accounts.items():
        if who not in named and run.after.account(who) != one:
            whose = "of yours" if who in run.at.mine else "of somebody else"
            yield Disturbance("other_position", who, f"The position {whose}, {run.at.called(who)}, changes too.")
