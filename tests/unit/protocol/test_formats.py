"""Each row of the table of number formats, with exact strings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apps.protocol import formats
from apps.protocol.units import WEI

pytestmark = pytest.mark.unit

NB = "\u00a0"
MINUS = "\u2212"


@pytest.mark.parametrize(
    ("wei", "shown"),
    [
        (0, "0"),
        (1, f"<{NB}1"),
        (WEI - 1, f"<{NB}1"),
        (WEI, "1"),
        (221_565 * WEI + WEI // 2, "221,566"),
        (221_565 * WEI + WEI // 2 - 1, "221,565"),
        (-12_604 * WEI, f"{MINUS}12,604"),
        (-1, f">{NB}{MINUS}1"),
    ],
)
def test_lpt_whole__when_listed__then_whole_and_never_0_for_something(wei: int, shown: str) -> None:
    assert formats.lpt_whole(wei) == shown


@pytest.mark.parametrize(
    ("wei", "shown"),
    [
        (393_894 * WEI + 12 * WEI // 100, "393,894.12"),
        (WEI // 100, "0.01"),
        (WEI // 100 - 1, f"<{NB}0.01"),
        (0, "0"),
    ],
)
def test_lpt__when_described__then_two_decimals(wei: int, shown: str) -> None:
    assert formats.lpt(wei) == shown


@pytest.mark.parametrize(
    ("wei", "shown"),
    [
        (12_120 * WEI // 1000, "12.120"),
        (WEI // 1000, "0.001"),
        (WEI // 1000 - 1, f"<{NB}0.001"),
        (0, "0"),
        (2**256 - 1, "115,792,089,237,316,195,423,570,985,008,687,907,853,269,984,665,640,564,039,457.584"),
    ],
)
def test_eth__when_shown__then_three_decimals(wei: int, shown: str) -> None:
    assert formats.eth(wei) == shown


@pytest.mark.parametrize(
    ("wei", "shown"),
    [
        (12_604_118_204 * 10**12, f"12,604.118{NB}204"),
        (350_500_000 * 10**12, "350.5"),
        (1, f"0.000{NB}000{NB}000{NB}000{NB}000{NB}001"),
        (WEI + 10**11, f"1.000{NB}000{NB}1"),
        (-WEI // 4, f"{MINUS}0.25"),
        (5 * WEI, "5"),
    ],
)
def test_exact__when_every_digit_counts__then_all_that_differ_in_groups(wei: int, shown: str) -> None:
    assert formats.exact(wei) == shown


@pytest.mark.parametrize(
    ("ppm", "shown"),
    [(50_000, "5"), (125_000, "12.5"), (999_999, "99.9999"), (1_000_000, "100"), (1, "0.0001"), (0, "0")],
)
def test_percent__when_set__then_as_many_decimals_as_are_set(ppm: int, shown: str) -> None:
    assert formats.percent(ppm) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (114, 1000, "11.4"),
        (0, 1000, "0"),
        (1, 10_000, f"<{NB}0.1"),
        (9_996, 10_000, f">{NB}99.9"),
        (9_994, 10_000, "99.9"),
        (7, 7, "100.0"),
        (0, 0, None),
        (5, 0, None),
    ],
)
def test_share__when_of_a_whole__then_one_decimal_and_never_all_or_nothing_by_rounding(
    part: int, whole: int, shown: str | None
) -> None:
    assert formats.share(part, whole) == shown


@pytest.mark.parametrize(
    ("count", "shown"), [(3417, "3,417"), (423_055_031, "423,055,031"), (-5, f"{MINUS}5"), (0, "0")]
)
def test_grouped__when_counted__then_commas(count: int, shown: str) -> None:
    assert formats.grouped(count) == shown


@pytest.mark.parametrize(
    ("change", "shown"), [(84_210 * WEI, "+84,210"), (-118_400 * WEI, f"{MINUS}118,400"), (0, "0"), (1, f"+<{NB}1")]
)
def test_signed__when_changed__then_always_its_sign(change: int, shown: str) -> None:
    assert formats.signed(formats.lpt_whole(change), of=change) == shown


@pytest.mark.parametrize(
    ("wei", "shown"),
    [(24_618_402 * WEI, f"24.6{NB}M"), (893_000 * WEI, f"893.0{NB}k"), (999 * WEI, "999"), (1000 * WEI, f"1.0{NB}k")],
)
def test_big__when_in_prose__then_millions_or_thousands(wei: int, shown: str) -> None:
    assert formats.big(wei) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(98, 10, "9.8"), (8, 100, "0.08"), (1, 1, "1.0"), (0, 5, "0"), (5, 0, None)]
)
def test_multiple__when_compared__then_one_decimal_or_two_below_a_tenth(
    part: int, whole: int, shown: str | None
) -> None:
    assert formats.multiple(part, whole) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-3, f"0{NB}s ago"),
        (12, f"12{NB}s ago"),
        (119, f"119{NB}s ago"),
        (120, f"2{NB}min ago"),
        (7199, f"119{NB}min ago"),
        (7200, f"2{NB}h ago"),
        (172_799, f"47{NB}h ago"),
        (64 * 86_400, f"64{NB}d ago"),
        (1200 * 86_400, f"1,200{NB}d ago"),
    ],
)
def test_ago__when_past__then_largest_handy_unit(seconds: int, shown: str) -> None:
    assert formats.ago(seconds) == shown


def test_times__when_written_out__then_utc() -> None:
    at = datetime(2026, 1, 9, 14, 21, 41, tzinfo=UTC)
    assert formats.utc(at) == "9 January 2026, 14:21 UTC"
    assert formats.utc(at, seconds=True) == "9 January 2026, 14:21:41 UTC"
    assert formats.day(at) == f"9{NB}Jan{NB}2026"


@pytest.mark.parametrize(("value", "shown"), [(80.4, "80"), (80.5, "81"), (0.0, "0"), (100.0, "100")])
def test_score__when_shown__then_whole_half_up(value: float, shown: str) -> None:
    assert formats.score(value) == shown


def test_interval__when_shown__then_half_its_width() -> None:
    assert formats.interval(76.0, 84.0) == "±4"
    assert formats.interval(70.0, 83.0) == "±7"


def test_short_address__when_shown__then_six_and_four_checksummed() -> None:
    address = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"
    assert formats.checksummed(address) == "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    assert formats.short_address(address) == "0x5aAe…eAed"


def test_wei_title__when_exact__then_unit_named() -> None:
    assert formats.wei_title(7_466 * 10**15, "ETH") == "7,466,000,000,000,000,000 wei of ETH"
