"""What came after: yield from the contract's factors, fees by others, worsenings, misses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.protocol.units import WEI, Address, Round
from apps.scoring.backtest.history import Factors, History
from apps.scoring.backtest.outcomes import MEASURES, carried, growth, outcomes
from apps.scoring.facts import Payments, Rounds
from tests.unit.scoring.backtest.worlds import ONE, block_of, with_cut, world
from tests.unit.scoring.made import address

pytestmark = pytest.mark.unit

FIRST, END = Round(60), Round(90)


def all_of_it(node: Address, paid: Payments) -> int:
    return sum(paid.amount_eth_wei)


def came(history: History) -> dict[str, dict[Address, int]]:
    found = outcomes(history, sorted(history.lives), first=FIRST, end=END, organic=all_of_it)
    return {name: dict(values) for name, values in found.items()}


def test_growth__of_two_rewards_and_a_fee__is_what_the_contract_would_pay() -> None:
    """A bond of 1 LPT at a factor of 1.2: after 10 % and 5 % it is 1.155, and 0.06 ETH per unit at 1.2 are 0.05 ETH."""
    stored = (
        Factors(Round(59), ONE * 12 // 10, ONE // 100),
        Factors(Round(61), ONE * 132 // 100, ONE // 100),
        Factors(Round(70), ONE * 1386 // 1000, ONE // 100 + ONE * 6 // 100),
        Factors(Round(90), ONE * 9, ONE * 9),
    )

    assert growth(stored, first=FIRST, end=END) == (155_000_000, WEI * 5 // 100)


def test_growth__of_one_that_never_earned__is_nothing() -> None:
    assert growth((), first=FIRST, end=END) == (0, 0)


def test_carried__where_a_round_stored_no_factor__keeps_the_older_one() -> None:
    stored = (Factors(Round(1), 0, 5), Factors(Round(2), ONE + 7, 0), Factors(Round(3), 0, 9))

    assert carried(stored) == (
        Factors(Round(1), ONE, 5),
        Factors(Round(2), ONE + 7, 5),
        Factors(Round(3), ONE + 7, 9),
    )


def test_outcomes__of_organic_fees__are_parts_of_all_that_was_earned() -> None:
    history = world(lasting=True, nodes=6, rounds=100)

    fees = came(history)["organic_fees"]

    assert sum(fees.values()) == pytest.approx(10**9, abs=6)
    assert sorted(fees, key=lambda node: fees[node]) == sorted(history.lives)


def test_outcomes__of_a_raised_cut__are_points_in_the_rounds_asked_about_only() -> None:
    history, node = world(lasting=True, nodes=5, rounds=100), address(2)
    cut = history.lives[node].cuts[0].reward_cut_ppm

    inside = with_cut(history, node, at=70, block=block_of(70), reward_cut=cut + 30_000)
    later = with_cut(history, node, at=90, block=block_of(90), reward_cut=cut + 30_000)
    better = with_cut(history, address(5), at=70, block=block_of(70), reward_cut=0)

    assert came(inside)["worsening"][node] == 30_000
    assert came(later)["worsening"][node] == 0
    assert came(better)["worsening"][address(5)] == 0


def test_outcomes__of_one_that_was_not_active__leave_its_misses_unknown() -> None:
    history, node = world(lasting=True, nodes=5, rounds=100), address(2)
    gone = replace(history.lives[node], rounds=history.lives[node].rounds.between(0, FIRST))

    found = came(replace(history, lives={**history.lives, node: gone}))

    assert node not in found["missed_rewards"]
    assert found["worsening"][node] == 0


def test_outcomes__of_missed_calls__are_parts_of_the_active_rounds() -> None:
    history, node = world(lasting=True, nodes=5, rounds=100), address(2)
    life = history.lives[node]
    rounds = Rounds.of(replace(one, reward_called=one.round % 3 > 0) for one in life.rounds)

    found = came(replace(history, lives={**history.lives, node: replace(life, rounds=rounds)}))

    assert found["missed_rewards"][node] == 333_333
    assert set(found) == {one.name for one in MEASURES}
