"""Addresses made to be taken for another: same first and last digits, which is all that most people compare."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from apps.delegation.models import Position
from apps.delegation.plan.intentions import DelegateFor, HandOver, Intention, MovePart, WithdrawFees, actor
from apps.delegation.plan.refusals import Refusal
from apps.network.models import Orchestrator
from apps.protocol.formats import checksummed
from apps.protocol.units import Address

FIRST, LAST = 6, 4  # of the text with 0x: what wallets and explorers show of an address


def look_alike(wanted: Intention, mine: Collection[Address]) -> Refusal | None:
    """Why an account that is to receive something is not what it seems; None for all others. Two queries at most.

    An orchestrator that is chosen is not judged here: it must be registered, and a stranger could else keep stake from
    a good one by registering a twin.
    """
    named = _receiver(wanted)
    if named is None:
        return None
    nodes = Orchestrator.objects.filter(ever_registered=True, address__startswith=named[:FIRST])
    delegates = Position.objects.filter(delegator=actor(wanted)).values_list("delegate", flat=True)
    known = (actor(wanted), *mine, *delegates, *nodes.values_list("address", flat=True))
    twin = twin_of(named, (Address(one) for one in known))
    if twin is None:
        return None
    return Refusal(
        "look_alike",
        f"{checksummed(named)} looks like {checksummed(twin)}, but it is another address. Such twins are made to be "
        "mistaken. Compare every digit, and copy the address from where you know it to be right.",
    )


def twin_of(named: Address, known: Iterable[Address]) -> Address | None:
    """A known address with the same ends; None where there is none, or where `named` itself is known."""
    alike = {one for one in known if one[:FIRST] == named[:FIRST] and one[-LAST:] == named[-LAST:]}
    return None if named in alike else min(alike, default=None)


def _receiver(wanted: Intention) -> Address | None:
    if isinstance(wanted, MovePart | HandOver):
        return wanted.receiver
    if isinstance(wanted, WithdrawFees):
        return wanted.recipient
    return wanted.owner if isinstance(wanted, DelegateFor) else None
