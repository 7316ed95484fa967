"""The feed of claims: filters and place in its address, newest first, as quick with a hundred thousand as with ten."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count
from django.http import QueryDict

from apps.contributions import selectors
from apps.contributions.categories import CATEGORIES
from apps.contributions.models import Claim
from apps.contributions.selectors import Filters, Place, ShownClaim
from apps.network.selectors import identities
from apps.network.selectors.listquery import BadQuery
from apps.protocol.addressing import checked_address
from apps.protocol.units import Address, AddressError
from apps.web.contributions.rows import ClaimRow, claim_rows
from apps.web.contributions.words import STATES

PATH = "/contributions/"
ROWS = 50
_NAMES = ("category", "state", "orchestrator")
_CURSOR = re.compile(r"(\d{1,16})\.(0x[0-9a-f]{64})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the feed asks for; empty strings and None for any."""

    category: str
    state: str
    orchestrator: Address | None
    before: Place | None
    typed: Mapping[str, str]

    @property
    def filters(self) -> int:
        return sum(bool(one) for one in (self.category, self.state, self.orchestrator))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many claims stand in each state, in their newest versions."""

    by_state: Mapping[str, int]

    @property
    def all(self) -> int:
        return sum(self.by_state.values())

    @property
    def endorsed(self) -> int:
        return self.by_state.get("endorsed", 0)

    @property
    def disputed(self) -> int:
        return self.by_state.get("disputed", 0)


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of the feed; `next_url` is empty at its end."""

    rows: Sequence[ClaimRow]
    next_url: str
    first_url: str


def asked(given: QueryDict) -> Asked:
    """What was asked; raises BadQuery for anything that is not understood."""
    unknown = next((name for name in given if name not in (*_NAMES, "before")), None)
    if unknown is not None:
        raise BadQuery(unknown[:60], "There is no such filter here.", _NAMES)
    typed = {name: given.get(name, "").strip()[:200] for name in _NAMES}
    return Asked(
        category=_choice("category", typed["category"], tuple(CATEGORIES)),
        state=_choice("state", typed["state"], tuple(STATES)),
        orchestrator=_orchestrator(typed["orchestrator"]),
        before=_cursor(given.get("before", "")),
        typed=typed,
    )


def _choice(name: str, value: str, allowed: Sequence[str]) -> str:
    if value and value not in allowed:
        raise BadQuery(name, f"There is no {name} “{value[:40]}”.", allowed)
    return value


def _orchestrator(text: str) -> Address | None:
    if not text:
        return None
    if "." in text:
        found = identities.address_of(text)
        if found is None:
            raise BadQuery("orchestrator", f"The name “{text[:60]}” is not known here. The address always works.")
        return Address(found)
    try:
        return checked_address(text)
    except AddressError as wrong:
        raise BadQuery("orchestrator", str(wrong)) from wrong


def _cursor(text: str) -> Place | None:
    if not text:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise BadQuery("before", "This is no place in the feed. Begin at its first page.")
    return Place(_EPOCH + timedelta(microseconds=int(found[1])), found[2])


def feed(what: Asked) -> Feed:
    """The claims asked for, newest first, each in its newest version."""
    filters = Filters(what.orchestrator, what.category or None, what.state or None)
    rows = selectors.feed(filters, before=what.before, limit=ROWS + 1)
    shown = rows[:ROWS]
    more = len(rows) > ROWS
    return Feed(
        rows=claim_rows(shown),
        next_url=_url(what, before=_place(shown[-1])) if more else "",
        first_url=_url(what) if what.before else "",
    )


def _place(last: ShownClaim) -> str:
    return f"{(last.claim.received_at - _EPOCH) // timedelta(microseconds=1)}.{last.digest}"


def _url(what: Asked, **more: str) -> str:
    pairs = [(name, value) for name, value in {**what.typed, **more}.items() if value]
    return f"{PATH}?{urlencode(pairs)}" if pairs else PATH


def without(what: Asked, name: str) -> str:
    """The same feed without one of its filters."""
    return _url(what, **{name: ""})


def tally() -> Tally:
    """All claims by state, in one query over an index."""
    rows = Claim.objects.filter(superseded_by=None).values("state").annotate(count=Count("*")).order_by()
    return Tally({row["state"]: row["count"] for row in rows})
