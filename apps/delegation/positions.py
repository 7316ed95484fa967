"""Positions as the index knows them: what is held, with whom, what waits, what was put in and what was earned.

However many addresses are asked for, the number of queries is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import connection

from apps.delegation import earned
from apps.delegation.cautions import cautions
from apps.delegation.earned import RoundEarned, Step, Stored
from apps.delegation.held import Held, Joined, Lock, Node, Sums
from apps.delegation.models import Position, StakeEvent, UnbondingLock
from apps.delegation.waiting import LOOKED_AT, Start, expected
from apps.delegation.worth import worth
from apps.network.models import Orchestrator, OrchestratorRound, Round
from apps.protocol.earnings import Earnings
from apps.protocol.units import ZERO_ADDRESS

MOST_TOGETHER = 20


def position_of(address: str) -> Held:
    """One address, also one that never had stake."""
    return positions_of([address])[0]


def positions_of(addresses: Sequence[str]) -> list[Held]:
    """These addresses, in their order. Eight queries at most."""
    starts = _starts()
    running = starts[0][0] if starts else 0
    rows = {row.delegator: row for row in Position.objects.filter(delegator__in=addresses)}
    if not rows:
        return [Held(address=address, running=running) for address in addresses]
    now = worth(delegators=rows)
    sums, joined = _sums(list(rows))
    locks = _locks(list(rows), starts)
    nodes = _nodes({row.delegate for row in rows.values()} - {ZERO_ADDRESS}, running)
    found = {}
    for who, row in rows.items():
        held = _held(row, now[who], running)
        held = replace(held, sums=sums.get(who, Sums()), locks=tuple(locks.get(who, ())))
        held = replace(held, node=nodes.get(held.delegate), joined=joined.get(who) if held.delegate else None)
        found[who] = replace(held, cautions=cautions(held))
    return [found.get(address) or Held(address=address, running=running) for address in addresses]


def rounds_of(held: Held, *, first: int = 0, last: int | None = None) -> list[RoundEarned] | None:
    """The position in each round that it held or moved something, oldest first; None where logs are missing.

    Two queries.
    """
    if not held.history_known:
        return None
    history = earned.replay(_steps(held.address))
    if not history.delegates:
        return []
    rewards, fees = held.pending_rewards_lpt_wei, held.pending_fees_eth_wei
    # claimed in the running round already: what is left pending is a node's own commission
    history.ends(held.running, rewards=rewards, fees=fees)
    first = max(first, min(history.delegates))
    factors = _factors([each for each in history.stretches if each.last >= first], first=first)
    return earned.by_round(history, factors, first=first, last=held.running if last is None else last)


def _starts() -> list[Start]:
    return list(Round.objects.order_by("-number").values_list("number", "started_at")[:LOOKED_AT])


def _held(row: Position, now: Earnings, running: int) -> Held:
    return Held(
        address=row.delegator,
        running=running,
        ever=True,
        delegate="" if row.delegate == ZERO_ADDRESS else row.delegate,
        bonded_lpt_wei=row.bonded_lpt_wei,
        stored_fees_eth_wei=row.fees_eth_wei,
        stake_lpt_wei=now.stake,
        fees_eth_wei=now.fees,
        start_round=row.start_round,
        last_claim_round=row.last_claim_round,
    )


# Came: the newest bond from elsewhere; else the first log that names the delegate, as a rebond by an empty position.
_SUMS = """
    SELECT e.delegator,
           coalesce(sum(e.amount_lpt_wei) FILTER (WHERE e.kind IN ('bond', 'rebond')), 0),
           coalesce(sum(e.amount_lpt_wei) FILTER (WHERE e.kind IN ('unbond', 'slash')), 0),
           coalesce(sum(e.amount_lpt_wei) FILTER (WHERE e.kind = 'claim'), 0),
           coalesce(sum(e.fees_eth_wei) FILTER (WHERE e.kind = 'claim'), 0),
           coalesce(sum(e.fees_eth_wei) FILTER (WHERE e.kind = 'withdraw_fees'), 0),
           max(e.block_id) FILTER (WHERE e.delegate = p.delegate AND e.kind = 'bond'
                                   AND e.other IS DISTINCT FROM e.delegate),
           min(e.block_id) FILTER (WHERE e.delegate = p.delegate AND e.kind IN ('bond', 'rebond'))
    FROM delegation_stake_event e JOIN delegation_position p ON p.delegator = e.delegator
    WHERE e.delegator = ANY(%s) GROUP BY e.delegator
"""
# The round of that log, and the terms set last before it.
_JOINED = """
    SELECT j.delegator, r.number, j.block, c.reward_cut_ppm, c.fee_share_ppm
    FROM unnest(%s::text[], %s::bigint[]) AS j(delegator, block)
    JOIN delegation_position p ON p.delegator = j.delegator
    CROSS JOIN LATERAL (
        SELECT number FROM network_round WHERE block_id <= j.block ORDER BY number DESC LIMIT 1
    ) r
    LEFT JOIN LATERAL (
        SELECT reward_cut_ppm, fee_share_ppm FROM network_cut_change
        WHERE orchestrator = p.delegate AND block_id <= j.block ORDER BY block_id DESC, log_index DESC LIMIT 1
    ) c ON true
