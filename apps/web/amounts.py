"""The amount and the number of rounds that a reader names in the address of a page, and what they typed."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from apps.network.selectors import yieldquery
from apps.network.selectors.listquery import BadQuery
from apps.network.selectors.yieldquery import DEFAULT_AMOUNT, DEFAULT_ROUNDS
from apps.protocol.units import LptWei


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they were typed, for filling them again; `wrong` is what of them cannot be read."""

    amount: str
    rounds: str
    wrong: BadQuery | None = None


@dataclass(frozen=True, slots=True)
class AmountAsked:
    """How much stake, over how many rounds. What is left out or left empty is the default."""

    amount_lpt_wei: LptWei = DEFAULT_AMOUNT
    rounds: int = DEFAULT_ROUNDS

    @property
    def typed(self) -> Typed:
        return Typed(yieldquery.written(self.amount_lpt_wei), str(self.rounds))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What an address needs to ask for the same; the defaults need nothing."""
        pairs = []
        if self.amount_lpt_wei != DEFAULT_AMOUNT:
            pairs.append(("amount", yieldquery.written(self.amount_lpt_wei)))
        if self.rounds != DEFAULT_ROUNDS:
            pairs.append(("rounds", str(self.rounds)))
        return pairs


def asked(given: QueryDict) -> AmountAsked:
    """What the address names. Raises BadQuery."""
    amount, rounds = once(given, "amount"), once(given, "rounds")
    return AmountAsked(
        yieldquery.amount_of_lpt("amount", amount) if amount else DEFAULT_AMOUNT,
        yieldquery.rounds_of("rounds", rounds) if rounds else DEFAULT_ROUNDS,
    )


def typed(given: QueryDict, wrong: BadQuery) -> Typed:
    """The fields as they stand in an address that cannot be read, cut to what a field can hold."""
    return Typed(given.get("amount", "")[:80], given.get("rounds", "")[:80], wrong)


def once(given: QueryDict, name: str) -> str:
    """The one value of a parameter, empty where there is none."""
    values = given.getlist(name)
    if len(values) > 1:
        raise BadQuery(name, "It is given twice; give it once.")
    return values[0].strip() if values else ""
