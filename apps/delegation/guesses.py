"""What a plan will likely have to ask the chain, as the index knows it: a good guess makes one trip of several.

Only questions come from here. Every answer is the chain's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from apps.chain.readers import Read, bonding
from apps.delegation.models import Position
from apps.delegation.snapshot import Contracts, Wanted
from apps.network.models import Orchestrator, Round
from apps.protocol.units import ZERO_ADDRESS, Address

MORE_LOCKS = 2  # beyond those indexed: somebody may have opened one meanwhile


def pool_members() -> tuple[Address, ...]:
    """Who is in the pool by the index."""
    found = Orchestrator.objects.filter(in_pool=True).order_by("-stake_lpt_wei", "address")
    return tuple(Address(address) for address in found.values_list("address", flat=True))


def reads(at: Contracts, wanted: Wanted) -> tuple[Read[Any], ...]:
    """The likely questions of a plan. Three queries."""
    now = Round.objects.order_by("-number").values_list("number", flat=True).first() or 0
    positions = list(
        Position.objects.filter(delegator__in=wanted.accounts).values_list(
            "delegator", "delegate", "last_claim_round", "next_lock_id"
        )
    )
    nodes = {*wanted.nodes, *wanted.accounts, *(delegate for _, delegate, _, _ in positions)} - {ZERO_ADDRESS}
    claims = {claimed for _, _, claimed, _ in positions}
    return (
        *_locks(at, positions),
        *_nodes(at, nodes, now, claims),
    )


def _locks(at: Contracts, positions: Collection[tuple[str, str, int, int]]) -> Iterator[Read[Any]]:
    for who, _, _, next_lock in positions:
        for number in range(next_lock + MORE_LOCKS):
            yield bonding.unbonding_lock(at.bonding_manager, who, number)


def _nodes(at: Contracts, nodes: Collection[str], now: int, claims: Collection[int]) -> Iterator[Read[Any]]:
    bonds = at.bonding_manager
    rounds: dict[str, set[int]] = {who: {now} | set(claims) for who in nodes}
    known = Orchestrator.objects.filter(address__in=nodes)
    for who, rewarded, paid, staked in known.values_list(
        "address", "last_reward_round", "last_fee_round", "last_stake_update_round"
    ):
        rounds[who] |= {rewarded, paid, min(now, staked)}
    for who in sorted(rounds):
        yield bonding.transcoder(bonds, who)
        yield bonding.total_stake(bonds, who)
        yield bonding.is_registered(bonds, who)
        yield bonding.is_active(bonds, who)
        for number in sorted(rounds[who] | ({0} if who not in known else set())):
            yield bonding.earnings_pool(bonds, who, number)
