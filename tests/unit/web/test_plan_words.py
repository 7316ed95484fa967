"""What differs from what was read, in sentences."""

from __future__ import annotations

import pytest

from apps.delegation.changes import Changed
from apps.protocol.formats import short_address
from apps.web.plan.words import differs, point

pytestmark = pytest.mark.unit

NODE = "0x" + "2" * 40


def test_differs__when_a_cut_rose__then_says_so_and_not_what_follows_from_it() -> None:
    found = [
        Changed(f"before.nodes.{NODE}.reward_cut_ppm", 100_000, 900_000),
        Changed(f"after.nodes.{NODE}.reward_cut_ppm", 100_000, 900_000),
    ]
    assert differs(found, short_address) == [
        f"The reward cut of {short_address(NODE)} is 90\u00a0% instead of 10\u00a0%."
    ]


def test_differs__when_a_point_is_new__then_it_is_named() -> None:
    found = [Changed(f"disturbances.reward_forfeited {NODE}", None, "5")]
    assert differs(found, short_address) == ["New beside what you asked: the reward of this round is given up."]


def test_differs__when_only_calls_differ__then_that_is_told() -> None:
    assert differs([Changed("steps.1", None, {})], short_address) == ["The calls are others now."]


def test_point__when_a_code_has_no_words__then_its_own_serve() -> None:
    assert point("sky_falls").title == "Sky falls"
