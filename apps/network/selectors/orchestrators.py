"""The list of orchestrators: one typed row each, filtered and ordered as asked; pages and the API read the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db.models import Count, F, FloatField, Q, Sum
from django.db.models.functions import Cast

from apps.network.models import CutChange, Orchestrator, OrchestratorRound, TicketPayment
from apps.network.selectors.flows import Window
from apps.network.selectors.listquery import FILTERS, ListQuery, SortKey
from apps.protocol.units import WEI, Address, EthWei, LptWei, Ppm

WORK_ROUNDS = 90
CALL_ROUNDS = 30
SPARK_ROUNDS = 3  # rounds in one bar of the sparkline
_MILLION_LPT = 10**6 * WEI


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
    """Every address that ever was an orchestrator, as it stands in the round; unordered. Four queries."""
    work = Window.ending(round_number or 0, rounds=WORK_ROUNDS)
    fees, calls = _fees(work), _calls(Window.ending(work.last - 1, rounds=CALL_ROUNDS))
    payers, worse = _payers(work), _worse(work)
    nothing = (0, 0)
    made = []
    for address, uri, stake, cut, share, begins, ends, in_pool, registered in _standing_rows():
        paid, payer_count = payers.get(address, nothing)
        earned = max(fees.get(address, 0) - paid, 0)
        made_calls, due_calls = calls.get(address, nothing)
        made.append(
            OrchestratorRow(
                address,
                host_of(uri),
                stake,
                cut,
                share,
                _is_active(begins, ends, work.last),
                in_pool,
                registered,
                EthWei(earned),
                EthWei(earned * _MILLION_LPT // stake) if stake else None,
                payer_count,
                made_calls,
                due_calls,
                worse.get(address),
                standings.get(address),
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


def _fees(window: Window) -> dict[str, int]:
    earned = OrchestratorRound.objects.filter(round__range=(window.first, window.last), fees_eth_wei__gt=0)
    return dict(earned.values_list("orchestrator").annotate(total=Sum("fees_eth_wei")))


def _calls(window: Window) -> dict[str, tuple[int, int]]:
    due = OrchestratorRound.objects.filter(round__range=(window.first, window.last), active=True)
    counted = due.values_list("orchestrator").annotate(
        made=Count("round", filter=Q(reward_called=True)), due=Count("round")
    )
    return {address: (made, all_of_them) for address, made, all_of_them in counted}


def _payers(window: Window) -> dict[str, tuple[int, int]]:
    """What each node paid itself in wei, and how many others paid it."""
    paid = TicketPayment.objects.filter(round__range=(window.first, window.last), amount_eth_wei__gt=0)
    return {
        address: (own or 0, others)
        for address, own, others in paid.values_list("orchestrator").annotate(
            own=Sum("amount_eth_wei", filter=Q(gateway=F("orchestrator"))),
            others=Count("gateway", distinct=True, filter=~Q(gateway=F("orchestrator"))),
        )
    }


def _worse(window: Window) -> dict[str, WorseTerms]:
    changes = CutChange.objects.filter(round__range=(window.first, window.last)).filter(
        Q(reward_cut_ppm__gt=F("old_reward_cut_ppm")) | Q(fee_share_ppm__lt=F("old_fee_share_ppm"))
    )
    found: dict[str, WorseTerms] = {}
    for address, at, cut, old_cut, share, old_share in changes.order_by("block_id", "log_index").values_list(
        "orchestrator", "round", "reward_cut_ppm", "old_reward_cut_ppm", "fee_share_ppm", "old_fee_share_ppm"
    ):
        found[address] = WorseTerms(at, old_cut if cut > old_cut else None, old_share if share < old_share else None)
    return found


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
    earned = OrchestratorRound.objects.filter(
        orchestrator__in=addresses, round__range=(window.first, window.last), fees_eth_wei__gt=0
    )
    bar = (F("round") - window.first) / SPARK_ROUNDS  # never negative, so the division floors
    sums = earned.annotate(bar=bar).values_list("orchestrator", "bar")
    for address, at, fees in sums.annotate(fees=Cast(Sum("fees_eth_wei"), FloatField())):
        bars[address][at] = fees
    return bars


# ---- filters

_Test = Callable[[OrchestratorRow, ListQuery], bool]


def _matches_text(row: OrchestratorRow, query: ListQuery) -> bool:
    wanted = (query.text or "").casefold()
    return wanted in row.address or wanted in row.host.casefold()


def _has_status(row: OrchestratorRow, query: ListQuery) -> bool:
    if query.status == "all":
        return True
    if query.status == "pool":
        return row.counts_in_stake
    return row.active is (query.status == "active")


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
    "name": lambda row: row.address,
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
    key = _KEYS[query.sort]
    by_default = sorted(some_rows, key=_default_order)
    known = [row for row in by_default if key(row) is not None]
    unknown = [row for row in by_default if key(row) is None]
    return sorted(known, key=key, reverse=query.descending) + unknown  # type: ignore[arg-type]


def _default_order(row: OrchestratorRow) -> tuple[int, int, str]:
    return (row.rank if row.rank is not None else 10**9, -row.stake_lpt_wei, row.address)
