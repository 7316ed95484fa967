"""Which figure of a row is the best, and how means are signed."""

from __future__ import annotations

import pytest

from apps.protocol.moving import balance
from apps.protocol.units import WEI
from apps.web.compare.measures import best_of
from apps.web.compare.page import after, gas_words
from apps.web.compare.rows import Better, Figure, per_round

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("figures", "better", "best"),
    [
        ([1, 3, 2], "more", {1}),
        ([1, 3, 2], "less", {0}),
        ([3, 3, 2], "more", {0, 1}),
        ([3, 3], "more", set()),  # no difference, nothing to mark
        ([None, 3], "more", set()),  # one alone is not better than what is unknown
        ([None, 3, 2], "less", {2}),
        ([1, 3], "", set()),
        ([], "more", set()),
        ([0.5, 1], "more", {1}),
    ],
)
def test_best__when_figures_are_compared__then_places(figures: list[Figure], better: Better, best: set[int]) -> None:
    assert best_of(figures, better) == best


def test_mean__when_written__then_signed_and_with_its_unit() -> None:
    assert per_round(30 * WEI, 30, "LPT") == "+1.00\u00a0LPT"
    assert per_round(-15 * WEI, 30, "ETH") == "\u22120.500\u00a0ETH"
    assert per_round(0, 30, "LPT") == "0\u00a0LPT"


@pytest.mark.parametrize(
    ("cost", "gain", "words"),
    [
        (10, 30, "after 10 rounds"),
        (1, 30, "after 1 round"),
        (0, 1, "at once"),
        (1, 0, "never"),
        (0, 0, "nothing to earn back"),
    ],
)
def test_after__when_one_currency_is_looked_at__then_in_words(cost: int, gain: int, words: str) -> None:
    assert after(balance(cost_wei=cost, gain_wei=gain, rounds=30)) == words
    assert after(None) == ""


def test_gas__when_shown__then_it_is_said_to_be_assumed_and_when() -> None:
    assert gas_words().startswith("600,000 gas at 0.05 gwei, assumed on 22 November 2026")
