"""Orchestrators that a field offers while an address is typed."""

from __future__ import annotations

from dataclasses import dataclass

from apps.network.models import Orchestrator
from apps.network.selectors import identities
from apps.protocol import formats

OFFERED = 100


@dataclass(frozen=True, slots=True)
class Offered:
    """An address, and what is said beside it."""

    address: str
    words: str


def nodes_to_choose() -> tuple[Offered, ...]:
    """The active orchestrators with most stake, largest first. Two queries."""
    names = identities.names()
    rows = Orchestrator.objects.filter(in_pool=True).order_by("-stake_lpt_wei", "address")
    found = rows.values_list("address", "stake_lpt_wei")[:OFFERED]
    return tuple(Offered(formats.checksummed(who), _words(who, stake, names)) for who, stake in found)


def _words(who: str, stake: int, names: dict[str, identities.Name]) -> str:
    name = f"{names[who].text}, " if who in names else ""
    return f"{name}{formats.short_address(who)}, {formats.lpt_whole(stake)} LPT"
