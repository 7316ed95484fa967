"""What rounds leave behind: one node's rounds, changes of stake, the matched share over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import F, Sum

from apps.network.models import Block, Orchestrator, OrchestratorRound, Round
from apps.network.selectors.flows import Matched, NodeFlow, matched
from apps.protocol.earnings import Factors
from apps.protocol.perc import ONE, precise_perc_of
from apps.protocol.units import EthWei, LptWei


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
class Earned:
    """What a stake left alone would have earned after round `since`, by the factors the contract stored."""

    since: int
    rewards_lpt_wei: LptWei
    fees_eth_wei: EthWei


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


# the newest row that stored a factor, by the table's key, for each of a few rounds
_FACTORS = """
SELECT asked.round,
    coalesce((SELECT reward_factor FROM network_orchestrator_round WHERE orchestrator = %(node)s
        AND round <= asked.round AND reward_factor > 0 ORDER BY round DESC LIMIT 1), 0),
    coalesce((SELECT fee_factor FROM network_orchestrator_round WHERE orchestrator = %(node)s
        AND round <= asked.round AND fee_factor > 0 ORDER BY round DESC LIMIT 1), 0)
FROM unnest(%(rounds)s::int[]) AS asked(round)
"""


def factors_at(address: str, rounds: Sequence[int]) -> dict[int, Factors]:
    """The factors that hold at the end of each of these rounds; 0 where none was stored by then."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTORS, {"node": address, "rounds": list(rounds)})
        return {number: Factors(int(reward), int(fee)) for number, reward, fee in cursor.fetchall()}


def first_round_of(address: str) -> int | None:
    """The first round in which the node was active or earned."""
    rows = OrchestratorRound.objects.filter(orchestrator=address).order_by("round")
    return rows.values_list("round", flat=True).first()


def earned(stake: LptWei, *, since: int, start: Factors, end: Factors) -> Earned:
    """What `stake`, put in place by the end of round `since`, grew by.

    Uses the same fixed-point division as the contract. Rewards are counted as restaked, as the contract does.
    """
    reward_start, reward_end = start.reward or ONE, end.reward or ONE
    grown = precise_perc_of(stake, reward_end, reward_start)
    return Earned(since, LptWei(grown - stake), EthWei(precise_perc_of(stake, end.fee - start.fee, reward_start)))


def stake_moves(*, since: int, running: int) -> list[StakeMove]:
    """Nodes active in round `since` whose stake moved until now, rewards taken out; the largest gain first."""
    before = OrchestratorRound.objects.filter(round=since, active=True, stake_lpt_wei__isnull=False)
    held = {node: stake for node, stake in before.values_list("orchestrator", "stake_lpt_wei") if stake is not None}
    rewarded = OrchestratorRound.objects.filter(round__range=(since, running), orchestrator__in=list(held))
    rewards = dict(rewarded.values_list("orchestrator").annotate(total=Sum("reward_lpt_wei")))
    now = Orchestrator.objects.filter(address__in=list(held)).values_list("address", "stake_lpt_wei")
    moves = [StakeMove(node, stake - rewards.get(node, 0) - held[node], held[node]) for node, stake in now]
    return sorted((move for move in moves if move.moved_lpt_wei), key=lambda move: (-move.moved_lpt_wei, move.address))


# divisors of the 90 rounds that a point looks back on, so that a point is a whole number of steps
_STEPS = (1, 2, 3, 5, 6, 9, 10)
_LOOK_BACK = 90
_SPAN = 360


def matched_history(last: int) -> list[tuple[int, Matched]]:
    """The matched share at rounds up to `last`, each against the fees of the 90 rounds that end with it, oldest first.

    At most 360 rounds back and about 40 points. Rounds below `last` are over, so callers may keep the answer.
    """
    first = OrchestratorRound.objects.filter(active=True).order_by("round").values_list("round", flat=True).first()
    if first is None or first > last:
        return []
    span = min(last - first, _SPAN)
    step = next((size for size in _STEPS if span <= 40 * size), _STEPS[-1])
    points = list(range(last - span // step * step, last + 1, step))
    fees, stakes = _fees_by_step(points[0], last, step), _stakes_at(points)
    return [(point, _matched_at(point, step, fees, stakes[point])) for point in points]


def _fees_by_step(first_point: int, last: int, step: int) -> dict[int, dict[str, int]]:
    """Fees by node in each run of `step` rounds, keyed by the run's last round."""
    start = first_point - _LOOK_BACK + 1
    rows = OrchestratorRound.objects.filter(round__range=(start, last), fees_eth_wei__gt=0)
    # runs count back from `last`; (last - round) is never negative, so the division floors
    sums = (
        rows.annotate(run=(last - F("round")) / step)
        .values_list("run", "orchestrator")
        .annotate(total=Sum("fees_eth_wei"))
    )
    runs: dict[int, dict[str, int]] = defaultdict(dict)
    for run, address, total in sums:
        runs[last - int(run) * step][address] = total
    return runs


def _stakes_at(points: Sequence[int]) -> dict[int, dict[str, int]]:
    rows = OrchestratorRound.objects.filter(round__in=list(points), active=True, stake_lpt_wei__isnull=False)
    stakes: dict[int, dict[str, int]] = defaultdict(dict)
    for number, address, stake in rows.values_list("round", "orchestrator", "stake_lpt_wei"):
        stakes[number][address] = stake or 0
    return stakes


def _matched_at(point: int, step: int, fees: dict[int, dict[str, int]], stakes: dict[str, int]) -> Matched:
    paid: dict[str, int] = defaultdict(int)
    for run in range(point, point - _LOOK_BACK, -step):
        for address, amount in fees.get(run, {}).items():
            paid[address] += amount
    nodes = stakes.keys() | paid.keys()
    return matched([NodeFlow(node, LptWei(stakes.get(node, 0)), EthWei(paid.get(node, 0))) for node in nodes])


def first_round_with_stake(not_before: int) -> int | None:
    """The first round from `not_before` on that had an active set; None where there is none yet."""
    rows = OrchestratorRound.objects.filter(round__gte=not_before, active=True).order_by("round")
    return rows.values_list("round", flat=True).first()
