"""The list of orchestrators: one typed row each, filtered and ordered as asked; pages and the API read the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.db.models import F, Q

from apps.network.models import CutChange, Orchestrator
from apps.network.selectors import jobs
from apps.network.selectors.flows import Window
from apps.network.selectors.identities import Name, names
from apps.network.selectors.jobs import Slots
from apps.network.selectors.listquery import FILTERS, ListQuery, SortKey
from apps.protocol.units import WEI, Address, EthWei, LptWei, Ppm

WORK_ROUNDS = 90
CALL_ROUNDS = 30
SPARK_ROUNDS = 3  # rounds in one bar of the sparkline
_MILLION_LPT = 10**6 * WEI
_NOWHERE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """What the newest score run says of a node. Parts that are unknown are None; without a rank `gate` says why."""

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


@dataclass(frozen=True, slots=True)
class Blame:
    """Why a list is empty: the filter that hides most, how many it leaves alone, and how many it hides here."""

    filter: str
    alone: int
    of: int
    without: int


def rows(round_number: int | None, standings: Mapping[Address, Standing]) -> list[OrchestratorRow]:
    """Every address that ever was an orchestrator, as it stands in the round; unordered. Seven queries."""
    window = Window.ending(round_number or 0, rounds=WORK_ROUNDS)
    work, worse = _work(window), _worse(window)
    others, own = _payers(window)
    named, offered, tested = names(), jobs.slots_of_all(), jobs.regions_of_all()
    made = []
    for address, uri, stake, cut, share, begins, ends, in_pool, registered in _standing_rows():
        all_fees, calls_made, calls_due = work.get(address, (0, 0, 0))
        fees = max(all_fees - own.get(address, 0), 0)
        made.append(
            OrchestratorRow(
                address=address,
                host=host_of(uri),
                stake_lpt_wei=stake,
                reward_cut_ppm=cut,
                fee_share_ppm=share,
                active=_is_active(begins, ends, window.last),
                in_pool=in_pool,
                registered=registered,
                fees_eth_wei=EthWei(fees),
                rate_eth_wei=EthWei(fees * _MILLION_LPT // stake) if stake else None,
                payers=others.get(address, 0),
                calls_made=calls_made,
                calls_due=calls_due,
                worse=worse.get(address),
                standing=standings.get(address),
                name=named.get(address),
                jobs=offered.get(address, ()),
                regions=tested.get(address, _NOWHERE),
            )
        )
    return made


def _standing_rows() -> Iterable[tuple[Address, str, LptWei, Ppm, Ppm, int | None, int | None, bool, bool]]:
    return Orchestrator.objects.filter(ever_registered=True).values_list(  # type: ignore[return-value]
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


# Served by the index on round; written out because the list is asked for every second and the same query built by the
# ORM costs as much again in Python.
_WORK = """
SELECT orchestrator, sum(fees_eth_wei),
       count(*) FILTER (WHERE active AND reward_called AND round BETWEEN %(calls_first)s AND %(calls_last)s),
       count(*) FILTER (WHERE active AND round BETWEEN %(calls_first)s AND %(calls_last)s)
