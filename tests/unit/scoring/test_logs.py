"""Logarithms in whole numbers."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.scoring.logs import log2

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("value", "log"), [("1", "0"), ("2", "1"), ("1024", "10"), ("1.5", "0.58496250")])
def test_log2__of_plain_values__is_exact_or_cut_off(value: str, log: str) -> None:
    assert log2(Decimal(value)).quantize(Decimal("1e-8")) == Decimal(log)


@given(st.decimals(1, 10**6, places=9), st.decimals(1, 10**6, places=9))
def test_log2__of_two_values__keeps_their_order_and_is_close(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))

    assert log2(low) <= log2(high)
    assert abs(float(log2(one)) - math.log2(one)) < 1e-8
