"""Realised yield as pure arithmetic: the contract's sum for stake that was there, diluted for stake that was not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.protocol.earnings import Factors, Holding, with_pending
from apps.protocol.perc import ONE, precise_perc_of
from apps.protocol.units import WEI, EthWei, LptWei, Ppm, Round
from apps.protocol.yields import (
    COUNTED,
    Counted,
    Step,
    earned,
    fees_range,
    reward_to_come,
    rewards_range,
    stretches,
)

pytestmark = pytest.mark.unit

LPT = ETH = WEI


def step(number: int, *, before: Factors, after: Factors, stake: int = 1000 * LPT, whole: int = 4000 * LPT) -> Step:
    outcome = "called" if after.reward != before.reward else "missed"
    return Step(Round(number), before, after, LptWei(stake), LptWei(whole), outcome)  # type: ignore[arg-type]


def walk(growth: Sequence[tuple[int, int]], *, stake: int = 1000 * LPT, whole: int = 4000 * LPT) -> list[Step]:
    """Steps of a node whose delegators got so much LPT and ETH wei in each round, by the contract's own sums."""
    held, steps = Factors(), []
    for place, (reward, fees) in enumerate(growth):
        before = held.reward or ONE
        fee = held.fee + precise_perc_of(before, fees, stake)
        held, old = Factors(before + precise_perc_of(before, reward, stake) if reward else held.reward, fee), held
        steps.append(step(place + 10, before=old, after=held, stake=stake, whole=whole))
    return steps


ROUNDS = st.lists(
    st.tuples(st.integers(0, 5 * LPT), st.one_of(st.just(0), st.integers(0, 3 * ETH))), min_size=1, max_size=12
)
AMOUNTS = st.integers(1, 10**8 * LPT).map(LptWei)


@given(growth=ROUNDS, amount=AMOUNTS)
def test_earned__when_the_amount_was_there__then_what_the_contract_s_views_grew_by(
    growth: list[tuple[int, int]], amount: LptWei
) -> None:
    steps = walk(growth)
    found = earned(steps, amount, counted="there")
    now = with_pending(Holding(amount, EthWei(0)), start=steps[0].before, end=steps[-1].after)
    assert (found.rewards_lpt_wei, found.fees_eth_wei) == (now.stake - amount, now.fees)


