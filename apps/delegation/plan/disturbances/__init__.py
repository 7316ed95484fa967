"""What a plan would change beside what was asked.

Each has a code by which its reader acknowledges it, a sentence, and an amount in wei where it is one. What was asked
for is no disturbance, but for moving a whole stake and giving one away: these are named even when they were asked for.
"""

from __future__ import annotations

from apps.delegation.plan.disturbances import nodes, positions, wallets
from apps.delegation.plan.disturbances.run import Disturbance as Disturbance
from apps.delegation.plan.disturbances.run import Run as Run
from apps.delegation.plan.intentions import Intention


def disturbances(wanted: Intention, run: Run) -> tuple[Disturbance, ...]:
    """All of them, in the order in which a reader should meet them."""
    return (*positions.found(wanted, run), *nodes.found(run), *wallets.found(wanted, run))
