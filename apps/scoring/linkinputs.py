"""Reads who was related to whom, from the two rooms that know it."""

from __future__ import annotations

from apps.delegation.links import links as delegation_links
from apps.network.selectors.links import links as network_links
from apps.protocol.units import Address
from apps.protocol.units import Round as RoundNumber
from apps.scoring.facts import LinkFact


def read_links(*, first: RoundNumber, block: int) -> tuple[LinkFact, ...]:
    """The links that logs since round `first` show, and those that held at the end of the block, in one order."""
    found = [*network_links(first_round=first, block=block), *delegation_links(first_round=first, block=block)]
    return tuple(
        LinkFact(Address(one.one), Address(one.other), one.kind, RoundNumber(one.round), *one[4:])
        for one in sorted(found, key=lambda one: (one.round, one.kind, one.one, one.other, one.tx_hash, one.log_index))
    )
