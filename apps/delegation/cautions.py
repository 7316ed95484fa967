"""What the owner of a position should know before doing anything, most serious first."""

from __future__ import annotations

from collections.abc import Iterator

from apps.delegation.held import TONES, Caution, Held
from apps.protocol import formats


def cautions(held: Held) -> tuple[Caution, ...]:
    """Everything that applies."""
    found = [*_of_node(held), *_of_terms(held), *_of_timing(held), *_of_locks(held), *_of_history(held)]
    return tuple(sorted(found, key=lambda one: TONES.index(one.tone)))


def _of_node(held: Held) -> Iterator[Caution]:
    node = held.node
    if node is None or not held.stake_lpt_wei:
        return
    running = formats.grouped(held.running)
    if not node.ever_registered:
        yield Caution(
            "parked",
            "danger",
            "The stake lies with an address that never was an orchestrator and earns nothing there.",
        )
    elif not node.registered:
        yield Caution(
            "node_unregistered",
            "danger",
            "Its orchestrator is not registered any more: it holds no stake of its own, and no stake earns there.",
        )
    elif not node.active and node.begins is not None and node.in_pool:
        begins = formats.grouped(node.begins)
        yield Caution("node_waiting", "info", f"Its orchestrator becomes active in round {begins} and earns from then.")
    elif not node.active:
        yield Caution(
            "node_inactive", "warn", f"Its orchestrator is not active in round {running}, so the stake earns nothing."
        )
    elif node.ends is not None:
        ends = formats.grouped(node.ends)
        yield Caution("node_leaving", "warn", f"Its orchestrator left the pool and earns nothing from round {ends} on.")


def _of_terms(held: Held) -> Iterator[Caution]:
    node, joined = held.node, held.joined
    if node is None or joined is None or joined.reward_cut_ppm is None or joined.fee_share_ppm is None:
        return
    worse = []
    if node.reward_cut_ppm > joined.reward_cut_ppm:
        worse.append(f"its reward cut is {_percent(node.reward_cut_ppm)} and was {_percent(joined.reward_cut_ppm)}")
    if node.fee_share_ppm < joined.fee_share_ppm:
        worse.append(f"its fee share is {_percent(node.fee_share_ppm)} and was {_percent(joined.fee_share_ppm)}")
    if worse:
        since = formats.grouped(joined.round)
        sentence = f"Terms got worse since the stake came to its orchestrator in round {since}: {' and '.join(worse)}."
        yield Caution("terms_worse", "warn", sentence)


def _percent(ppm: int) -> str:
    return f"{formats.percent(ppm)}{formats.NBSP}%"


def _of_timing(held: Held) -> Iterator[Caution]:
    if not held.bonded_lpt_wei:
        return
    if held.start_round > held.running:
        starts = formats.grouped(held.start_round)
        yield Caution("position_pending", "info", f"The stake counts from round {starts} on and earns nothing before.")
    elif held.reward_at_stake:
        yield Caution(
            "reward_pending",
            "warn",
            f"Reward was not called yet in round {formats.grouped(held.running)}. To move, add to or unbond "
            "any of this stake, or withdraw its fees, before that call gives up the round's reward on all of it.",
        )


def _of_locks(held: Held) -> Iterator[Caution]:
    ready = [lock for lock in held.locks if lock.ready]
    if ready:
        amount = formats.lpt(sum(lock.amount_lpt_wei for lock in ready))
        yield Caution("locks_ready", "info", f"{amount}{formats.NBSP}LPT can be withdrawn now.")
    if held.delegate and any(lock.delegate != held.delegate for lock in held.locks):
        yield Caution(
            "locks_elsewhere",
            "info",
            "Some stake on its way out was with another orchestrator: bonded again, it comes to the present one.",
        )


def _of_history(held: Held) -> Iterator[Caution]:
    if held.ever and not held.history_known:
        yield Caution(
            "history_incomplete", "info", "Not all logs of this position are indexed, so what was put in is unknown."
        )
