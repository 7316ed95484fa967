"""Parameters of the API, read strictly: what is unknown, given twice or malformed is refused, never ignored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from eth_utils.address import is_checksum_address

from apps.api import cursors
from apps.api.cursors import Cursor, Pairs
from apps.api.errors import Problem
from apps.network.selectors.listquery import BadQuery
from apps.protocol.formats import checksummed
from apps.protocol.units import Address, parse_address

DEFAULT_LIMIT = 50
MOST = 500
LAST_ROUND = 2**31 - 1  # what the table's column holds

_WHOLE = re.compile(r"\d{1,10}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for: filters and order as pairs, how many rows, and after which."""

    pairs: Pairs
    limit: int | None
    cursor: Cursor | None


def page_of(query: QueryDict, *, known: Iterable[str], default_limit: int | None = DEFAULT_LIMIT) -> Page:
    """The page a request asks for. `known` are the filters; limit and cursor are read here."""
    given = pairs_of(query, known=(*known, "limit", "cursor"))
    values = dict(given)
    filters = [pair for pair in given if pair[0] not in ("limit", "cursor")]
    pairs, cursor = cursors.resumed(filters, values.get("cursor"))
    limit = _limit(values["limit"]) if "limit" in values else default_limit
    return Page(pairs, limit, cursor)


def pairs_of(query: QueryDict, *, known: Sequence[str]) -> list[tuple[str, str]]:
    """Every parameter once, in order of name. An empty value counts as given and is refused: it filters nothing."""
    found = sorted((name, value) for name, values in query.lists() for value in values)
    for at, (name, value) in enumerate(found):
        if name not in known:
            raise BadQuery(name[:60], "There is no such parameter here.", sorted(known))
        if at and found[at - 1][0] == name:
            raise BadQuery(name, "It is given twice; give it once.")
        if not value.strip():
            raise BadQuery(name, "It is empty; give a value or leave it out.")
    return found


def nothing(query: QueryDict) -> None:
    """Refuses any parameter."""
    pairs_of(query, known=())


def _limit(text: str) -> int:
    if not _WHOLE.fullmatch(text) or not 1 <= int(text) <= MOST:
        raise BadQuery("limit", f"Write a whole number from 1 to {MOST}.")
    return int(text)


def round_number(name: str, text: str) -> int:
    """A round's number as a parameter writes it."""
    if not _WHOLE.fullmatch(text) or int(text) > LAST_ROUND:
        raise BadQuery(name, f"Write a round as a whole number from 0 to {LAST_ROUND}.")
    return int(text)


def one_of(name: str, given: Mapping[str, str], allowed: Sequence[str]) -> str | None:
    """The value of a parameter that has a few; None where it was not given."""
    found = given.get(name)
    if found is not None and found not in allowed:
        raise BadQuery(name, f"Write {', '.join(allowed[:-1])} or {allowed[-1]}.", list(allowed))
    return found


def address(text: str) -> Address:
    """The address in a path. All lower or all upper case is taken as it is; mixed case must carry its checksum."""
    found = parse_address(text)
    digits = text.strip()[2:]
    if digits not in (digits.lower(), digits.upper()) and not is_checksum_address("0x" + digits):
        raise Problem(
            "bad_address", f"Its checksum does not fit: a character was changed. {checksummed(found)} would fit."
        )
    return found
