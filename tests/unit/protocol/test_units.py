"""Amounts and addresses as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.protocol.units import AddressError, AmountError, parse_address, parse_lpt

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "wei"),
    [
        ("0.1", 100_000_000_000_000_000),
        ("100", 100 * 10**18),
        (" 1500 ", 1500 * 10**18),
        ("0", 0),
        ("0.000000000000000001", 1),
    ],
)
def test_parse_lpt__a_plain_decimal__is_exact(text: str, wei: int) -> None:
    assert parse_lpt(text) == wei


@pytest.mark.parametrize(
    "text",
    ["1e3", "1,5", "0.1234567890123456789", "", " ", "-1", "+1", ".5", "1.", "0x10", "١", "1 000", "NaN", "9" * 61],  # noqa: RUF001
)
def test_parse_lpt__anything_that_needs_a_guess__is_refused_and_never_zero(text: str) -> None:
    with pytest.raises(AmountError, match="is not an amount"):
        parse_lpt(text)


@given(st.integers(min_value=0, max_value=10**40))
def test_parse_lpt__every_amount__comes_back(wei: int) -> None:
    assert parse_lpt(f"{wei // 10**18}.{wei % 10**18:018d}") == wei


def test_parse_address__any_case__is_lower_case() -> None:
    assert parse_address("0xAbCdEf0123456789aBcDeF0123456789ABCDEF01") == "0xabcdef0123456789abcdef0123456789abcdef01"


@pytest.mark.parametrize("text", ["", "0x", "0x123", "abcdef0123456789abcdef0123456789abcdef01", "0x" + "g" * 40])
def test_parse_address__no_address__says_what_one_looks_like(text: str) -> None:
    with pytest.raises(AddressError, match="0x and 40 hexadecimal digits"):
        parse_address(text)
