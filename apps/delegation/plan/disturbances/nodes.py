"""What is to be known of the orchestrators that gain or lose stake by a plan, and who loses with them."""

from __future__ import annotations

from collections.abc import Iterator

from apps.delegation.plan.calls import lpt
from apps.delegation.plan.disturbances.run import Disturbance, Run
from apps.protocol import formats
from apps.protocol.bonding.state import Node
from apps.protocol.formats import NBSP
from apps.protocol.units import Address


def found(run: Run) -> Iterator[Disturbance]:
    """Those that gain, then those that lose."""
    for who, node in run.after.nodes.items():
        earlier = run.before.nodes[who]
        if node.stake > earlier.stake:
            yield from _shortcomings(earlier, node, run)
            yield from _terms(who, run)
    yield from _evicted(run)
    yield from _last(run)
    yield from _resigned(run)


def _shortcomings(earlier: Node, node: Node, run: Run) -> Iterator[Disturbance]:
    name, code = run.at.called(node.address), ""
    if not node.registered:
        votes = ", and has no votes" if run.at.votes_count else ""
        code, sentence = "delegate_not_registered", f"{name} is not registered: stake with it earns nothing{votes}."
    elif earlier.is_leaving and not run.after.pool.holds(node.address):
        code, sentence = "delegate_leaving", f"{name} leaves the active set with the next round."
    elif not run.after.pool.holds(node.address):
        code = "delegate_out_of_pool"
        sentence = (
            f"{name} has too little stake for a place among the {run.after.pool.max_size} active ones, also after "
            "this: stake with it earns nothing while that is so."
        )
    elif earlier.active and not node.active:
        code = "delegate_suspended"
        sentence = (
            f"{name} lost its place in this round, and comes back by this: it is not active for the rest of the "
            f"round, and earns nothing more in it for the {lpt(earlier.stake)} with it."
        )
    elif not earlier.active:
        code = "delegate_inactive"
        sentence = f"{name} is not active in this round; it earns from round {node.activation_round:,} on."
    if code:
        yield Disturbance(code, node.address, sentence)


def _terms(who: Address, run: Run) -> Iterator[Disturbance]:
    worse = run.at.worsened.get(who)
    if worse is not None:
        yield Disturbance(
            "terms_worsened_lately",
            who,
            f"{run.at.called(who)} made its terms worse in round {worse.round:,}: reward cut "
            f"{formats.percent(worse.old_reward_cut)} to {formats.percent(worse.new_reward_cut)}{NBSP}%, fee "
            f"share {formats.percent(worse.old_fee_share)} to {formats.percent(worse.new_fee_share)}{NBSP}%.",
        )


def _evicted(run: Run) -> Iterator[Disturbance]:
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


def _last(run: Run) -> Iterator[Disturbance]:
    """An orchestrator that loses stake keeps its place, but the last of a full pool is the next to lose it."""
    before, after = run.before.pool, run.after.pool
    for who, node in run.before.nodes.items():
        left = run.after.node(who).stake
        if left < node.stake and after.is_full and after.place_of(who) == len(after.members) != before.place_of(who):
            yield Disturbance(
                "delegate_becomes_last",
                who,
                f"{run.at.called(who)} becomes the last of {after.max_size} active ones. Whoever gathers more stake "
                f"takes its place, and then the {lpt(left)} still with it earn nothing.",
                left,
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
