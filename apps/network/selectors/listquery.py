"""What a reader asks of the list of orchestrators, read from an address: filters and order, or a refusal in words.

Pages and the API name and write the same filters differently (per cent and LPT for people, ppm and wei for programs),
so the names live in tables and the filters in one place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from apps.network import jobtypes
from apps.protocol import formats
from apps.protocol.formats import NBSP
from apps.protocol.units import PPM, UINT256_MAX, AmountError, parse_lpt

Status = Literal["active", "pool", "inactive", "all"]
SortKey = Literal[
    "name", "score", "work", "terms", "jobs", "community", "coverage",
    "fees", "rate", "payers", "stake", "reward_cut", "fee_share", "calls",
]  # fmt: skip

STATUSES: tuple[Status, ...] = get_args(Status)
SORT_KEYS: tuple[SortKey, ...] = get_args(SortKey)
STATUS_WORDS: Mapping[Status, str] = {
    "active": "active",
    "pool": "active or waiting",
    "inactive": "inactive",
    "all": "registered at any time",
}

_PERCENT = re.compile(r"\d{1,3}(\.\d{1,4})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,78}", re.ASCII)
_SCORE = re.compile(r"\d{1,3}(\.\d)?", re.ASCII)
_COUNT = re.compile(r"\d{1,6}", re.ASCII)
_MOST_PAYERS = 100_000
_MOST_MISSES = 30  # calls are counted over 30 rounds
_LONGEST_SEARCH = 200
_LONGEST_NAME = 80


class BadQuery(ValueError):
    """A parameter that cannot be read: its name, what is wrong, and the allowed values where there is a list."""

    def __init__(self, parameter: str, message: str, allowed: Sequence[str] = ()) -> None:
        super().__init__(f"{parameter}: {message}")
        self.parameter, self.message, self.allowed = parameter, message, tuple(allowed)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Filters and order of the list; None leaves a filter out."""

    text: str | None = None
    status: Status = "active"
    reward_cut_ppm_lte: int | None = None
    fee_share_ppm_gte: int | None = None
    score_gte: float | None = None
    stake_lpt_wei_gte: int | None = None
    has_fees: bool | None = None
    stake_lpt_wei_lte: int | None = None
    work_gte: float | None = None
    terms_gte: float | None = None
    payers_gte: int | None = None
    misses_lte: int | None = None
    has_worse_terms: bool | None = None
    job: str | None = None
    has_capacity: bool | None = None
    region: str | None = None
    pareto: bool | None = None
    sort: SortKey = "score"
    descending: bool = True

    @classmethod
    def parse(
        cls,
        pairs: Iterable[tuple[str, str]],
        *,
        parameters: Mapping[str, Parameter] | None = None,
        others: Collection[str] = (),
    ) -> ListQuery:
        """The query of an address; `others` are names that somebody else reads. Raises BadQuery.

        An empty value is no filter, as a form sends it. A name given twice, or one nobody knows, is refused.
        """
        known = PAGE_PARAMETERS if parameters is None else parameters
        read: dict[str, Any] = {}
        for name, value in pairs:
            if name in others:
                continue
            if name not in known:
                raise BadQuery(name, "There is no such filter.", sorted([*known, *others]))
            if name in read:
                raise BadQuery(name, "It is given twice; give it once.")
            read[name] = known[name].read(name, value.strip()) if value.strip() else {}
        return cls(**{field: value for found in read.values() for field, value in found.items()})

    @property
    def filters(self) -> tuple[str, ...]:
        """The fields that hold a filter, in reading order; a status other than the default one counts."""
        plain = cls_defaults()
        return tuple(name for name in FILTERS if getattr(self, name) != plain[name])

    def only(self, *names: str) -> ListQuery:
        """The same order with only these filters."""
        plain = cls_defaults()
        kept = {name: getattr(self, name) if name in names else plain[name] for name in FILTERS}
        return replace(self, **kept)

    def filled(self, values: Mapping[str, Any]) -> ListQuery:
        """The same query with these values where it asks for nothing of its own."""
        plain = cls_defaults()
        return replace(self, **{name: value for name, value in values.items() if getattr(self, name) == plain[name]})


# `pareto` is none of them: what beats a node depends on which others pass
FILTERS = (
    "text", "status", "reward_cut_ppm_lte", "fee_share_ppm_gte", "score_gte", "work_gte", "terms_gte",
    "stake_lpt_wei_gte", "stake_lpt_wei_lte", "has_fees", "payers_gte", "misses_lte", "has_worse_terms",
    "job", "has_capacity", "region",
)  # fmt: skip


