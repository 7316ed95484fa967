"""What a plan promises is what the contracts simulate before, and what they hold after it was signed and mined.

`make soak` plays thousands of plans in the same way; tests/soak/plans.py says what is asked of each.
"""

from __future__ import annotations

import pytest

from apps.delegation.plan.parsing import KINDS
from tests.soak.kept import KEPT_PLANS
from tests.soak.plans import play_plans
from tests.stages import Stage

pytestmark = pytest.mark.integration


def test_plans__when_signed_at_once_or_overtaken__then_the_chain_is_as_promised_or_the_difference_is_told(
    stage: Stage,
) -> None:
    tally = play_plans(1, stage, plans=100)

    assert sum(tally.mined.values()) == 100
    assert {kind.__name__ for kind in KINDS.values()} - set(tally.mined) == set()
    assert {"refused", "told what differs", "stands"} <= set(tally.overtaken)


@pytest.mark.parametrize("seed", sorted(KEPT_PLANS))
def test_plans__of_seeds_that_once_failed__then_the_chain_is_as_promised(stage: Stage, seed: int) -> None:
    play_plans(seed, stage, plans=KEPT_PLANS[seed][0])
