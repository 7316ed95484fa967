"""The three fixed-point libraries of the contracts, floor for floor.

MathUtils works in 1e6, MathUtilsV2 in 1e9, PreciseMathUtils in 1e27. Each divides twice, and each division rounds down.
"""

from __future__ import annotations

from apps.protocol.units import Factor

PERC_DIVISOR = 10**6
PERC_DIVISOR_V2 = 10**9
PRECISE_DIVISOR = 10**27
ONE = Factor(PRECISE_DIVISOR)


def perc_of(amount: int, part: int, whole: int = PERC_DIVISOR) -> int:
    """`amount` times part/whole in steps of 1e-6, as MathUtils.percOf; `whole` must not be 0."""
    return amount * (part * PERC_DIVISOR // whole) // PERC_DIVISOR


def perc_of_v2(amount: int, part: int, whole: int) -> int:
    """`amount` times part/whole in steps of 1e-9, as MathUtilsV2.percOf (the Minter's)."""
    return amount * (part * PERC_DIVISOR_V2 // whole) // PERC_DIVISOR_V2


def precise_perc_of(amount: int, part: int, whole: int) -> int:
    """`amount` times part/whole in steps of 1e-27, as PreciseMathUtils.percOf (earnings)."""
    return amount * (part * PRECISE_DIVISOR // whole) // PRECISE_DIVISOR
