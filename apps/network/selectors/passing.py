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
    "score_gte": lambda row, query: (
        row.rank is not None and ((row.standing and row.standing.value) or 0.0) >= (query.score_gte or 0.0)
    ),
    "stake_lpt_wei_gte": lambda row, query: row.stake_lpt_wei >= (query.stake_lpt_wei_gte or 0),
    "stake_lpt_wei_lte": lambda row, query: row.stake_lpt_wei <= (query.stake_lpt_wei_lte or 0),
    "work_gte": lambda row, query: _reaches(row.standing and row.standing.work, query.work_gte),
    "terms_gte": lambda row, query: _reaches(row.standing and row.standing.terms, query.terms_gte),
    "has_fees": lambda row, query: (row.fees_eth_wei > 0) is query.has_fees,
    "payers_gte": lambda row, query: row.payers >= (query.payers_gte or 0),
    # who owed no call has shown nothing, so a limit on misses cannot pass it
    "misses_lte": lambda row, query: row.calls_due > 0 and row.calls_due - row.calls_made <= (query.misses_lte or 0),
    "has_worse_terms": lambda row, query: (row.worse is not None) is query.has_worse_terms,
    "job": lambda row, query: any(each.key == query.job for each in row.jobs),
    "has_capacity": _has_capacity,
    "region": lambda row, query: query.region in row.regions,
}


def passing(all_rows: Iterable[OrchestratorRow], query: ListQuery) -> list[OrchestratorRow]:
    """The rows that pass every filter. A score filter passes ranked nodes only: the others have no score to show."""
    left, asked = list(all_rows), query.filters
    for name in FILTERS:
        if name == "status" or name in asked:
            test = _TESTS[name]
            left = [row for row in left if test(row, query)]
    return left


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
