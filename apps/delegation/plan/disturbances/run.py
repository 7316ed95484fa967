"""The calls of a plan done in the model, and what is found by comparing the states before, between and after them."""

from __future__ import annotations

from dataclasses import dataclass

from apps.delegation.plan.calls import Call
from apps.delegation.plan.facts import Snapshot
from apps.protocol.bonding.state import State
from apps.protocol.bonding.steps import Stepped
from apps.protocol.units import Address


@dataclass(frozen=True, slots=True)
class Disturbance:
    """One change beside the intention. `about` is whom it concerns; `unit` is LPT or ETH where there is an amount.

    `confirm` is an address that has to be right: people type its end to agree, where a tick is too little.
    """

    code: str
    about: Address
    sentence: str
    amount_wei: int | None = None
    unit: str = ""
    confirm: Address | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """The calls with the state after each; `before` is the snapshot's."""

    at: Snapshot
    calls: tuple[Call, ...]
    steps: tuple[Stepped, ...]

    @property
    def before(self) -> State:
        return self.at.state

    @property
    def after(self) -> State:
        return self.steps[-1].state if self.steps else self.at.state
