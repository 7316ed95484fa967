"""Which rows of the list pass, which filter is to blame for an empty one, and in what order rows stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.network.selectors.listquery import FILTERS, ListQuery, SortKey
from apps.network.selectors.orchestrators import OrchestratorRow


@dataclass(frozen=True, slots=True)
class Blame:
    """Why a list is empty: the filter that hides most, how many it leaves alone, and how many it hides here."""

    filter: str
    alone: int
    of: int
    without: int


_Rank = Callable[[OrchestratorRow], int | None]
_Figure = Callable[[OrchestratorRow], float | None]


@dataclass(frozen=True, slots=True)
class Headlines:
    """Where filters and order take rank, score and coverage from: a score run, or other weights over its parts."""

    rank: _Rank
    value: _Figure
    coverage: _Figure


BY_METHOD = Headlines(
    lambda row: row.rank,
    lambda row: row.standing.value if row.standing else None,
    lambda row: row.standing.coverage if row.standing else None,
)
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


def _reaches(value: float | None, least: float | None) -> bool:
    """What is unknown reaches nothing."""
    return value is not None and value >= (least or 0.0)


_TESTS: Mapping[str, _Test] = {
    "text": _matches_text,
    "status": _has_status,
    "reward_cut_ppm_lte": lambda row, query: row.reward_cut_ppm <= (query.reward_cut_ppm_lte or 0),
    "fee_share_ppm_gte": lambda row, query: row.fee_share_ppm >= (query.fee_share_ppm_gte or 0),
    "stake_lpt_wei_gte": lambda row, query: row.stake_lpt_wei >= (query.stake_lpt_wei_gte or 0),
    "stake_lpt_wei_lte": lambda row, query: row.stake_lpt_wei <= (query.stake_lpt_wei_lte or 0),
    "work_gte": lambda row, query: _reaches(row.standing.work if row.standing else None, query.work_gte),
    "terms_gte": lambda row, query: _reaches(row.standing.terms if row.standing else None, query.terms_gte),
    "has_fees": lambda row, query: (row.fees_eth_wei > 0) is query.has_fees,
    "payers_gte": lambda row, query: row.payers >= (query.payers_gte or 0),
    # who owed no call has shown nothing, so a limit on misses cannot pass it
    "misses_lte": lambda row, query: row.calls_due > 0 and row.calls_due - row.calls_made <= (query.misses_lte or 0),
    "has_worse_terms": lambda row, query: (row.worse is not None) is query.has_worse_terms,
    "job": lambda row, query: any(each.key == query.job for each in row.jobs),
    "has_capacity": _has_capacity,
    "region": lambda row, query: query.region in row.regions,
}


def passing(
    all_rows: Iterable[OrchestratorRow], query: ListQuery, headlines: Headlines = BY_METHOD
) -> list[OrchestratorRow]:
    """The rows that pass every filter. A score filter passes ranked nodes only: the others have no score to show."""
    left, asked = list(all_rows), query.filters
    for name in FILTERS:
        if name == "score_gte" and name in asked:
            rank, value = headlines.rank, headlines.value
            left = [row for row in left if rank(row) is not None and _reaches(value(row), query.score_gte)]
        elif name == "status" or name in asked:
            test = _TESTS[name]
            left = [row for row in left if test(row, query)]
    return left


def blame(all_rows: Sequence[OrchestratorRow], query: ListQuery, headlines: Headlines = BY_METHOD) -> Blame | None:
    """The filter whose removal shows most, for a query that passes nothing; None where nothing was filtered."""
    names = query.filters
    if not names:
        return None

    def count(some: ListQuery) -> int:
        return len(passing(all_rows, some, headlines))

    shown = {name: count(query.only(*(set(names) - {name}))) for name in names}
    alone = {name: count(query.only(name)) for name in names}
    worst = min(names, key=lambda name: (-shown[name], alone[name]))
    return Blame(worst, alone[worst], count(ListQuery()), shown[worst])


# ---- order


def _part(name: str) -> Callable[[OrchestratorRow], float | None]:
    return lambda row: getattr(row.standing, name) if row.standing else None


_KEYS: Mapping[SortKey, Callable[[OrchestratorRow], float | int | str | None]] = {
    "name": lambda row: row.name.text if row.name else row.address,
    "work": _part("work"),
    "terms": _part("terms"),
    "jobs": _part("jobs"),
    "community": _part("community"),
    "fees": lambda row: row.fees_eth_wei,
    "rate": lambda row: row.rate_eth_wei,
    "payers": lambda row: row.payers,
    "stake": lambda row: row.stake_lpt_wei,
    "reward_cut": lambda row: row.reward_cut_ppm,
    "fee_share": lambda row: row.fee_share_ppm,
    "calls": lambda row: None if row.calls_due == 0 else row.calls_made / row.calls_due,
}


def by_default(some_rows: Iterable[OrchestratorRow]) -> list[OrchestratorRow]:
    """The rows by the method's rank, then stake, then address."""
    return sorted(some_rows, key=_default_order)


def ordered(
    some_rows: Iterable[OrchestratorRow],
    query: ListQuery,
    headlines: Headlines = BY_METHOD,
    *,
    sorted_already: bool = False,
) -> list[OrchestratorRow]:
    """The rows in the order asked for. Unknown comes last both ways; equals go by the method's rank, stake, address.

    `sorted_already` says that the rows come in that last order, so that it is not made again.
    """
    rows = list(some_rows) if sorted_already else by_default(some_rows)
    if query.sort == "score" and query.descending and headlines is BY_METHOD:
        return rows
    key = _key(query.sort, headlines)
    keyed = [(key(row), row) for row in rows]
    known = sorted((pair for pair in keyed if pair[0] is not None), key=_first, reverse=query.descending)
    return [row for _, row in known] + [row for value, row in keyed if value is None]


def _key(sort: SortKey, headlines: Headlines) -> Callable[[OrchestratorRow], float | int | str | None]:
    if sort == "coverage":
        return headlines.coverage
    if sort != "score":
        return _KEYS[sort]
    rank = headlines.rank

    def best_first(row: OrchestratorRow) -> int | None:
        place = rank(row)
        return None if place is None else -place

    return best_first


def _first(pair: tuple[Any, OrchestratorRow]) -> Any:
    return pair[0]


def _default_order(row: OrchestratorRow) -> tuple[int, int, str]:
    standing = row.standing
    rank = standing.rank if standing else None
    return (10**9 if rank is None else rank, -row.stake_lpt_wei, row.address)
