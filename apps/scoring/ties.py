"""Who belongs together, as far as links show it: pure, and indifferent to kinds of link that it does not know.

A funding counts as material once it is at least a tenth (method) of all that is known to have been paid into that
deposit, the gateway's own money included. Less is a weak sign: dust sent into somebody's deposit, which anybody can do,
must not make a case. None of it hangs on what the payer pays to whom, so no payment changes who belongs together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from apps.protocol.units import Address
from apps.scoring.facts import LinkFact

FUNDS, WITHDRAWS, KEY = "funds", "withdraws_to", "shares_key"
DELEGATES, BONDS, HANDS, CALLS = "delegates", "bonds_for", "hands_stake", "calls_reward_for"
WEAK = (DELEGATES, BONDS, HANDS, CALLS)
NO_LINKS: tuple[LinkFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Ties:
    """The links of a run, ready to be asked about a recipient and a payer."""

    operators: Mapping[Address, Address]  # an orchestrator's group by shared node key; absent: alone
    members: Mapping[Address, tuple[Address, ...]]  # of each such group
    owners: Mapping[Address, Address]  # a payer's group by material funding and node key; absent: alone
    streams: Mapping[Address, tuple[LinkFact, ...]]  # where money went on: material funding and fee withdrawals
    funders: Mapping[Address, tuple[Address, ...]]  # who materially funded a payer
    slight: Mapping[tuple[Address, Address], LinkFact]  # funding too small to be material
    weak: Mapping[tuple[Address, Address], LinkFact]  # of any weak kind, under both orders

    def operator(self, orchestrator: Address) -> tuple[Address, ...]:
        """The orchestrators of one operator, itself among them."""
        group = self.operators.get(orchestrator)
        return (orchestrator,) if group is None else self.members[group]

    def owner(self, payer: Address) -> Address:
        """The name of the payer's group: payers of one group count as one."""
        return self.owners.get(payer, payer)

    def path(self, recipient: Address, payer: Address, *, longest: int) -> tuple[LinkFact, ...]:
        """The links by which money of the recipient's operator reached the payer; empty where no known way leads."""
        if not self.streams:
            return NO_LINKS
        reached: dict[Address, tuple[LinkFact, ...]] = dict.fromkeys(self.operator(recipient), NO_LINKS)
        edge = list(reached)
        for _ in range(longest):
            ahead: list[Address] = []
            for link in (link for address in edge for link in self.streams.get(address, ())):
                if link.other not in reached:
                    reached[link.other] = (*reached[link.one], link)
                    ahead.append(link.other)
            edge = ahead
        return reached.get(payer, NO_LINKS)

    def weak_between(self, recipient: Address, payer: Address) -> LinkFact | None:
        """A weak sign that the payer, or who funds it, stands close to the recipient's operator."""
        if not (self.weak or self.slight):
            return None
        for side in (payer, *self.funders.get(payer, ())):
            for member in self.operator(recipient):
                found = self.weak.get((side, member)) or self.slight.get((member, side))
                if found is not None:
                    return found
        return None


def ties_of(links: Iterable[LinkFact], *, material_share: Decimal) -> Ties:
    """The ties of a run; a funding of at least `material_share` of its deposit's, 0 to 1, is material."""
    every = sorted(links, key=_order)
    ordered = [link for link in every if link.one != link.other]
    material, slight = _fundings(every, material_share)
    keys = [link for link in ordered if link.kind == KEY]
    operators = _groups(keys)
    return Ties(
        operators=operators,
        members=_members(operators),
        owners=_groups([*material, *keys]),
        streams=_by_one(sorted([*material, *(link for link in ordered if link.kind == WITHDRAWS)], key=_order)),
        funders=_funders(material),
        slight={(link.one, link.other): link for link in reversed(slight)},
        weak={pair: link for link in reversed(ordered) if link.kind in WEAK for pair in _both(link)},
    )


def _order(link: LinkFact) -> tuple[int, str, str, str, str, int, int]:
    return (link.round, link.kind, link.one, link.other, link.tx_hash, link.log_index, link.amount_wei or 0)


def _fundings(links: Iterable[LinkFact], material_share: Decimal) -> tuple[list[LinkFact], list[LinkFact]]:
    """The newest funding of each pair, material ones and slight ones. An amount that is not known is material."""
    sums: dict[tuple[Address, Address], int] = defaultdict(int)
    whole: dict[Address, int] = defaultdict(int)
    unknown: set[tuple[Address, Address]] = set()
    newest: dict[tuple[Address, Address], LinkFact] = {}
    for link in (link for link in links if link.kind == FUNDS):
        pair = (link.one, link.other)
        sums[pair] += link.amount_wei or 0
        whole[link.other] += link.amount_wei or 0
        newest[pair] = link
        if link.amount_wei is None:
            unknown.add(pair)
    material: list[LinkFact] = []
    slight: list[LinkFact] = []
    for pair, total in sums.items():
        if pair[0] != pair[1]:
            is_material = pair in unknown or total >= material_share * whole[pair[1]]
            (material if is_material else slight).append(newest[pair])
    return material, slight


def _groups(links: Iterable[LinkFact]) -> dict[Address, Address]:
    """Addresses joined by links, each with the first of its group's names; whoever is alone is left out."""
    parent: dict[Address, Address] = {}

    def root(address: Address) -> Address:
        while parent.setdefault(address, address) != address:
            parent[address] = parent[parent[address]]
            address = parent[address]
        return address

    for link in links:
        low, high = sorted((root(link.one), root(link.other)))
        parent[high] = low
    return {address: root(address) for address in list(parent)}


def _members(groups: Mapping[Address, Address]) -> dict[Address, tuple[Address, ...]]:
    found: dict[Address, list[Address]] = defaultdict(list)
    for address in sorted(groups):
        found[groups[address]].append(address)
    return {group: tuple(members) for group, members in found.items()}


def _by_one(links: Iterable[LinkFact]) -> dict[Address, tuple[LinkFact, ...]]:
    found: dict[Address, list[LinkFact]] = defaultdict(list)
    for link in links:
        found[link.one].append(link)
    return {address: tuple(each) for address, each in found.items()}


def _funders(material: Iterable[LinkFact]) -> dict[Address, tuple[Address, ...]]:
    found: dict[Address, set[Address]] = defaultdict(set)
    for link in material:
        found[link.other].add(link.one)
    return {address: tuple(sorted(each)) for address, each in found.items()}


def _both(link: LinkFact) -> Iterator[tuple[Address, Address]]:
    yield link.one, link.other
    yield link.other, link.one
