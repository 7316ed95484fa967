"""When a move has paid for itself, each currency alone."""

from __future__ import annotations

import pytest

from apps.protocol.moving import BreakEven, MoveCost, Verdict, balance, break_even
from apps.protocol.units import WEI, EthWei, LptWei, Round
from apps.protocol.yields import Earned

pytestmark = pytest.mark.unit

LPT = ETH = WEI


def made(rewards: int | None, fees: int | None) -> Earned:
    """Thirty rounds that brought so much."""
    lpt = None if rewards is None else LptWei(rewards)
    eth = None if fees is None else EthWei(fees)
    return Earned(Round(1), Round(30), lpt, eth, 30, 0, 0, 0)


def cost(forfeited: int | None = 0, fees: int | None = 0, gas: int = 0) -> MoveCost:
    return MoveCost(
        None if forfeited is None else LptWei(forfeited), None if fees is None else EthWei(fees), EthWei(gas)
    )


def test_balance__when_the_gain_pays__then_rounds_are_rounded_up() -> None:
    assert balance(cost_wei=10, gain_wei=30, rounds=30).after_rounds == 10
    assert balance(cost_wei=10, gain_wei=31, rounds=30).after_rounds == 10
    assert balance(cost_wei=10, gain_wei=29, rounds=30).after_rounds == 11
    assert balance(cost_wei=0, gain_wei=1, rounds=30).after_rounds == 0


@pytest.mark.parametrize(
    ("cost_wei", "gain_wei", "side"), [(1, 0, "never"), (0, -1, "never"), (5, -1, "never"), (0, 0, "even")]
)
def test_balance__when_nothing_is_gained__then_never(cost_wei: int, gain_wei: int, side: str) -> None:
    found = balance(cost_wei=cost_wei, gain_wei=gain_wei, rounds=30)
    assert (found.side, found.after_rounds) == (side, None)


def test_break_even__when_both_gain__then_the_later_one_counts() -> None:
    found = break_even(made(30 * LPT, 3 * ETH), made(60 * LPT, 6 * ETH), cost(forfeited=4 * LPT, gas=ETH))
    assert (found.lpt and found.lpt.after_rounds, found.eth and found.eth.after_rounds) == (4, 10)
    assert (found.verdict, found.after_rounds) == ("pays", 10)


@pytest.mark.parametrize(
    ("stay", "go", "costs", "verdict"),
    [
        (made(30, 30), made(60, 60), cost(), "pays"),
        (made(30, 30), made(60, 30), cost(), "pays"),  # no cost in ETH, none to earn back
        (made(30, 30), made(60, 30), cost(gas=1), "trade"),  # LPT for gas
        (made(30, 30), made(60, 29), cost(), "trade"),
        (made(30, 30), made(29, 60), cost(), "trade"),
        (made(30, 30), made(29, 30), cost(), "never"),
        (made(30, 30), made(10, 10), cost(gas=1), "never"),
        (made(30, 30), made(30, 30), cost(gas=1), "same"),
        (made(None, 30), made(30, 30), cost(), "unknown"),
        (made(30, 30), made(30, None), cost(), "unknown"),
        (made(30, 30), made(60, 60), cost(forfeited=None), "unknown"),
        (made(30, 30), made(60, 60), cost(fees=None), "unknown"),
    ],
)
def test_break_even__when_looked_at__then_one_verdict(
    stay: Earned, go: Earned, costs: MoveCost, verdict: Verdict
) -> None:
    found = break_even(stay, go, costs)
    assert found.verdict == verdict
    assert (found.after_rounds is not None) is (verdict == "pays")


def test_break_even__when_moved_back__then_what_one_gains_the_other_loses() -> None:
    there, here = made(30 * LPT, ETH), made(42 * LPT, ETH // 2)
    out: BreakEven = break_even(there, here, cost())
    back: BreakEven = break_even(here, there, cost())
    assert out.lpt is not None
    assert back.lpt is not None
    assert out.lpt.gain_wei == -back.lpt.gain_wei == 12 * LPT
    assert (out.lpt.side, back.lpt.side) == ("after", "never")
