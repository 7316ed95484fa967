"""A plan tried on the contracts themselves, unsent, at the block it was made for, and compared with its promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from apps.chain.client import ChainClient
from apps.chain.readers import Read, bonding
from apps.chain.records import BlockId
from apps.chain.simulation import Outcome, Unsent
from apps.chain.trial import Trial
from apps.delegation.plan.build import Plan
from apps.delegation.snapshot import Contracts, Reading, Wanted, read_state
from apps.protocol.bonding.state import State
from apps.protocol.calldata import encode
from apps.protocol.units import ZERO_ADDRESS


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that the plan promises and the contracts do not give."""

    about: str
    figure: str
    planned: str
    simulated: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What a trial said. `level` names how: simulate is the contracts' own run of all steps in the next block, call
    their run in one call whose sender's code is overridden.
    """

    level: str
    block_hash: bytes
    outcomes: tuple[Outcome, ...]
    differences: tuple[Difference, ...]
    trips: int

    @property
    def holds(self) -> bool:
        return not self.differences and all(one.ok for one in self.outcomes)

    @property
    def gas(self) -> tuple[int, ...]:
        """What each step burned in the simulation."""
        return tuple(one.gas for one in self.outcomes)


def prove(client: ChainClient, plan: Plan, at: Contracts, wanted: Wanted, *, before: Reading, block: BlockId) -> Proof:
    """Run the steps from their true senders and read everything again after them; `before` tells what to read.

    Raises RpcRefused where no node can try them, ChainError where none answers.
    """
    trial = Trial(client, unsent(plan), block=block, number=plan.at.block)
    first = (*before.answers.asked, *_new_locks(plan, at), *_new_factors(plan, at))
    after = read_state(trial, at, wanted, block=block, first=first)
    found = tuple(differences(plan.run.after, after.state)) if all(one.ok for one in trial.outcomes) else ()
    return Proof(trial.level, plan.at.block_hash, trial.outcomes, found, trial.trips)


def _new_locks(plan: Plan, at: Contracts) -> Iterator[Read[Any]]:
    for who, one in plan.run.after.accounts.items():
        for number in range(plan.run.before.account(who).next_lock_id, one.next_lock_id):
            yield bonding.unbonding_lock(at.bonding_manager, who, number)


def _new_factors(plan: Plan, at: Contracts) -> Iterator[Read[Any]]:
    for one in plan.run.after.accounts.values():
        if one.delegate != ZERO_ADDRESS:
            yield bonding.earnings_pool(at.bonding_manager, one.delegate, one.last_claim_round)


def unsent(plan: Plan) -> tuple[Unsent, ...]:
    """The steps as transactions, whether they were acknowledged or not: nothing is handed out here."""
    return tuple(
        Unsent(step.sender, step.target, encode(step.contract, step.function, *step.decoded.values), step.value_wei)
        for step in plan.steps
    )


def differences(planned: State, simulated: State) -> Iterator[Difference]:
    """Every figure of every account and node in which the two states differ, and the order of the pool."""
    for address, one in simulated.accounts.items():
        yield from _compared(address, planned.accounts[address], one)
        mine, theirs = planned.worth(address), simulated.worth(address)
        if mine != theirs:
            yield Difference(address, "worth", str(mine), str(theirs))
    for address, node in simulated.nodes.items():
        yield from _compared(address, planned.nodes[address], node)
    order = [(one.address, one.stake) for one in planned.pool.members]
    other = [(one.address, one.stake) for one in simulated.pool.members]
    if order != other:
        yield Difference("pool", "order", str(order), str(other))


def _compared(address: str, mine: object, theirs: object) -> Iterator[Difference]:
    for each in fields(mine):  # type: ignore[arg-type]
        if each.compare and getattr(mine, each.name) != getattr(theirs, each.name):
            yield Difference(address, each.name, str(getattr(mine, each.name)), str(getattr(theirs, each.name)))
