"""Who stands behind a node, and how that changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from apps.delegation.models import Position, StakeEvent
from apps.delegation.worth import worth
from apps.network.models import Orchestrator
from apps.network.selectors.activity import LOG, Happening, from_log, newest
from apps.protocol.units import ZERO_ADDRESS, EthWei, LptWei


@dataclass(frozen=True, slots=True)
class Delegator:
    """A position behind a node with everything pending counted, as pendingStake and pendingFees answer."""

    address: str
    stake_lpt_wei: LptWei
    fees_eth_wei: EthWei
    start_round: int
    is_node: bool


def delegators_with_stake() -> int:
    """How many addresses have stake with somebody."""
    return Position.objects.filter(bonded_lpt_wei__gt=0).count()


def delegators_of(node: Orchestrator) -> list[Delegator]:
    """Everyone with stake behind the node, largest first, pending rewards and fees included."""
    behind = Position.objects.filter(delegate=node.address, bonded_lpt_wei__gt=0)
    start_rounds = dict(behind.values_list("delegator", "start_round"))
    found = [
        Delegator(address, earnings.stake, earnings.fees, start_rounds[address], address == node.address)
        for address, earnings in worth(delegators=start_rounds).items()
    ]
    return sorted(found, key=lambda one: (-one.stake_lpt_wei, one.address))


_NEWS = (StakeEvent.Kind.BOND, StakeEvent.Kind.UNBOND, StakeEvent.Kind.REBOND)


def stake_happenings(address: str, *, most: int) -> list[Happening]:
    """The newest bonds, unbonds, rebonds and transfers that came to the node or left it; a transfer is one row.

    The log of a transfer names no delegate: which node it left and which it came to is told by the Unbond before it and
    the Rebond after it, whose delegates are those of the sender and the receiver.
    """
    about = Q(delegate=address) | Q(kind=StakeEvent.Kind.BOND, other=address)
    found = StakeEvent.objects.filter(about, kind__in=_NEWS).order_by("-block", "-log_index")
    rows = [_Row._make([*values[:8], values[8:]]) for values in found.values_list(*_COLUMNS, *LOG)[: 2 * most]]
    plain = [_happening(row, address) for row in rows if not row.in_transfer]
    return newest([*plain, *_transfers([row for row in rows if row.in_transfer])], most)


_COLUMNS = ("kind", "round", "delegator", "delegate", "other", "amount_lpt_wei", "bonded_lpt_wei", "in_transfer")


class _Row(NamedTuple):
    """A stake event with the columns of its log: block, index in it, time, transaction."""

    kind: str
    round: int
    delegator: str
    delegate: str
    other: str | None
    amount_lpt_wei: int
    bonded_lpt_wei: int
    in_transfer: bool
    log: tuple[int, int, datetime, bytes]

    @property
    def tx_hash(self) -> bytes:
        return bytes(self.log[3])


def _happening(row: _Row, node: str) -> Happening:
    kind, other = row.kind, row.other
    if kind == StakeEvent.Kind.BOND and row.delegate != node:
        kind, other = "moved_away", row.delegate
    elif kind == StakeEvent.Kind.BOND and row.other not in (node, ZERO_ADDRESS, None):
        kind = "moved_here"
    moved = _moved(row, node=node)
    return from_log(kind, row.log, round=row.round, node=other or "", account=row.delegator, lpt_wei=moved)


def _moved(row: _Row, *, node: str) -> int:
    """What came or went: a change of delegate moves the whole position, less what the same call added to it."""
    if row.kind != StakeEvent.Kind.BOND or row.other == row.delegate:
        return row.amount_lpt_wei
    return row.bonded_lpt_wei if row.delegate == node else row.bonded_lpt_wei - row.amount_lpt_wei


_Key = tuple[bytes, int]


def _transfers(parts: Sequence[_Row]) -> Iterator[Happening]:
    """One row for each transfer that these parts belong to."""
    logs = _transfer_logs(parts)
    sides: dict[_Key, set[str]] = {}
    for part in parts:
        sides.setdefault((part.tx_hash, _transfer_of(part, logs)), set()).add(part.kind)
    for key, kinds in sides.items():
        if key in logs:
            side = "within" if len(kinds) == 2 else "in" if StakeEvent.Kind.REBOND in kinds else "out"
            yield replace(logs[key], kind=f"transfer_{side}")


def _transfer_logs(parts: Sequence[_Row]) -> dict[_Key, Happening]:
    hashes = {part.tx_hash for part in parts}
    if not hashes:
        return {}
    rows = StakeEvent.objects.filter(kind=StakeEvent.Kind.TRANSFER, tx_hash__in=hashes)
    found = [
        from_log("transfer", log, round=number, account=sender, other=receiver or "", lpt_wei=amount)
        for number, sender, receiver, amount, *log in rows.values_list(
            "round", "delegator", "other", "amount_lpt_wei", *LOG
        )
    ]
    return {(one.tx_hash, one.log_index): one for one in found}


def _transfer_of(part: _Row, logs: dict[_Key, Happening]) -> int:
    """The log index of the transfer next after an Unbond, or next before a Rebond, of its transaction; -1 for none."""
    here = part.log[1]
    indexes = sorted(index for tx_hash, index in logs if tx_hash == part.tx_hash)
    if part.kind == StakeEvent.Kind.UNBOND:
        return next((index for index in indexes if index > here), -1)
    return next((index for index in reversed(indexes) if index < here), -1)