def test_earned__when_the_amount_was_there_from_the_middle__then_from_the_factors_of_that_round() -> None:
    steps = walk([(LPT, ETH), (2 * LPT, 0), (0, ETH // 3), (3 * LPT, ETH // 7)])
    amount = LptWei(123 * LPT + 45)
    found = earned(steps[2:], amount, counted="there")
    now = with_pending(Holding(amount, EthWei(0)), start=steps[1].after, end=steps[-1].after)
    assert (found.rewards_lpt_wei, found.fees_eth_wei) == (now.stake - amount, now.fees)


def test_earned__when_the_amount_is_new__then_both_stakes_hold_it() -> None:
    """Node 1,000 of 4,000 LPT with 10 LPT and 1 ETH to share; 1,000 LPT come on top: 2,000 of 5,000.

    The node's mint doubles by its stake and falls by 4/5 for the network's: 16 LPT for 2,000. The ETH is halved.
    """
    found = earned(walk([(10 * LPT, ETH)]), LptWei(1000 * LPT), counted="new")
    assert (found.rewards_lpt_wei, found.fees_eth_wei) == (8 * LPT, ETH // 2)


def test_earned__when_the_amount_came_from_another_node__then_the_network_s_stake_stands() -> None:
    found = earned(walk([(10 * LPT, ETH)]), LptWei(1000 * LPT), counted="moved")
    assert (found.rewards_lpt_wei, found.fees_eth_wei) == (10 * LPT, ETH // 2)


def test_earned__when_rewards_are_restaked__then_they_earn_and_dilute_too() -> None:
    """After the first round 1,008 LPT of its own stand beside the 1,000 of others."""
    steps = walk([(10 * LPT, 0), (0, ETH)])
    found = earned(steps, LptWei(1000 * LPT), counted="new")
    assert found.rewards_lpt_wei == 8 * LPT
    assert found.fees_eth_wei == ETH * 1008 // 2008


@given(growth=ROUNDS, small=AMOUNTS, more=AMOUNTS, counted=st.sampled_from(COUNTED))
def test_earned__when_there_is_more__then_never_more_for_each_lpt(
    growth: list[tuple[int, int]], small: LptWei, more: LptWei, counted: Counted
) -> None:
    steps, large = walk(growth), LptWei(small + more)
    one, other = earned(steps, small, counted=counted), earned(steps, large, counted=counted)
    slack = 3 * len(steps) * large  # floors lose up to some wei in each round
    assert (other.rewards_lpt_wei or 0) * small <= (one.rewards_lpt_wei or 0) * large + slack
    assert (other.fees_eth_wei or 0) * small <= (one.fees_eth_wei or 0) * large + slack


@given(growth=ROUNDS, amount=AMOUNTS)
def test_earned__when_it_came_from_further_away__then_never_more(growth: list[tuple[int, int]], amount: LptWei) -> None:
    there, moved, new = (earned(walk(growth), amount, counted=counted) for counted in COUNTED)
    assert (new.rewards_lpt_wei or 0) <= (moved.rewards_lpt_wei or 0) <= (there.rewards_lpt_wei or 0)
    assert (new.fees_eth_wei or 0) <= (moved.fees_eth_wei or 0) <= (there.fees_eth_wei or 0)


@given(growth=ROUNDS, amount=AMOUNTS)
def test_earned__when_the_network_is_endless__then_dilution_vanishes(
    growth: list[tuple[int, int]], amount: LptWei
) -> None:
    steps = [replace(one, stake=LptWei(10**60), network_stake=LptWei(10**61)) for one in walk(growth)]
    there, new = (earned(steps, amount, counted=counted) for counted in ("there", "new"))
    assert abs((there.rewards_lpt_wei or 0) - (new.rewards_lpt_wei or 0)) <= len(steps)
    assert abs((there.fees_eth_wei or 0) - (new.fees_eth_wei or 0)) <= len(steps)


@pytest.mark.parametrize("counted", COUNTED)
def test_earned__when_nothing_came__then_nothing(counted: Counted) -> None:
    found = earned(walk([(0, 0)] * 4), LptWei(777 * LPT), counted=counted)
    assert (found.rewards_lpt_wei, found.fees_eth_wei, found.missed, found.rounds) == (0, 0, 4, 4)


def test_earned__when_a_factor_is_missing__then_unknown_and_not_nothing() -> None:
    steps = walk([(LPT, ETH), (LPT, ETH)])
    found = earned([steps[0], replace(steps[1], known=False)], LptWei(LPT), counted="there")
    assert (found.rewards_lpt_wei, found.fees_eth_wei) == (None, None)


def test_earned__when_the_node_s_stake_is_unknown__then_only_fees_of_stake_that_was_not_there_are() -> None:
    steps = [replace(one, stake=None) for one in walk([(LPT, ETH)])]
    assert earned(steps, LptWei(LPT), counted="new").fees_eth_wei is None
    assert earned(steps, LptWei(LPT), counted="new").rewards_lpt_wei is not None
    assert earned(steps, LptWei(LPT), counted="there").fees_eth_wei is not None


def test_earned__when_the_network_s_stake_is_unknown__then_unknown_for_new_stake_only() -> None:
    steps = [replace(one, network_stake=None) for one in walk([(LPT, ETH)])]
    assert earned(steps, LptWei(LPT), counted="new").rewards_lpt_wei is None
    assert earned(steps, LptWei(LPT), counted="moved").rewards_lpt_wei is not None


def test_earned__when_counted__then_every_round_has_one_outcome() -> None:
    called, missed = walk([(LPT, 0), (0, 0)])
    gone, nobody = replace(missed, outcome="inactive"), replace(missed, outcome="absent")
    found = earned([nobody, nobody, called, missed, gone], LptWei(LPT), counted="there")
    assert (found.called, found.missed, found.inactive, found.absent) == (1, 1, 1, 2)


def test_stretches__when_rounds_are_fewer__then_none() -> None:
    steps = walk([(LPT, 0)] * 3)
    assert [(one.first, one.last) for one in stretches(steps, LptWei(LPT), rounds=2, counted="there")] == [
        (10, 11),
        (11, 12),
    ]
    assert stretches(steps, LptWei(LPT), rounds=4, counted="there") == []


def test_range__when_stretches_differ__then_each_is_one_that_happened() -> None:
    steps = walk([(4 * LPT, 0), (LPT, ETH), (3 * LPT, 0), (2 * LPT, 0)])
    found = stretches(steps, LptWei(LPT), rounds=1, counted="there")
    rewards, fees = rewards_range(found), fees_range(found)
    assert rewards is not None
    assert [one.first for one in (rewards.worst, rewards.median, rewards.best)] == [11, 13, 10]
    assert fees is not None
    assert (fees.worst.fees_eth_wei, fees.median.fees_eth_wei, fees.best.first) == (0, 0, 11)


def test_range__when_one_stretch_is_unknown__then_there_is_none() -> None:
    steps = walk([(LPT, 0), (LPT, 0)])
    found = stretches([steps[0], replace(steps[1], known=False)], LptWei(LPT), rounds=1, counted="there")
    assert rewards_range(found) is None
    assert rewards_range([]) is None


def test_reward_to_come__when_a_call_is_due__then_acceptance_scenario_one() -> None:
    """A1: M 20,000, A 5,000,000, S 10,000, treasury 10 %, cut 20 %: 28.8 LPT for delegators, 2.88 for 1,000 LPT."""
    found = reward_to_come(
        mintable=LptWei(20_000 * LPT),
        stake=LptWei(10_000 * LPT),
        network_stake=LptWei(5_000_000 * LPT),
        treasury_cut=10**26,
        reward_cut=Ppm(200_000),
        amount=LptWei(1_000 * LPT),
    )
    assert found == 288 * LPT // 100


def test_reward_to_come__when_nobody_has_stake__then_unknown() -> None:
    nothing = LptWei(0)
    assert (
        reward_to_come(
            mintable=nothing, stake=nothing, network_stake=nothing, treasury_cut=0, reward_cut=Ppm(0), amount=nothing
        )
        is None
    )
