"""The list of orchestrators as a page shows it: what was asked, the rows of one page, the heads and the links."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median_low
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from apps.network import jobtypes
from apps.network.selectors import jobs, orchestrators
from apps.network.selectors.board import Moment
from apps.network.selectors.listquery import BadQuery, ListQuery, filter_words
from apps.network.selectors.orchestrators import OrchestratorRow
from apps.protocol import formats
from apps.scoring import leaderboard, preferences
from apps.scoring.leaderboard import Leaderboard
from apps.scoring.preferences import Preferences, Preset
from apps.web import columns as table
from apps.web import marks, weights
from apps.web.columns import Column, Line
from apps.web.frame import Standpoint
from apps.web.rows import RowPrinter

PAGE_ROWS = 50
PATH = "/orchestrators/"
_OTHERS = ("page", "cols", "format", *preferences.NAMES)
_PAGE = re.compile(r"[1-9]\d{0,5}", re.ASCII)
# what each filter's field of a query is called in the address of a page
_NAMES = {
    "text": "q",
    "status": "status",
    "reward_cut_ppm_lte": "reward_cut_lte",
    "fee_share_ppm_gte": "fee_share_gte",
    "score_gte": "score_gte",
    "stake_lpt_wei_gte": "stake_gte",
    "has_fees": "has_fees",
    "job": "job",
    "has_capacity": "has_capacity",
    "region": "region",
    "stake_lpt_wei_lte": "stake_lte",
    "work_gte": "work_gte",
    "terms_gte": "terms_gte",
    "payers_gte": "payers_gte",
    "misses_lte": "misses_lte",
    "has_worse_terms": "has_worse_terms",
    "pareto": "pareto",
}
# limits that are folded away unless one is asked for
_MORE = ("stake_lte", "work_gte", "terms_gte", "payers_gte", "misses_lte", "has_worse_terms")
_DEFAULT_SORT = "-score"
_NAMED = 200  # beaten choices that a page names
_FEW_COLUMNS = 6  # so few stand together rather than be drawn apart over the whole width


@dataclass(frozen=True, slots=True)
class Asked:
    """The address of a list page, understood. `page` is None for all rows, which only a CSV may ask for."""

    query: ListQuery
    preferences: Preferences
    columns: tuple[Column, ...]
    page: int | None
    csv: bool
    given: dict[str, str]  # each filter as written; for filling the form again
    cols: str


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column; `aria` is empty for all but the one the list is ordered by."""

    label: str
    href: str
    aria: str
    css: str
    icon: SafeString
    title: str


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring columns under one name."""

    label: str
    span: int


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one page among all that pass."""

    lines: list[Line]
    total: int
    of: int
    first: int
    pages: int
    board: Leaderboard
    beaten: list[tuple[OrchestratorRow, OrchestratorRow]]  # the first of those another one beats, each with that one

    @property
    def unnamed(self) -> int:
        return len(self.board.beaten) - len(self.beaten)

    @property
    def everyone(self) -> Sequence[OrchestratorRow]:
        return self.board.board.order


def asked(request: HttpRequest, *, csv: bool = False) -> Asked:
    """What the address asks for; raises BadQuery for anything that is not understood."""
    given = request.GET
    pairs = _pairs(given)
    wants = Preferences.parse(pairs)
    query = wants.limited(ListQuery.parse(pairs, others=_OTHERS))
    is_csv = csv or _choice(given, "format", ("csv", "html")) == "csv"
    cols = _columns(given)
    kept = (*_NAMES.values(), "sort", *preferences.WEIGHTS)
    written = {name: given[name].strip() for name in kept if given.get(name, "").strip()}
    written = {
        **weights.written(wants, _NAMES),
        **written,
    }  # a preset is what it stands for: the reader goes on from it
    return Asked(query, wants, table.chosen(cols), _page(given, csv=is_csv), is_csv, written, ",".join(cols))


def _pairs(given: QueryDict) -> list[tuple[str, str]]:
    return [(name, value) for name, values in given.lists() for value in values]


def _choice(given: QueryDict, name: str, allowed: Sequence[str]) -> str:
    value = given.get(name, "")
    if value and value not in allowed:
        raise BadQuery(name, f"There is no {name} “{value[:40]}”.", allowed)
    return value


def _columns(given: QueryDict) -> tuple[str, ...]:
    """The chosen keys in reading order; `cols` may be given several times or once with commas, empty means all."""
    keys = [key.strip() for value in given.getlist("cols") for key in value.split(",") if key.strip()]
    for key in keys:
        if key not in table.COLUMN_KEYS:
            raise BadQuery("cols", f"There is no column “{key[:40]}”.", table.COLUMN_KEYS)
    wanted = tuple(key for key in table.COLUMN_KEYS if key in keys)
    return () if wanted == table.COLUMN_KEYS else wanted


