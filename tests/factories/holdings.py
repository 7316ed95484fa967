"""Positions, their locks and the logs that made them."""

from __future__ import annotations

import factory

from apps.delegation.models import Position, StakeEvent, UnbondingLock
from apps.protocol.units import WEI
from tests.factories.base import Rows, address
from tests.factories.network import EventRows


class StakeEventFactory(EventRows):
    class Meta:
        model = StakeEvent

    kind = StakeEvent.Kind.BOND
    round = 100
    delegator = factory.Sequence(lambda n: address(20_000 + n))
    delegate = factory.Sequence(address)
    amount_lpt_wei = 100 * WEI
    bonded_lpt_wei = 100 * WEI


class PositionFactory(Rows):
    class Meta:
        model = Position

    delegator = factory.Sequence(lambda n: address(20_000 + n))
    delegate = factory.Sequence(address)
    bonded_lpt_wei = 100 * WEI
    start_round = 2
    last_claim_round = 1
    updated_block = 1


class UnbondingLockFactory(Rows):
    class Meta:
        model = UnbondingLock

    delegator = factory.Sequence(lambda n: address(20_000 + n))
    lock_id = 0
    delegate = factory.Sequence(address)
    amount_lpt_wei = 10 * WEI
    withdraw_round = 107
    state = UnbondingLock.State.OPEN
    updated_block = 1
