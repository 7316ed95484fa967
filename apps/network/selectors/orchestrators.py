"""The list of orchestrators: one typed row each, filtered and ordered as asked; pages and the API read the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db import connection
from django.db.models import F, Q

from apps.network.models import CutChange, Orchestrator
from apps.network.selectors import jobs
from apps.network.selectors.flows import Window
from apps.network.selectors.identities import Name, names
from apps.network.selectors.jobs import Slots
from apps.protocol.units import WEI, Address, EthWei, LptWei, Ppm

WORK_ROUNDS = 90
CALL_ROUNDS = 30
SPARK_ROUNDS = 3  # rounds in one bar of the sparkline
_MILLION_LPT = 10**6 * WEI
_NOWHERE: frozenset[str] = frozenset()


class PartFigures(NamedTuple):
    """A part in ten-thousandths, exact: value, interval and coverage (of 1). An unknown part has no value."""

    value: int | None
    low: int
    high: int
    coverage: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What a score run says of a node, by the method's weights or a reader's own.

    Parts that are unknown are None; without a rank `gate` says why. `parts` are the figures of all four, in the order
    of the fields. Under weights of the reader's own, `method_rank` and `method_value` are what the method gives.
    """

    value: float | None
    low: float | None
    high: float | None
    coverage: float
    rank: int | None
    work: float | None
    terms: float | None
    jobs: float | None
    community: float | None
    gate_code: str = ""
    gate: str = ""
    parts: tuple[PartFigures, PartFigures, PartFigures, PartFigures] | tuple[()] = ()
    method_rank: int | None = None
    method_value: float | None = None


@dataclass(frozen=True, slots=True)
class WorseTerms:
    """The last change in the window that left delegators less: what it was before; None where that term held."""

    round: int
    old_reward_cut_ppm: Ppm | None
    old_fee_share_ppm: Ppm | None


@dataclass(frozen=True, slots=True)
class OrchestratorRow:
    """One orchestrator as the list shows it. Work is of the last 90 rounds with the running one, calls of the last 30
    whole ones; what a node paid itself is in neither fees nor payers.
    """

    address: Address
    host: str  # of its service address; empty where none is set
    stake_lpt_wei: LptWei
    reward_cut_ppm: Ppm
    fee_share_ppm: Ppm
    active: bool
    in_pool: bool
    registered: bool
    fees_eth_wei: EthWei
    rate_eth_wei: EthWei | None  # fees for a million LPT of stake; None without stake
    payers: int
    calls_made: int
    calls_due: int
    worse: WorseTerms | None
    standing: Standing | None
    name: Name | None = None  # as its owner chose it; None where there is none to show
    jobs: tuple[Slots, ...] = ()  # what it offers, as far as sources tell
    regions: frozenset[str] = frozenset()  # from which it passed a test lately

    @property
    def idle_slots(self) -> int | None:
        """Free slots over all it offers; None where no source tells."""
        known = [each.idle for each in self.jobs if each.idle is not None]
        return sum(known) if known else None

    @property
    def slots_in_use(self) -> int | None:
        known = [each.in_use for each in self.jobs if each.in_use is not None]
        return sum(known) if known else None

    @property
    def counts_in_stake(self) -> bool:
        """Whether its stake is part of the stake that shares are taken of."""
        return self.active or self.in_pool

    @property
    def rank(self) -> int | None:
        return self.standing.rank if self.standing else None


def rows(round_number: int | None, standings: Mapping[Address, Standing]) -> list[OrchestratorRow]:
    """Every address that ever was an orchestrator, as it stands in the round; unordered. Seven queries."""
    beside = Beside(names(), jobs.slots_of_all(), jobs.regions_of_all(), standings)
    return [row_of(facts, beside) for facts in facts_of(round_number)]


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """What the chain alone tells of a node: the first half of its row."""

    address: Address
    host: str
    stake_lpt_wei: LptWei
    reward_cut_ppm: Ppm
    fee_share_ppm: Ppm
    active: bool
    in_pool: bool
    registered: bool
    fees_eth_wei: EthWei
    payers: int
    calls_made: int
    calls_due: int
    worse: WorseTerms | None


