"""A plan: what is signed, the state before and after, what changes beside it, and what would disturb less.

Pure: the same intention on the same snapshot with the same acknowledgements gives the same plan. While a disturbance is
not acknowledged by its code there is no calldata.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from apps.delegation.plan.alternatives import Alternative, alternatives
from apps.delegation.plan.calls import Call
from apps.delegation.plan.disturbances import Disturbance, Run, disturbances
from apps.delegation.plan.facts import Snapshot
from apps.delegation.plan.handling import refusal, sequence
from apps.delegation.plan.intentions import Intention, actor
from apps.delegation.plan.invariants import Invariant, invariants
from apps.delegation.plan.notes import Note, notes
from apps.delegation.plan.refusals import Refusal
from apps.protocol.bonding.steps import UNDERFLOW, Reverted, Stepped
from apps.protocol.calldata import Decoded, decode
from apps.protocol.units import Address

LIFETIME_S = 300  # of a plan: long enough to read it, short enough that little happens meanwhile


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction to sign. `calldata` is None until every disturbance is acknowledged."""

    sender: Address
    contract: str
    target: Address
    function: str
    sentence: str
    value_wei: int
    calldata: bytes | None
    decoded: Decoded


@dataclass(frozen=True, slots=True)
class Expiry:
    """When the plan holds no longer: at the block or the time that comes first, or in another round."""

    time: int  # unix seconds
    round: int
    blocks: int  # of the contract's clock that are left of the round


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be signed and all that it does. `run` holds the state before, between and after its steps."""

    wanted: Intention
    at: Snapshot
    run: Run
    steps: tuple[Step, ...]
    disturbances: tuple[Disturbance, ...]
    acknowledged: frozenset[str]
    alternatives: tuple[Alternative, ...]
    notes: tuple[Note, ...]
    invariants: tuple[Invariant, ...]
    expires: Expiry

    @property
    def is_ready(self) -> bool:
        """Whether there is calldata to sign."""
        return all(step.calldata is not None for step in self.steps)

    @property
    def missing(self) -> tuple[str, ...]:
        """The codes that are yet to be acknowledged, each once."""
        return tuple(dict.fromkeys(one.code for one in self.disturbances if one.code not in self.acknowledged))


def build(wanted: Intention, at: Snapshot, *, acknowledged: Collection[str] = ()) -> Plan | Refusal:
    """The plan that meets the intention with least disturbance, or why there is none."""
    refused = refusal(wanted, at)
    if refused is not None:
        return refused
    made = sequence(wanted, at)
    run = _run(made, at)
    if isinstance(run, Refusal):
        return run
    found = disturbances(wanted, run)
    agreed = frozenset(acknowledged)
    checked = invariants(wanted, run)
    broken = next((one for one in checked if not one.ok), None)
    if broken is not None:
        return Refusal("invariant_broken", f"The plan would not do what it promises: {broken.sentence}")
    is_agreed = all(one.code in agreed for one in found)
    steps = tuple(_step(call, done, at, is_agreed=is_agreed) for call, done in zip(made, run.steps, strict=True))
    ways, told = alternatives(wanted, run), notes(wanted, run)
    return Plan(wanted, at, run, steps, found, agreed, ways, told, checked, _expiry(at))


def _run(made: tuple[Call, ...], at: Snapshot) -> Run | Refusal:
    """The calls done one after the other in the model."""
    state, steps = at.state, list[Stepped]()
    for call in made:
        try:
            done = call.step(state)
        except Reverted as reverted:
            return _would_revert(reverted.reason)
        steps.append(done)
        state = done.state
    return Run(at, made, tuple(steps))


def _would_revert(reason: str) -> Refusal:
    if reason == UNDERFLOW:
        return Refusal(
            "books_disagree",
            "By the books of the orchestrator less stake is with it than this account has there: stake that came back "
            "from a lock after everything was taken out can earn too much on these contracts. They cannot take that "
            "much away from it at once; take out a part.",
        )
    return Refusal("would_revert", f"The contract would refuse it: {reason}.")


def _step(call: Call, done: Stepped, at: Snapshot, *, is_agreed: bool) -> Step:
    data = call.data(done)
    return Step(
        sender=call.sender,
        contract=call.contract,
        target=at.token if call.contract == "LivepeerToken" else at.manager,
        function=call.function,
        sentence=call.sentence,
        value_wei=0,
        calldata=data if is_agreed else None,
        decoded=decode(call.contract, data),
    )


def _expiry(at: Snapshot) -> Expiry:
    return Expiry(at.time + LIFETIME_S, at.state.round, at.blocks_left)


def signer(plan: Plan) -> Address:
    """Whose wallet signs every step."""
    return actor(plan.wanted)
