"""Who may not speak for whom: ties between accounts that speak and those that are spoken of. Pure.

A tie stands under the address whose deed it was. An endorsement is set aside for a tie of either side; a dispute only
for the disputer's own deeds, or an author could silence a critic by sending it a speck of stake.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from apps.contributions.trust import CHAIN, FUNDED, RELATED, SAME_OWNER, Relations
from apps.protocol.units import Address
from apps.scoring.facts import LinkFact
from apps.scoring.ties import BONDS, CALLS, DELEGATES, FUNDS, HANDS, WITHDRAWS, Ties, ties_of

# by the kind of link, under what name it ties; `calls_reward_for` is the deed of its second side
_CODES = {FUNDS: FUNDED, WITHDRAWS: FUNDED, HANDS: RELATED, BONDS: RELATED, CALLS: RELATED, DELEGATES: CHAIN}


def relations_of(
    links: Iterable[LinkFact],
    *,
    delegates: Mapping[Address, Address],
    keys: Iterable[tuple[Address, Address]],
    parties: Collection[Address],
    material_share: Decimal,
    path_links: int,
) -> Relations:
    """The relations among `parties`.

    `keys` are orchestrators, each with a key that it ever authorised; that takes no consent of the key, so it ties like
    any deed of the orchestrator.
    """
    every = tuple(links)
    ties = ties_of(every, material_share=material_share)
    own = _ties(every, ties, frozenset(parties), path_links)
    for orchestrator, key in keys:
        own.setdefault(orchestrator, {}).setdefault(key, SAME_OWNER)
    return Relations(
        owners=_owners(ties),
        delegates={one: other for one, other in delegates.items() if one != other},
        ties=own,
    )


def _owners(ties: Ties) -> dict[Address, Address]:
    """Each address that belongs to a group, with the group's first name."""
    parent: dict[Address, Address] = {}

    def root(address: Address) -> Address:
        while parent.setdefault(address, address) != address:
            parent[address] = parent[parent[address]]
            address = parent[address]
        return address

    for one, other in (*ties.operators.items(), *ties.owners.items()):
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return {address: root(address) for address in sorted(parent)}


def _ties(
    links: Iterable[LinkFact], ties: Ties, parties: frozenset[Address], path_links: int
) -> dict[Address, dict[Address, str]]:
    found: dict[Address, dict[Address, str]] = defaultdict(dict)
    for link in links:
        code = _CODES.get(link.kind)
        doer, other = (link.other, link.one) if link.kind == CALLS else (link.one, link.other)
        if code is not None and doer != other and doer in parties and other in parties:
            found[doer].setdefault(other, code)
    for party in sorted(parties & ties.streams.keys()):
        for reached in _reached(party, ties, path_links) & parties:
            found[party].setdefault(reached, FUNDED)
    return dict(found)


def _reached(start: Address, ties: Ties, longest: int) -> set[Address]:
    """Where money of an address came to, over so many material fundings and withdrawals at the most."""
    seen, edge = {start}, [start]
    for _ in range(longest):
        ahead = {link.other for address in edge for link in ties.streams.get(address, ())} - seen
        seen |= ahead
        edge = sorted(ahead)
    return seen - {start}
