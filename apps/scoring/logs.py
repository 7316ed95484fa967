"""Logarithms in whole numbers: the same digits on every machine, and far quicker than decimals to many places."""

from __future__ import annotations

from decimal import Decimal

DIGITS = 30  # binary digits after the point, some nine decimals
_GUARD = 60
_ONE, _TWO = 1 << _GUARD, 1 << (_GUARD + 1)


def log2(value: Decimal) -> Decimal:
    """The logarithm to base 2 of a value of at least 1, cut off after 30 binary digits.

    It never falls as the value rises.
    """
    whole = int(value * _ONE)
    found = whole.bit_length() - 1 - _GUARD
    rest = whole >> found
    for _ in range(DIGITS):
        rest = rest * rest >> _GUARD  # squaring doubles the logarithm, so its next digit shows before the point
        found <<= 1
        if rest >= _TWO:
            rest >>= 1
            found |= 1
    return Decimal(found) / (1 << DIGITS)