def _page(given: QueryDict, *, csv: bool) -> int | None:
    value = given.get("page", "").strip() or "1"
    if csv and value == "all":
        return None
    if not _PAGE.fullmatch(value):
        words = "Pages are whole numbers from 1; a CSV may also ask for all."
        raise BadQuery("page", f"“{value[:40]}” is no page. {words}")
    return int(value)


def find(what: Asked, at: Standpoint, round_number: int | None, sources: object) -> Found:
    """The rows asked for at a standpoint; raises BadQuery for a page past the end. Call it within one instant."""
    moment = Moment(at.block, at.block_hash, round_number, at.run_id, sources)
    found = leaderboard.found(moment, what.query, what.preferences)
    pages = max(-(-len(found.rows) // PAGE_ROWS), 1)
    if what.page is not None and what.page > pages:
        raise BadQuery("page", f"There is no page {what.page}; the last one is {pages}.")
    first = 0 if what.page is None else (what.page - 1) * PAGE_ROWS
    shown = found.shown(found.rows if what.page is None else found.rows[first : first + PAGE_ROWS])
    bars = _bars(what, shown, round_number)
    none: list[float] = []
    whole, own = found.board.stake_lpt_wei, what.preferences.own
    lines = [Line(row, whole, bars.get(row.address, none), own, found.beaten.get(row.address)) for row in shown]
    everyone = found.board.order
    of = sum(row.active for row in everyone) if what.query.status == "active" else len(everyone)
    return Found(lines, len(found.rows), of, first, pages, found, _beaten(found))


def _beaten(found: Leaderboard) -> list[tuple[OrchestratorRow, OrchestratorRow]]:
    """The first of those that another one beats, by the method's rank, for naming them below the table."""
    rows, beaten = found.board.rows, found.beaten
    pairs = ((row, rows[beaten[row.address]]) for row in found.board.order if row.address in beaten)
    return list(islice(pairs, _NAMED))


def _bars(what: Asked, shown: Sequence[OrchestratorRow], round_number: int | None) -> dict[str, list[float]]:
    if what.csv or round_number is None or not any(column.key == "bars" for column in what.columns):
        return {}
    return orchestrators.sparks([row.address for row in shown if row.fees_eth_wei], round_number)


def context(what: Asked, found: Found) -> dict[str, Any]:
    """What _table.html prints."""
    links = Links(what)
    return {
        "rows": RowPrinter(what.columns).print(found.lines),
        "heads": [_head(column, what, links) for column in what.columns],
        "name_head": _name_head(what, links),
        "groups": _groups(what.columns),
        "few": len(what.columns) <= _FEW_COLUMNS,
        "found": found,
        "last": found.first + len(found.lines),
        "ordered_by": _order_words(what),
        "answer": _answer(found.everyone),
        "jobs_offered": _jobs_offered(found.board.board.jobs, what.query.job),
        "regions_tested": _regions_tested(found.board.board.regions, what.query.region),
        "more_open": any(name in what.given for name in _MORE),
        "weights": weights.context(what.preferences, what.query, links.preset),
        "empty": _empty(what, found, links) if not found.lines else None,
        "csv_url": links.to(format="csv", page=str(what.page) if what.page and what.page > 1 else ""),
        "csv_all_url": links.to(format="csv", page="all") if found.pages > 1 else "",
        "previous_url": links.to(page=str((what.page or 1) - 1)) if (what.page or 1) > 1 else "",
        "next_url": links.to(page=str((what.page or 1) + 1)) if (what.page or 1) < found.pages else "",
        "left": min(PAGE_ROWS, found.total - found.first - len(found.lines)),
        "json_url": _json_url(what),
        "group_score": any(column.group == "score" for column in what.columns),
    }


class Links:
    """Addresses of the same list with something changed; what is empty is left out."""

    def __init__(self, what: Asked) -> None:
        self._kept = dict(what.given)
        if what.cols:
            self._kept["cols"] = what.cols

    def preset(self, preset: Preset | None) -> str:
        """The list by a preset, or by the method's weights; limits that presets set are given up either way."""
        limits = {_NAMES[field] for one in preferences.presets().values() for field in one.limits}
        without = [*preferences.WEIGHTS, *(limits if preset else ())]
        return self.to(without=without, preset=preset.key if preset else "")

    def to(self, *, without: Sequence[str] = (), **changes: str) -> str:
        wanted = {**{name: value for name, value in self._kept.items() if name not in without}, **changes}
        pairs = [(name, value) for name, value in wanted.items() if value]
        return f"{PATH}?{urlencode(pairs)}" if pairs else PATH


def _head(column: Column, what: Asked, links: Links) -> Head:
    if column.sort is None:
        return Head(column.label, "", "", _head_css(column, what), SafeString(""), column.note)
    active = what.query.sort == column.sort and column.key != "share"
    descending = not what.query.descending if active else not column.rises
    key = f"-{column.sort}" if descending else column.sort
    href = links.to(sort="" if key == _DEFAULT_SORT else key)
    aria, arrow = _direction(what) if active else ("", SafeString(""))
    return Head(column.label, href, aria, _head_css(column, what), arrow, "")


def _name_head(what: Asked, links: Links) -> Head:
    active = what.query.sort == "name"
    key = "-name" if active and not what.query.descending else "name"
    aria, arrow = _direction(what) if active else ("", SafeString(""))
    return Head("Orchestrator", links.to(sort=key), aria, "", arrow, "")


def _direction(what: Asked) -> tuple[str, SafeString]:
    down = what.query.descending
    return ("descending" if down else "ascending"), marks.icon("arrow-down" if down else "arrow-up", small=True)


def _head_css(column: Column, what: Asked) -> str:
    if column.key == "bars":
        return "sp"
    place = what.columns.index(column)
    starts = place == 0 or what.columns[place - 1].group != column.group
    return f"{column.css.split()[0]}{' g' if starts else ''}{' lo' if column.lo else ''}"


def _groups(columns: Sequence[Column]) -> list[Group]:
    spans: dict[str, int] = {}
    for column in columns:
        spans[column.group] = spans.get(column.group, 0) + 1
    return [Group(table.GROUPS[key], span) for key, span in spans.items()]


_SORT_WORDS = {
    "name": "address", "score": "score", "work": "the work part", "terms": "the terms part", "jobs": "the job mix part",
    "community": "the community part", "coverage": "how much of the score is known", "fees": "fees",
    "rate": "fees per stake", "payers": "number of payers", "stake": "stake", "reward_cut": "reward cut",
    "fee_share": "fee share", "calls": "reward calls made",
}  # fmt: skip


def _order_words(what: Asked) -> str:
    words = _SORT_WORDS[what.query.sort]
    return f"ordered by {words}, {'highest' if what.query.descending else 'lowest'} first"


def _answer(everyone: Sequence[OrchestratorRow]) -> dict[str, Any] | None:
    """The sentence over the list in figures: who works, on what terms, who has a score; None while nobody is active."""
    active = [row for row in everyone if row.active]
    if not active:
        return None
    return {
        "active": len(active),
        "paid": sum(row.fees_eth_wei > 0 for row in active),
        "middle_cut": formats.percent(median_low(row.reward_cut_ppm for row in active)),
        "ranked": sum(row.rank is not None for row in active),
    }


def _jobs_offered(offered: Collection[str], asked: str | None) -> list[tuple[str, str]]:
    """Every kind of work that somebody offers, for choosing; the one asked for is there too, offered or not."""
    keys = {key: jobtypes.name_of(key, key) for key in (*offered, *([asked] if asked else []))}
    return sorted(keys.items(), key=lambda each: (each[0] not in jobtypes.by_slug(), each[1]))


def _regions_tested(tested: Collection[str], asked: str | None) -> list[tuple[str, str]]:
    """Every region from which somebody passed a test, by name."""
    codes = {*tested, *([asked] if asked else [])}
    names = jobs.region_names() if codes else {}
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda each: each[1])


def _empty(what: Asked, found: Found, links: Links) -> dict[str, Any]:
    """Which filter is to blame for an empty list, and the links that remove it."""
    worst = found.board.blame(what.query)
    if worst is None:
        return {"nobody": True}
    words = filter_words(what.query, worst.filter)
    return {
        "filters": len(what.query.filters),
        "blame": worst,
        "words": words[0].upper() + words[1:],
        "without_url": links.to(without=[_NAMES[worst.filter]]),
        "reset_url": links.to(without=list(_NAMES.values())),
    }


def _json_url(what: Asked) -> str:
    """The same rows from the API, which names filters in ppm and wei."""
    query = what.query
    pairs = [("q" if name == "text" else name, _api_value(getattr(query, name))) for name in query.filters]
    if query.pareto is not None:
        pairs.append(("pareto", _api_value(query.pareto)))
    if what.preferences.own:
        pairs += [(name, str(weight)) for name, weight in preferences.by_name(what.preferences.weights).items()]
    sort = f"{'-' if query.descending else ''}{query.sort}"
    if sort != _DEFAULT_SORT:
        pairs.append(("sort", sort))
    return f"/api/v1/orchestrators?{urlencode(pairs)}".rstrip("?")


def _api_value(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:g}" if isinstance(value, float) else str(value)
