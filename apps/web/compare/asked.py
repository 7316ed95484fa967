"""What the address of a comparison asks for, and what was typed where it cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.http import urlencode

from apps.network.selectors import yieldquery
from apps.network.selectors.listquery import BadQuery
from apps.network.selectors.yieldquery import MOST_NODES, Compared
from apps.protocol.formats import checksummed
from apps.web import amounts
from apps.web.amounts import Typed

PATH = "/compare/"
_NAMES = ("amount", "from", "o", "rounds")


@dataclass(frozen=True, slots=True)
class Fields:
    """The form as it is filled: always a field more than there are nodes, five at least, so that one can be added."""

    nodes: Sequence[str]
    present: str
    amounts: Typed

    @property
    def wrong(self) -> BadQuery | None:
        return self.amounts.wrong


def asked(given: QueryDict) -> Compared:
    """The comparison. Empty fields are fields not filled. Raises BadQuery; nothing is cut or ignored."""
    for name in given:
        if name not in _NAMES:
            raise BadQuery(name[:40], "A comparison has no such parameter.", _NAMES)
    present, what = amounts.once(given, "from"), amounts.asked(given)
    nodes = [text for text in given.getlist("o") if text.strip()]
    return yieldquery.compared(nodes, amount=what.amount_lpt_wei, rounds=what.rounds, present=present)


def fields_of(what: Compared) -> Fields:
    """The form that asks for the same."""
    typed = Typed(yieldquery.written(what.amount_lpt_wei), str(what.rounds))
    return Fields(_padded([checksummed(one) for one in what.nodes]), what.present or "", typed)


def fields_as_typed(given: QueryDict, wrong: BadQuery) -> Fields:
    """The form as the address has it, cut to what fields can hold."""
    nodes = [text[:80] for text in given.getlist("o") if text.strip()][: 4 * MOST_NODES]
    return Fields(_padded(nodes), given.get("from", "")[:80], amounts.typed(given, wrong))


def _padded(nodes: list[str]) -> list[str]:
    return nodes + [""] * (MOST_NODES - len(nodes))


def query_of(what: Compared, *, wei: bool = False) -> str:
    """The same question as the query of an address; of the API's with `wei`."""
    shown = amounts.AmountAsked(what.amount_lpt_wei, what.rounds).pairs
    if wei:
        shown = [("amount_lpt_wei", str(what.amount_lpt_wei)), ("rounds", str(what.rounds))]
    present = [("from", what.present)] if what.present else []
    return urlencode([*(("o", one) for one in what.nodes), *shown, *present])