def cls_defaults() -> dict[str, Any]:
    """Each field's value in a query that asks for nothing."""
    return {field.name: field.default for field in fields(ListQuery)}


@dataclass(frozen=True, slots=True)
class Parameter:
    """How one name of an address is read, and what it is called in words."""

    read: Callable[[str, str], Mapping[str, Any]]
    help: str


def _text(field: str) -> Callable[[str, str], Mapping[str, Any]]:
    def read(name: str, value: str) -> Mapping[str, Any]:
        if len(value) > _LONGEST_SEARCH or not value.isprintable():
            raise BadQuery(name, f"A search is at most {_LONGEST_SEARCH} printable characters.")
        return {field: value}

    return read


def _one_of(field: str, allowed: Sequence[str]) -> Callable[[str, str], Mapping[str, Any]]:
    def read(name: str, value: str) -> Mapping[str, Any]:
        if value not in allowed:
            raise BadQuery(name, f"There is no “{value[:40]}”.", allowed)
        return {field: value}

    return read


def _percent(field: str) -> Callable[[str, str], Mapping[str, Any]]:
    def read(name: str, value: str) -> Mapping[str, Any]:
        if not _PERCENT.fullmatch(value):
            raise BadQuery(name, f"{quoted(value)} is no percentage. Write digits with a point, such as 5 or 12.5.")
        whole, _, part = value.partition(".")
        ppm = int(whole) * 10_000 + int(part.ljust(4, "0"))
        if ppm > PPM:
            raise BadQuery(name, f"{quoted(value)} is more than 100. Write a percentage from 0 to 100.")
        return {field: ppm}

    return read


def _ppm(field: str) -> Callable[[str, str], Mapping[str, Any]]:
    def read(name: str, value: str) -> Mapping[str, Any]:
        if not _WHOLE.fullmatch(value) or int(value) > PPM:
            raise BadQuery(name, f"{quoted(value)} is no share in ppm. Write a whole number from 0 to 1000000.")
        return {field: int(value)}

    return read


def _lpt(field: str) -> Callable[[str, str], Mapping[str, Any]]:
    def read(name: str, value: str) -> Mapping[str, Any]:
        try:
            return {field: parse_lpt(value)}
        except AmountError as wrong:
            raise BadQuery(name, str(wrong)) from wrong

    return read


def _wei(field: str) -> Callable[[str, str], Mapping[str, Any]]:
    def read(name: str, value: str) -> Mapping[str, Any]:
        if not _WHOLE.fullmatch(value) or int(value) > UINT256_MAX:
            raise BadQuery(name, f"{quoted(value)} is no amount in wei. Write a whole number without commas.")
        return {field: int(value)}

    return read


def _score(field: str) -> Callable[[str, str], Mapping[str, Any]]:
    def read(name: str, value: str) -> Mapping[str, Any]:
        if not _SCORE.fullmatch(value) or float(value) > 100:
            raise BadQuery(name, f"{quoted(value)} is no score. Write a number from 0 to 100, such as 60 or 62.5.")
        return {field: float(value)}

    return read


def _count(field: str, most: int) -> Callable[[str, str], Mapping[str, Any]]:
    def read(name: str, value: str) -> Mapping[str, Any]:
        if not _COUNT.fullmatch(value) or int(value) > most:
            raise BadQuery(name, f"{quoted(value)} is no count. Write a whole number from 0 to {most}.")
        return {field: int(value)}

    return read


def _name(field: str) -> Callable[[str, str], Mapping[str, Any]]:
    """A name that some source gives; which ones there are changes without notice, so any short one may be asked for."""

    def read(name: str, value: str) -> Mapping[str, Any]:
        if len(value) > _LONGEST_NAME or not value.isprintable():
            raise BadQuery(name, f"A name is at most {_LONGEST_NAME} printable characters.")
        return {field: value}

    return read


def _yes_no(field: str) -> Callable[[str, str], Mapping[str, Any]]:
    def read(name: str, value: str) -> Mapping[str, Any]:
        if value not in ("0", "1"):
            raise BadQuery(name, f"{quoted(value)} is neither yes nor no.", ("1", "0"))
        return {field: value == "1"}

    return read


def _order(name: str, value: str) -> Mapping[str, Any]:
    key = value.removeprefix("-")
    if key not in SORT_KEYS:
        raise BadQuery(name, f"The list has no order “{value[:40]}”. A minus before the name turns it.", SORT_KEYS)
    return {"sort": key, "descending": value.startswith("-")}


