"""The pool of candidates for the next round, and where a changed orchestrator will stand in it.

The BondingManager keeps the pool as a doubly linked list, largest stake first (SortedDoublyLL). Whoever changes a stake
may say between which two members it will stand; a wrong hint costs gas and nothing else. Here the list is a tuple, so
that each step of a plan stands on the list that the step before it left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from apps.protocol.units import ZERO_ADDRESS, Address, LptWei


@dataclass(frozen=True, slots=True)
class Hint:
    """The neighbours of an orchestrator after a step: `prev` holds more, `next` less, zero address where none."""

    prev: Address = ZERO_ADDRESS
    next: Address = ZERO_ADDRESS


NO_HINT = Hint()


@dataclass(frozen=True, slots=True)
class Member:
    """A candidate with all stake delegated to it, in base units of LPT."""

    address: Address
    stake: LptWei


@dataclass(frozen=True, slots=True)
class Pool:
    """The candidates in order, largest first, and how many there may be."""

    members: tuple[Member, ...]
    max_size: int

    @classmethod
    def of(cls, members: Iterable[tuple[Address, LptWei]], *, max_size: int) -> Pool:
        """The pool of members given in the order of the contract's list.

        Raises ValueError if they are out of order, twice there or too many: then the list was not read at one block.
        """
        made = tuple(Member(address, stake) for address, stake in members)
        if any(one.stake < other.stake for one, other in pairwise(made)):
            raise ValueError("The pool is out of order: read it again at one block.")
        if len({one.address for one in made}) < len(made) or len(made) > max_size:
            raise ValueError("The pool names somebody twice or more than it holds: read it again at one block.")
        return cls(made, max_size)

    @property
    def is_full(self) -> bool:
        return len(self.members) >= self.max_size

    def holds(self, address: Address) -> bool:
        return any(one.address == address for one in self.members)

    def place_of(self, address: Address) -> int | None:
        """1 for the largest; None for one that is no member."""
        places = (place for place, one in enumerate(self.members, start=1) if one.address == address)
        return next(places, None)

    def without(self, address: Address) -> Pool:
        return replace(self, members=tuple(one for one in self.members if one.address != address))


@dataclass(frozen=True, slots=True)
class Placed:
    """The pool after a step, the hint that names the new place, and who had to leave for it."""

    pool: Pool
    hint: Hint = NO_HINT
    evicted: Address | None = None


def restaked(pool: Pool, address: Address, stake: LptWei) -> Placed:
    """A member whose stake is now `stake`: taken out and put back, before others of equal stake."""
    return _inserted(pool.without(address), Member(address, stake))


def joined(pool: Pool, address: Address, stake: LptWei) -> Placed:
    """A registered orchestrator that tries to get in with `stake`.

    A full pool takes it only for more stake than its last member has, who leaves. Else nothing changes, without a hint.
    """
    if not pool.is_full:
        return _inserted(pool, Member(address, stake))
    last = pool.members[-1]
    if stake <= last.stake:
        return Placed(pool)
    return replace(_inserted(pool.without(last.address), Member(address, stake)), evicted=last.address)


def _inserted(pool: Pool, new: Member) -> Placed:
    place = sum(1 for one in pool.members if one.stake > new.stake)
    before, after = pool.members[:place], pool.members[place:]
    hint = Hint(
        prev=before[-1].address if before else ZERO_ADDRESS,
        next=after[0].address if after else ZERO_ADDRESS,
    )
    return Placed(replace(pool, members=(*before, new, *after)), hint)
