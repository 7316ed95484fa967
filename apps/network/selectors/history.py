"""What rounds leave behind: one node's rounds, and changes of stake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Sum

from apps.network.models import Block, Orchestrator, OrchestratorRound, Round


@dataclass(frozen=True, slots=True)
class NodeRound:
    """One round of one node; see OrchestratorRound for the units."""

    round: int
    active: bool
    stake_lpt_wei: int | None
    reward_cut_ppm: int
    fee_share_ppm: int
    reward_called: bool
    reward_lpt_wei: int
    fees_eth_wei: int
    tickets: int
    reward_factor: int
    fee_factor: int


_COLUMNS = (
    "round",
    "active",
    "stake_lpt_wei",
    "reward_cut_ppm",
    "fee_share_ppm",
    "reward_called",
    "reward_lpt_wei",
    "fees_eth_wei",
    "tickets",
    "reward_factor",
    "fee_factor",
)


@dataclass(frozen=True, slots=True)
class StakeMove:
    """Stake that came to a node (above 0) or left it, rewards aside, and the stake it had before."""

    address: str
    moved_lpt_wei: int
    before_lpt_wei: int


def latest_round() -> Round | None:
    """The newest initialised round with its block; None on a fresh index."""
    return Round.objects.select_related("block").order_by("-number").first()


def latest_block() -> Block | None:
    return Block.objects.order_by("-number").first()


def first_round() -> int | None:
    """The first round whose beginning was indexed."""
    return Round.objects.order_by("number").values_list("number", flat=True).first()


def rounds_by_number(numbers: Sequence[int]) -> dict[int, Round]:
    """The named rounds that were initialised."""
    return Round.objects.in_bulk(list(numbers)) if numbers else {}


def node_rounds(address: str, *, most: int) -> list[NodeRound]:
    """The newest `most` rounds in which the node was active or earned, oldest first."""
    rows = OrchestratorRound.objects.filter(orchestrator=address).order_by("-round").values_list(*_COLUMNS)[:most]
    return [NodeRound(*row) for row in reversed(rows)]


_LINE = """
SELECT round, fees_eth_wei::float8 / 1e18, stake_lpt_wei::float8 / 1e18 FROM network_orchestrator_round
WHERE orchestrator = %s AND round < %s ORDER BY round DESC LIMIT %s
"""


def node_line(address: str, *, before: int, most: int) -> list[tuple[int, float, float | None]]:
    """Round, fees in ETH and stake in LPT of the newest `most` rounds below `before`, oldest first; for drawing."""
    with connection.cursor() as cursor:
        cursor.execute(_LINE, [address, before, most])
        return list(reversed(cursor.fetchall()))


def stake_moves(*, since: int, running: int) -> list[StakeMove]:
    """Nodes active in round `since` whose stake moved until now, rewards taken out; the largest gain first."""
    before = OrchestratorRound.objects.filter(round=since, active=True, stake_lpt_wei__isnull=False)
    held = {node: stake for node, stake in before.values_list("orchestrator", "stake_lpt_wei") if stake is not None}
    rewarded = OrchestratorRound.objects.filter(round__range=(since, running), orchestrator__in=list(held))
    rewards = dict(rewarded.values_list("orchestrator").annotate(total=Sum("reward_lpt_wei")))
    now = Orchestrator.objects.filter(address__in=list(held)).values_list("address", "stake_lpt_wei")
    moves = [StakeMove(node, stake - rewards.get(node, 0) - held[node], held[node]) for node, stake in now]
    return sorted((move for move in moves if move.moved_lpt_wei), key=lambda move: (-move.moved_lpt_wei, move.address))


def first_round_with_stake(not_before: int) -> int | None:
    """The first round from `not_before` on that had an active set; None where there is none yet."""
    rows = OrchestratorRound.objects.filter(round__gte=not_before, active=True).order_by("round")
    return rows.values_list("round", flat=True).first()