FROM network_orchestrator_round WHERE round BETWEEN %(first)s AND %(last)s GROUP BY orchestrator
"""
_PAYMENTS = """
SELECT orchestrator, gateway, sum(amount_eth_wei)
FROM network_ticket_payment WHERE round BETWEEN %(first)s AND %(last)s AND amount_eth_wei > 0
GROUP BY orchestrator, gateway
"""
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


def _work(window: Window) -> dict[str, tuple[int, int, int]]:
    """Fees in wei, reward calls made and reward calls due of each node; the running round owes no call yet."""
    calls_first, calls_last = window.last - CALL_ROUNDS, window.last - 1
    sums = _asked(_WORK, first=window.first, last=window.last, calls_first=calls_first, calls_last=calls_last)
    return {address: (int(fees), made, due) for address, fees, made, due in sums}


def _payers(window: Window) -> tuple[dict[str, int], dict[str, int]]:
    """How many others paid each node, and what it paid itself in wei."""
    others: dict[str, int] = defaultdict(int)
    own: dict[str, int] = {}
    for address, gateway, amount in _asked(_PAYMENTS, first=window.first, last=window.last):
        if gateway == address:
            own[address] = int(amount)
        else:
            others[address] += 1
    return others, own


def _worse(window: Window) -> dict[str, WorseTerms]:
    cut_rose, share_fell = Q(reward_cut_ppm__gt=F("old_reward_cut_ppm")), Q(fee_share_ppm__lt=F("old_fee_share_ppm"))
    changes = CutChange.objects.filter(cut_rose | share_fell, round__range=(window.first, window.last))
    found: dict[str, WorseTerms] = {}
    for change in changes.order_by("block_id", "log_index"):
        old_cut, old_share = change.old_reward_cut_ppm, change.old_fee_share_ppm
        found[change.orchestrator] = WorseTerms(
            change.round,
            Ppm(old_cut) if old_cut is not None and old_cut < change.reward_cut_ppm else None,
            Ppm(old_share) if old_share is not None and old_share > change.fee_share_ppm else None,
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


# ---- filters

_Test = Callable[[OrchestratorRow, ListQuery], bool]


def _matches_text(row: OrchestratorRow, query: ListQuery) -> bool:
    wanted = (query.text or "").casefold()
    name = row.name.text if row.name else ""
    return wanted in row.address or wanted in row.host.casefold() or wanted in name.casefold()


def _has_status(row: OrchestratorRow, query: ListQuery) -> bool:
    if query.status == "all":
        return True
    if query.status == "pool":
        return row.counts_in_stake
    return row.active is (query.status == "active")


def _has_capacity(row: OrchestratorRow, query: ListQuery) -> bool:
    """Asked together with a job, of that job only. A node of which nobody tells is neither free nor busy."""
    idle = [each.idle for each in row.jobs if each.idle is not None and query.job in (None, each.key)]
    return bool(idle) and any(idle) is query.has_capacity


_TESTS: Mapping[str, _Test] = {
    "text": _matches_text,
    "status": _has_status,
    "reward_cut_ppm_lte": lambda row, query: row.reward_cut_ppm <= (query.reward_cut_ppm_lte or 0),
    "fee_share_ppm_gte": lambda row, query: row.fee_share_ppm >= (query.fee_share_ppm_gte or 0),
    "score_gte": lambda row, query: (
        row.rank is not None and ((row.standing and row.standing.value) or 0.0) >= (query.score_gte or 0.0)
    ),
    "stake_lpt_wei_gte": lambda row, query: row.stake_lpt_wei >= (query.stake_lpt_wei_gte or 0),
    "has_fees": lambda row, query: (row.fees_eth_wei > 0) is query.has_fees,
    "job": lambda row, query: any(each.key == query.job for each in row.jobs),
    "has_capacity": _has_capacity,
    "region": lambda row, query: query.region in row.regions,
}


def passing(all_rows: Iterable[OrchestratorRow], query: ListQuery) -> list[OrchestratorRow]:
    """The rows that pass every filter. A score filter passes ranked nodes only: the others have no score to show."""
    tests = [_TESTS[name] for name in FILTERS if name == "status" or name in query.filters]
    return [row for row in all_rows if all(test(row, query) for test in tests)]


def blame(all_rows: Sequence[OrchestratorRow], query: ListQuery) -> Blame | None:
    """The filter whose removal shows most, for a query that passes nothing; None where nothing was filtered."""
    names = query.filters
    if not names:
        return None
    shown = {name: len(passing(all_rows, query.only(*(set(names) - {name})))) for name in names}
    worst = min(names, key=lambda name: (-shown[name], len(passing(all_rows, query.only(name)))))
    of = len(passing(all_rows, ListQuery()))
    return Blame(worst, len(passing(all_rows, query.only(worst))), of, shown[worst])


# ---- order


def _part(name: str) -> Callable[[OrchestratorRow], float | None]:
    return lambda row: getattr(row.standing, name) if row.standing else None


_KEYS: Mapping[SortKey, Callable[[OrchestratorRow], float | int | str | None]] = {
    "name": lambda row: row.name.text if row.name else row.address,
    "score": lambda row: None if row.rank is None else -row.rank,
    "work": _part("work"),
    "terms": _part("terms"),
    "jobs": _part("jobs"),
    "community": _part("community"),
    "coverage": _part("coverage"),
    "fees": lambda row: row.fees_eth_wei,
    "rate": lambda row: row.rate_eth_wei,
    "payers": lambda row: row.payers,
    "stake": lambda row: row.stake_lpt_wei,
    "reward_cut": lambda row: row.reward_cut_ppm,
    "fee_share": lambda row: row.fee_share_ppm,
    "calls": lambda row: None if row.calls_due == 0 else row.calls_made / row.calls_due,
}


def ordered(some_rows: Iterable[OrchestratorRow], query: ListQuery) -> list[OrchestratorRow]:
    """The rows in the order asked for. Unknown comes last both ways; equals go by rank, then stake, then address."""
    by_default = sorted(some_rows, key=_default_order)
    if query.sort == "score" and query.descending:
        return by_default
    key = _KEYS[query.sort]
    keyed = [(key(row), row) for row in by_default]
    known = sorted((pair for pair in keyed if pair[0] is not None), key=_first, reverse=query.descending)
    return [row for _, row in known] + [row for value, row in keyed if value is None]


def _first(pair: tuple[Any, OrchestratorRow]) -> Any:
    return pair[0]


def _default_order(row: OrchestratorRow) -> tuple[int, int, str]:
    rank = row.rank
    return (10**9 if rank is None else rank, -row.stake_lpt_wei, row.address)
