"""How numbers read in the score's sentences."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.protocol.units import EthWei, Ppm
from apps.scoring import words

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("wei", "text"),
    [
        (0, "0\u00a0ETH"),
        (1, "less than 0.001\u00a0ETH"),
        (12_120_000_000_000_000_000, "12.120\u00a0ETH"),
        (1_234_567 * 10**18, "1,234,567.000\u00a0ETH"),
    ],
)
def test_eth__any_amount__has_three_decimals_or_says_it_is_smaller(wei: int, text: str) -> None:
    assert words.eth(EthWei(wei)) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        ("0", "0\u00a0%"),
        ("0.0000001", "less than 0.1\u00a0%"),
        ("0.41", "41\u00a0%"),
        ("0.1234", "12.3\u00a0%"),
        ("0.99999", "more than 99.9\u00a0%"),
        ("1", "100\u00a0%"),
    ],
)
def test_percent__near_the_ends__never_rounds_to_0_or_100(share: str, text: str) -> None:
    assert words.percent(Decimal(share)) == text


@pytest.mark.parametrize(("ppm", "text"), [(0, "0\u00a0%"), (50_000, "5\u00a0%"), (125_001, "12.5001\u00a0%")])
def test_ppm__any_cut__keeps_every_decimal_that_is_set(ppm: int, text: str) -> None:
    assert words.ppm(Ppm(ppm)) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "no gateways"), (1, "one gateway"), (6, "six gateways"), (13, "13 gateways")]
)
def test_count__small_numbers__are_words(number: int, text: str) -> None:
    assert words.count(number, "gateway") == text


@pytest.mark.parametrize(
    ("ratio", "text"), [("7.04", "7.0 times"), ("0.01", "less than 0.1 times"), ("1234.5", "1,234 times")]
)
def test_times__any_ratio__is_one_decimal_below_a_hundred(ratio: str, text: str) -> None:
    assert words.times(Decimal(ratio)) == text
