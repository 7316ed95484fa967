"""What a plan promises is what the contracts simulate before, and what they hold after it was signed and mined.

`make soak` plays thousands of plans in the same way; tests/soak/plans.py says what is asked of each.
"""

from __future__ import annotations

import pytest

from apps.delegation.plan.parsing import KINDS
from tests.soak.plans import play_plans
from tests.stages import Stage

pytestmark = pytest.mark.integration


def test_plans__when_signed_at_once_or_overtaken__then_the_chain_is_as_promised_or_the_difference_is_told(
    stage: Stage,
) -> None:
    tally = play_plans(1, stage, plans=100)

    assert sum(tally.mined.values()) == 100
    assert len(KINDS) - len(tally.mined) <= 2  # which kinds come up changes with every refusal
    assert {"told what differs", "stands"} <= set(tally.overtaken)