"""


def _sums(delegators: list[str]) -> tuple[dict[str, Sums], dict[str, Joined]]:
    sums, blocks = {}, {}
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [delegators])
        for who, *amounts, came, first in cursor.fetchall():
            sums[who] = Sums(*[int(amount) for amount in amounts])
            if came is not None or first is not None:
                blocks[who] = first if came is None else came
        cursor.execute(_JOINED, [list(blocks), list(blocks.values())])
        return sums, {row[0]: Joined(*row[1:]) for row in cursor.fetchall()}


def _locks(delegators: list[str], starts: Sequence[Start]) -> dict[str, list[Lock]]:
    running = starts[0][0] if starts else 0
    rows = UnbondingLock.objects.filter(delegator__in=delegators, state=UnbondingLock.State.OPEN)
    found: dict[str, list[Lock]] = {}
    for row in rows.order_by("delegator", "withdraw_round", "lock_id"):
        ready = row.withdraw_round <= running
        when = None if ready else expected(row.withdraw_round, starts)
        made = Lock(row.lock_id, row.delegate, row.amount_lpt_wei, row.withdraw_round, ready, when)
        found.setdefault(row.delegator, []).append(made)
    return found


def _nodes(addresses: Iterable[str], running: int) -> dict[str, Node]:
    rows = {row.address: row for row in Orchestrator.objects.filter(address__in=list(addresses))}
    called = OrchestratorRound.objects.filter(orchestrator__in=list(rows), round=running, reward_called=True)
    rewarded = set(called.values_list("orchestrator", flat=True))
    return {address: _node(row, running, reward_called=address in rewarded) for address, row in rows.items()}


def _node(row: Orchestrator, running: int, *, reward_called: bool) -> Node:
    begins, ends = row.activation_round, row.deactivation_round
    return Node(
        address=row.address,
        ever_registered=row.ever_registered,
        registered=row.registered,
        in_pool=row.in_pool,
        begins=begins,
        ends=ends,
        active=begins is not None and begins <= running and (ends is None or running < ends),
        stake_lpt_wei=row.stake_lpt_wei,
        reward_cut_ppm=row.reward_cut_ppm,
        fee_share_ppm=row.fee_share_ppm,
        reward_called=reward_called,
    )


_STEP = (
    "kind", "round", "delegate", "other", "amount_lpt_wei", "bonded_lpt_wei", "fees_eth_wei", "lock_id", "start_round",
)  # fmt: skip


def _steps(address: str) -> list[Step]:
    rows: Any = StakeEvent.objects.filter(delegator=address).order_by("block_id", "log_index").values_list(*_STEP)
    return [
        Step(kind, number, delegate or "", other or "", *[int(amount or 0) for amount in amounts])
        for kind, number, delegate, other, *amounts in rows
    ]


# All factors from the round before the first one asked for; the newest of each kind before that; those counted from.
_FACTORS = """
    SELECT orchestrator, round, reward_factor, fee_factor FROM network_orchestrator_round
    WHERE orchestrator = ANY(%(nodes)s) AND round BETWEEN %(first)s AND %(last)s
      AND (reward_factor > 0 OR fee_factor > 0)
    UNION ALL
    SELECT node, r.round, r.reward_factor, r.fee_factor FROM unnest(%(nodes)s::text[]) AS node
    CROSS JOIN LATERAL (
        SELECT round, reward_factor, fee_factor FROM network_orchestrator_round
        WHERE orchestrator = node AND round < %(first)s AND reward_factor > 0 ORDER BY round DESC LIMIT 1
    ) r
    UNION ALL
    SELECT node, f.round, f.reward_factor, f.fee_factor FROM unnest(%(nodes)s::text[]) AS node
    CROSS JOIN LATERAL (
        SELECT round, reward_factor, fee_factor FROM network_orchestrator_round
        WHERE orchestrator = node AND round < %(first)s AND fee_factor > 0 ORDER BY round DESC LIMIT 1
    ) f
    UNION ALL
    SELECT s.orchestrator, s.round, s.reward_factor, s.fee_factor FROM network_orchestrator_round s
    JOIN unnest(%(start_nodes)s::text[], %(starts)s::int[]) AS counted(node, number)
      ON s.orchestrator = counted.node AND s.round = counted.number
    WHERE s.round < %(first)s
"""


def _factors(stretches: Sequence[earned.Stretch], *, first: int) -> Mapping[str, Stored]:
    """What `by_round` needs of the nodes of these stretches for rounds from `first` on."""
    if not stretches:
        return {}
    found: dict[str, dict[int, tuple[int, int]]] = {}
    counted = sorted({(base.delegate, each.first) for each in stretches for base in each.bases})
    asked: dict[str, Any] = {
        "nodes": sorted({base.delegate for each in stretches for base in each.bases}),
        "first": max(first - 1, min(each.first for each in stretches)),
        "last": max(each.last for each in stretches),
        "start_nodes": [node for node, _ in counted],
        "starts": [number for _, number in counted],
    }
    with connection.cursor() as cursor:
        cursor.execute(_FACTORS, asked)
        for node, number, reward, fee in cursor.fetchall():
            found.setdefault(node, {})[number] = (int(reward), int(fee))
    return found
