"""Where the network stands."""

from __future__ import annotations

import pytest

from apps.network.selectors import network
from apps.network.selectors.network import Head, RoundNow
from tests.factories import BlockFactory, ParameterReadFactory, RoundFactory, hash_of, moment

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_head__when_blocks_are_there__then_the_newest_up_to_a_limit() -> None:
    assert network.head() is None
    BlockFactory(number=10)
    BlockFactory(number=20)
    assert network.head() == Head(20, hash_of("block 20"), moment(20))
    assert network.head(at_most=19) == Head(10, hash_of("block 10"), moment(10))


def test_parameters__when_read_several_times__then_the_newest_of_each() -> None:
    for block, value in ((10, 50), (30, 70), (20, 60)):
        ParameterReadFactory(name="round_length", block__number=block, value=value)
    ParameterReadFactory(name="l1_block", block__number=5, value=2**200)
    assert network.parameters(("round_length", "l1_block", "never_read")) == {"round_length": 70, "l1_block": 2**200}
    assert network.parameters(()) == {}


def a_round(*, length: int = 100, start: int = 1000, now: int = 1061) -> None:
    RoundFactory(number=7, block__number=400)
    RoundFactory(number=8, block__number=500)
    for name, value in (("round_length", length), ("current_round_start_l1_block", start), ("l1_block", now)):
        ParameterReadFactory(name=name, block__number=500, value=value)


def test_round_now__when_parameters_are_read__then_progress_and_an_estimate() -> None:
    a_round()
    assert network.round_now() == RoundNow(8, moment(500), passed_ppm=610_000, left_s=39)


def test_round_now__when_nobody_ended_the_round__then_the_whole_has_passed() -> None:
    a_round(now=1500)
    assert network.round_now() == RoundNow(8, moment(500), passed_ppm=1_000_000, left_s=0)


def test_round_now__when_parameters_are_not_read_yet__then_unknown() -> None:
    RoundFactory(number=8, block__number=500)
    assert network.round_now() == RoundNow(8, moment(500), passed_ppm=None, left_s=None)


def test_round_now__when_there_is_no_round__then_none() -> None:
    assert network.round_now() is None