def quoted(value: str) -> str:
    """The reader's own text, shortened, in quotation marks; a comma is answered as the two things it may mean."""
    return f"“{value[:40]}”"


_SHARED = {
    "q": Parameter(_text("text"), "part of an address, of a name or of a service host"),
    "status": Parameter(_one_of("status", STATUSES), "active, pool (active or waiting), inactive or all"),
    "score_gte": Parameter(_score("score_gte"), "score at least, 0 to 100"),
    "has_fees": Parameter(_yes_no("has_fees"), "1: was paid in the window, 0: was not"),
    "job": Parameter(_name("job"), "a kind of work it offers: the name of a job type, or a raw id outside the list"),
    "has_capacity": Parameter(_yes_no("has_capacity"), "1: a slot is said to be free, 0: all are said to be busy"),
    "region": Parameter(_name("region"), "code of a region from which it passed a test lately"),
    "work_gte": Parameter(_score("work_gte"), "work part at least, 0 to 100"),
    "terms_gte": Parameter(_score("terms_gte"), "terms part at least, 0 to 100"),
    "payers_gte": Parameter(_count("payers_gte", _MOST_PAYERS), "payers in 90 rounds at least"),
    "misses_lte": Parameter(
        _count("misses_lte", _MOST_MISSES), "missed reward calls of the last 30 rounds at most; who owed none fails"
    ),
    "has_worse_terms": Parameter(
        _yes_no("has_worse_terms"), "1: raised its reward cut or lowered its fee share in 90 rounds, 0: did neither"
    ),
    "pareto": Parameter(
        _yes_no("pareto"), "1: hides ranked nodes that another one beats in the weighed parts, 0: only names who does"
    ),
    "sort": Parameter(_order, "a column, with a minus for the highest first"),
}
PAGE_PARAMETERS: Mapping[str, Parameter] = {
    **_SHARED,
    "reward_cut_lte": Parameter(_percent("reward_cut_ppm_lte"), "reward cut at most, per cent"),
    "fee_share_gte": Parameter(_percent("fee_share_ppm_gte"), "fee share at least, per cent"),
    "stake_gte": Parameter(_lpt("stake_lpt_wei_gte"), "stake at least, LPT"),
    "stake_lte": Parameter(_lpt("stake_lpt_wei_lte"), "stake at most, LPT"),
}
API_PARAMETERS: Mapping[str, Parameter] = {
    **_SHARED,
    "reward_cut_ppm_lte": Parameter(_ppm("reward_cut_ppm_lte"), "reward cut at most, ppm"),
    "fee_share_ppm_gte": Parameter(_ppm("fee_share_ppm_gte"), "fee share at least, ppm"),
    "stake_lpt_wei_gte": Parameter(_wei("stake_lpt_wei_gte"), "stake at least, wei of LPT"),
    "stake_lpt_wei_lte": Parameter(_wei("stake_lpt_wei_lte"), "stake at most, wei of LPT"),
}


def filter_words(query: ListQuery, name: str) -> str:
    """One filter of the query as a phrase: “reward cut at most 2 %”."""
    value = getattr(query, name)
    written: dict[str, Callable[[], str]] = {
        "text": lambda: f"search for “{value}”",
        "status": lambda: f"status {STATUS_WORDS[query.status]}",
        "reward_cut_ppm_lte": lambda: f"reward cut at most {formats.percent(value)}{NBSP}%",
        "fee_share_ppm_gte": lambda: f"fee share at least {formats.percent(value)}{NBSP}%",
        "score_gte": lambda: f"score at least {value:g}",
        "stake_lpt_wei_gte": lambda: f"stake at least {formats.exact(value)}{NBSP}LPT",
        "stake_lpt_wei_lte": lambda: f"stake at most {formats.exact(value)}{NBSP}LPT",
        "work_gte": lambda: f"work at least {value:g}",
        "terms_gte": lambda: f"terms at least {value:g}",
        "payers_gte": lambda: f"payers at least {value}",
        "misses_lte": lambda: f"missed calls at most {value}",
        "has_worse_terms": lambda: "worsened its terms" if value else "worsened no terms",
        "has_fees": lambda: "was paid" if value else "was not paid",
        "job": lambda: f"offers {jobtypes.name_of(str(value), str(value)).lower()}",
        "has_capacity": lambda: "has a free slot" if value else "has no free slot",
        "region": lambda: f"passed a test from {value}",
    }
    return written[name]()
