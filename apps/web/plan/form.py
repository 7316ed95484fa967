"""What was typed into the form of an intention: read strictly, and kept as it was typed where it cannot be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from apps.delegation.plan.intentions import Intention
from apps.delegation.plan.parsing import BadIntention, of_form
from apps.delegation.plans import MOST_MINE
from apps.protocol.units import Address, AddressError, parse_address
from apps.web.plan.kinds import KINDS, Field, Kind

LONGEST = 120  # characters of a field that are kept
_APART = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """An intention that could be read, and the reader's other accounts."""

    wanted: Intention
    mine: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """A field with what was typed; `wrong` says how to write it right."""

    field: Field
    value: str
    values: tuple[str, ...]
    wrong: str


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one intention as the page shows it."""

    kind: Kind
    fields: tuple[Filled, ...]
    is_all: bool
    mine: str
    mine_wrong: str = ""
    all_wrong: str = ""


def read(kind: str, address: Address, given: QueryDict) -> Asked:
    """The intention of the account whose page it is. Raises BadIntention, which names the field."""
    made = KINDS.get(kind)
    if made is None:
        raise BadIntention("kind", "Choose what you would like to do.")
    values: dict[str, object] = {"payer" if kind == "delegate_for" else "owner": address}
    for field in made.fields:
        values[field.name] = given.getlist(field.name) if field.shape == "locks" else given.get(field.name, "").strip()
    _check_all(made, given, values)
    return Asked(of_form(kind, values), _mine(given.get("and", "")))


def _check_all(kind: Kind, given: Mapping[str, str], values: Mapping[str, object]) -> None:
    """Nothing typed never means everything: that has a box of its own."""
    if not kind.all_words:
        return
    named, everything = bool(values[kind.all_stands_for]), "all" in given
    if named and everything:
        raise BadIntention("all", "Choose one: a part, or everything. Both are filled in.")
    if not named and not everything:
        raise BadIntention(kind.all_stands_for, f"Say how much, or tick “{kind.all_words}”.")


def _mine(text: str) -> tuple[Address, ...]:
    """The reader's other accounts, apart by blanks, commas or lines."""
    found = []
    for one in filter(None, _APART.split(text)):
        try:
            found.append(parse_address(one))
        except AddressError as wrong:
            raise BadIntention("and", f"“{one[:44]}”: {wrong}") from wrong
    if len(found) > MOST_MINE:
        raise BadIntention("and", f"At most {MOST_MINE} other accounts can be read along.")
    return tuple(dict.fromkeys(found))


def filled(kind: Kind, given: QueryDict, *, wrong: BadIntention | None = None) -> Form:
    """The form with what an address or a reader has filled in, and what is wrong with it."""
    at = wrong.field if wrong else ""
    sentence = wrong.sentence if wrong else ""
    return Form(
        kind=kind,
        fields=tuple(_filled(field, given, sentence if field.name == at else "") for field in kind.fields),
        is_all="all" in given,
        mine=" ".join(given.getlist("and"))[: 50 * MOST_MINE],
        mine_wrong=sentence if at == "and" else "",
        all_wrong=sentence if at == "all" else "",
    )


def _filled(field: Field, given: QueryDict, wrong: str) -> Filled:
    values = tuple(value[:LONGEST] for value in given.getlist(field.name))
    return Filled(field, values[0] if values else "", values, wrong)
