"""From an intention to the calls that meet it, in the way that disturbs least, or to why there are none.

Nothing is ever unbonded to be moved.
"""

from __future__ import annotations

from itertools import chain

from apps.delegation.plan.calls import Call
from apps.delegation.plan.facts import Snapshot
from apps.delegation.plan.handling import giving, leaving, own, staking
from apps.delegation.plan.handling.shared import Handled
from apps.delegation.plan.intentions import Intention
from apps.delegation.plan.refusals import Refusal, reasons

HANDLED: Handled = {**staking.HANDLED, **giving.HANDLED, **leaving.HANDLED, **own.HANDLED}


def refusal(wanted: Intention, at: Snapshot) -> Refusal | None:
    """The first reason for which this intention cannot be met at this block; None where there is none."""
    return next(chain(reasons(wanted, at), HANDLED[type(wanted)].reasons(wanted, at)), None)


def sequence(wanted: Intention, at: Snapshot) -> tuple[Call, ...]:
    """The calls in order, of an intention that nothing refuses at the same snapshot."""
    return tuple(HANDLED[type(wanted)].calls(wanted, at))
