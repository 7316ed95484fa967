"""What an owner may wait for: that reward was called for their stake, after which moving it gives up nothing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from apps.delegation.models import Position
from apps.network.models import RewardCall
from apps.protocol.units import ZERO_ADDRESS, Address

SHOWN = 30  # rounds; a feed reader keeps what it has seen
_SPACE = uuid.UUID("b7066287-186b-5229-b943-52d522d1d95b")  # ours alone, so that ids never change


@dataclass(frozen=True, slots=True)
class Called:
    """Reward was called in a round by the orchestrator that the stake is with. `identity` is the same for ever."""

    identity: str
    round: int
    orchestrator: Address
    time: datetime
    block: int
    tx_hash: bytes


def rewards_called(owner: Address) -> Sequence[Called]:
    """The newest reward calls for the stake of this owner where it is now, newest first; none without stake.

    Rounds before the stake counted there are left out. Two queries.
    """
    position = Position.objects.filter(delegator=owner, bonded_lpt_wei__gt=0).exclude(delegate=ZERO_ADDRESS).first()
    if position is None:
        return ()
    rows = RewardCall.objects.filter(orchestrator=position.delegate, round__gte=position.start_round)
    newest = rows.order_by("-round").values_list("round", "block__time", "block_id", "tx_hash")[:SHOWN]
    return [
        Called(
            identity_of(owner, "reward", position.delegate, number),
            number,
            Address(position.delegate),
            time,
            block,
            bytes(tx_hash),
        )
        for number, time, block, tx_hash in newest
    ]


def identity_of(owner: Address, *about: object) -> str:
    """An id for feeds that is the same on every installation of this chain (RFC 4122, version 5)."""
    return f"urn:uuid:{uuid.uuid5(_SPACE, ' '.join(map(str, (settings.CHAIN_ID, owner, *about))))}"
