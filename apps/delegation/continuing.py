"""A plan of several steps between two of them: what is left is tried on the chain as it is now.

Its intention cannot be planned anew half way, for a part of it is done. What must hold is that the calls that are left,
the same bytes that were shown, still end in the state that was promised.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from apps.chain.client import ChainClient
from apps.chain.errors import RpcRefused
from apps.chain.simulation import Unsent
from apps.chain.trial import Trial
from apps.delegation import guesses
from apps.delegation.changes import Changed, state_differences
from apps.delegation.document import state
from apps.delegation.export.kept import steps_of
from apps.delegation.plan.refusals import Refusal
from apps.delegation.preparing import contracts
from apps.delegation.snapshot import Wanted, addresses_of, read_state
from apps.protocol.units import Address


def rest_differs(client: ChainClient, shown: Mapping[str, Any], *, done: int) -> tuple[Changed, ...] | Refusal:
    """What would not end as `shown` promised if the steps after the first `done` were sent now; empty where all would.

    Raises ChainError where the chain does not answer.
    """
    at = contracts()
    if isinstance(at, Refusal):
        return at
    head = client.head()
    if int(time.time()) - head.timestamp > settings.HEAD_STALE_S:
        return Refusal("stale", "The newest block is old. Nothing more is sent before the chain is current again.")
    left = [Unsent(step.sender, step.target, step.calldata or b"", step.value_wei) for step in steps_of(shown)[done:]]
    trial = Trial(client, left, block=head.hash, number=head.number)
    wanted = _wanted(shown)
    try:
        after = read_state(trial, at, wanted, block=head.hash, first=guesses.reads(at, wanted))
    except RpcRefused as error:
        return Refusal("cannot_prove", f"The chain's node cannot simulate what is left of the plan: {error}")
    failed = next((one for one in trial.outcomes if not one.ok), None)
    if failed is not None:
        return Refusal("would_revert", f"The contracts would refuse what is left of the plan: {failed.reason}.")
    return tuple(state_differences(shown["after"], state(after.state)))


def _wanted(shown: Mapping[str, Any]) -> Wanted:
    accounts = addresses_of(Address(one["address"]) for one in shown["after"]["accounts"])
    nodes = addresses_of(Address(one["address"]) for one in shown["after"]["nodes"])
    return Wanted(accounts=accounts, nodes=nodes, likely=guesses.pool_members())
