"""The steps of a kept plan again, out of its document, for everything that is made of steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.delegation.plan.build import Step
from apps.protocol.calldata import decode
from apps.protocol.units import Address


def steps_of(document: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps with calldata. Raises ValueError while a disturbance is not acknowledged: there is none then."""
    return tuple(_step(one) for one in document["steps"])


def _step(one: Mapping[str, Any]) -> Step:
    if one["calldata"] is None:
        raise ValueError("A step without acknowledged calldata cannot be exported.")
    data = bytes.fromhex(one["calldata"][2:])
    return Step(
        sender=Address(one["sender"]),
        contract=one["contract"],
        target=Address(one["target"]),
        function=one["decoded"]["function"],
        sentence=one["sentence"],
        value_wei=int(one["value_eth_wei"]),
        calldata=data,
        decoded=decode(one["contract"], data),
    )