@dataclass(frozen=True, slots=True)
class Beside:
    """What goes with the chain's facts, by address: names, what is offered, tests passed, standing."""

    names: Mapping[str, Name]
    offered: Mapping[str, tuple[Slots, ...]]
    tested: Mapping[str, frozenset[str]]
    standings: Mapping[Address, Standing]


def row_of(facts: ChainFacts, beside: Beside) -> OrchestratorRow:
    """The row of a node."""
    address, stake, fees = facts.address, facts.stake_lpt_wei, facts.fees_eth_wei
    return OrchestratorRow(
        address,
        facts.host,
        stake,
        facts.reward_cut_ppm,
        facts.fee_share_ppm,
        facts.active,
        facts.in_pool,
        facts.registered,
        fees,
        EthWei(fees * _MILLION_LPT // stake) if stake else None,
        facts.payers,
        facts.calls_made,
        facts.calls_due,
        facts.worse,
        beside.standings.get(address),
        beside.names.get(address),
        beside.offered.get(address, ()),
        beside.tested.get(address, _NOWHERE),
    )


def with_standing(row: OrchestratorRow, standing: Standing | None) -> OrchestratorRow:
    """The row with another standing; written out because `replace` costs three times as much, ten thousand times."""
    return OrchestratorRow(
        row.address, row.host, row.stake_lpt_wei, row.reward_cut_ppm, row.fee_share_ppm, row.active, row.in_pool,
        row.registered, row.fees_eth_wei, row.rate_eth_wei, row.payers, row.calls_made, row.calls_due, row.worse,
        standing, row.name, row.jobs, row.regions,
    )  # fmt: skip


def facts_of(round_number: int | None, *, changed_after: int | None = None) -> list[ChainFacts]:
    """The chain's facts of every node at a round, or of those that a log changed after a block. Four queries."""
    window = Window.ending(round_number or 0, rounds=WORK_ROUNDS)
    standing = list(_standing_rows(changed_after))
    if not standing:
        return []
    only = None if changed_after is None else [row[0] for row in standing]
    work, worse, (payers, own) = _work(window, only), _worse(window, only), _payers(window, only)
    made = []
    for address, uri, stake, cut, share, begins, ends, in_pool, registered in standing:
        all_fees, calls_made, calls_due = work.get(address, (0, 0, 0))
        fees = EthWei(max(all_fees - own.get(address, 0), 0))
        made.append(
            ChainFacts(
                address,
                host_of(uri),
                stake,
                cut,
                share,
                _is_active(begins, ends, window.last),
                in_pool,
                registered,
                fees,
                payers.get(address, 0),
                calls_made,
                calls_due,
                worse.get(address),
            )
        )
    return made


def _standing_rows(
    changed_after: int | None,
) -> Iterable[tuple[Address, str, LptWei, Ppm, Ppm, int | None, int | None, bool, bool]]:
    nodes = Orchestrator.objects.filter(ever_registered=True)
    if changed_after is not None:
        nodes = nodes.filter(updated_block__gt=changed_after)
    return nodes.values_list(  # type: ignore[return-value]
        "address",
        "service_uri",
        "stake_lpt_wei",
        "reward_cut_ppm",
        "fee_share_ppm",
        "activation_round",
        "deactivation_round",
        "in_pool",
        "registered",
    )


def _is_active(begins: int | None, ends: int | None, now: int) -> bool:
    return begins is not None and begins <= now and (ends is None or now < ends)


# Served by the indexes on round, or by the keys of the few nodes that are asked for; written out because the list is
# asked for every second and the same query built by the ORM costs as much again in Python.
_WORK = """
SELECT orchestrator, sum(fees_eth_wei) FILTER (WHERE fees_eth_wei > 0),
       count(*) FILTER (WHERE active AND reward_called AND round BETWEEN %(calls_first)s AND %(calls_last)s),
       count(*) FILTER (WHERE active AND round BETWEEN %(calls_first)s AND %(calls_last)s)
FROM network_orchestrator_round WHERE round BETWEEN %(first)s AND %(last)s {only} GROUP BY orchestrator
"""
_PAYMENTS = """
SELECT orchestrator, count(*) FILTER (WHERE gateway <> orchestrator), sum(own)
FROM (
    SELECT orchestrator, gateway, sum(amount_eth_wei) FILTER (WHERE gateway = orchestrator) AS own
    FROM network_ticket_payment WHERE round BETWEEN %(first)s AND %(last)s AND amount_eth_wei > 0 {only}
    GROUP BY orchestrator, gateway
) AS paid GROUP BY orchestrator
"""
_ONLY = "AND orchestrator = ANY(%(only)s)"
_BARS = """
SELECT orchestrator, (round - %(first)s) / %(step)s, sum(fees_eth_wei::float8)
FROM network_orchestrator_round
WHERE orchestrator = ANY(%(addresses)s) AND round BETWEEN %(first)s AND %(last)s AND fees_eth_wei > 0
GROUP BY 1, 2
"""


def _asked(query: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _windowed(query: str, only: Sequence[str] | None, **values: Any) -> list[tuple[Any, ...]]:
    return _asked(query.format(only="" if only is None else _ONLY), only=only, **values)


def _work(window: Window, only: Sequence[str] | None) -> dict[str, tuple[int, int, int]]:
    """Fees in wei, reward calls made and reward calls due of each node; the running round owes no call yet."""
    calls = {"calls_first": window.last - CALL_ROUNDS, "calls_last": window.last - 1}
    sums = _windowed(_WORK, only, first=window.first, last=window.last, **calls)
    return {address: (int(fees or 0), made, due) for address, fees, made, due in sums}


def _payers(window: Window, only: Sequence[str] | None) -> tuple[dict[str, int], dict[str, int]]:
    """How many others paid each node, and what it paid itself in wei."""
    others: dict[str, int] = {}
    own: dict[str, int] = {}
    for address, count, amount in _windowed(_PAYMENTS, only, first=window.first, last=window.last):
        others[address] = count
        if amount is not None:
            own[address] = int(amount)
    return others, own


def _worse(window: Window, only: Sequence[str] | None) -> dict[str, WorseTerms]:
    cut_rose, share_fell = Q(reward_cut_ppm__gt=F("old_reward_cut_ppm")), Q(fee_share_ppm__lt=F("old_fee_share_ppm"))
    changes = CutChange.objects.filter(cut_rose | share_fell, round__range=(window.first, window.last))
    if only is not None:
        changes = changes.filter(orchestrator__in=only)
    found: dict[str, WorseTerms] = {}
    columns = ("orchestrator", "round", "reward_cut_ppm", "fee_share_ppm", "old_reward_cut_ppm", "old_fee_share_ppm")
    for address, number, cut, share, old_cut, old_share in changes.order_by("block_id", "log_index").values_list(
        *columns
    ):
        found[address] = WorseTerms(
            number,
            Ppm(old_cut) if old_cut is not None and old_cut < cut else None,
            Ppm(old_share) if old_share is not None and old_share > share else None,
        )
    return found


@lru_cache(maxsize=16384)
def host_of(uri: str) -> str:
    """The host of a service address with its port, cut to 60 characters; the text itself where it is no URL."""
    try:
        return (urlsplit(uri).netloc.rpartition("@")[2] or uri)[:60]
    except ValueError:
        return uri[:60]


def sparks(addresses: Sequence[str], round_number: int) -> dict[str, list[float]]:
    """Fees of the last 90 rounds as 30 sums of 3 rounds, oldest first, for drawing only: in wei, but rounded.

    Nodes without fees are absent.
    """
    window = Window.ending(round_number, rounds=WORK_ROUNDS)
    bars: dict[str, list[float]] = defaultdict(lambda: [0.0] * (WORK_ROUNDS // SPARK_ROUNDS))
    sums = _asked(_BARS, addresses=list(addresses), first=window.first, last=window.last, step=SPARK_ROUNDS)
    for address, bar, fees in sums:  # `round - first` is never negative, so the division floors
        bars[address][bar] = fees
    return bars
