"""Numbers as the score's sentences say them. A no-break space stands before every unit."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from apps.protocol import formats
from apps.protocol.formats import NBSP
from apps.protocol.units import EthWei, LptWei, Ppm

_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def eth(amount: EthWei) -> str:
    """Three decimals; a smaller amount than can be shown says so and never reads as zero."""
    if 0 < amount < 10**15:
        return f"less than 0.001{NBSP}ETH"
    return f"{formats.eth(amount)}{NBSP}ETH"


def lpt(amount: LptWei) -> str:
    """Two decimals; a smaller amount than can be shown says so and never reads as zero."""
    if 0 < amount < 10**16:
        return f"less than 0.01{NBSP}LPT"
    return f"{formats.lpt(amount)}{NBSP}LPT"


def times(ratio: Decimal) -> str:
    """How many times, with one decimal below 100; what would round to 0.0 says so."""
    if 0 < ratio < Decimal("0.05"):
        return "less than 0.1 times"
    return f"{_rounded(ratio, 1 if ratio < 100 else 0):,} times"


def percent(share: Decimal) -> str:
    """A share of 0 to 1 as a percentage with one decimal, none where it is whole; never rounded to 0 or 100."""
    value = share * 100
    if 0 < value < Decimal("0.1"):
        return f"less than 0.1{NBSP}%"
    if Decimal("99.9") < value < 100:
        return f"more than 99.9{NBSP}%"
    return f"{_trimmed(_rounded(value, 1))}{NBSP}%"


def ppm(value: Ppm) -> str:
    """A cut as a percentage with every decimal that is set."""
    return f"{formats.percent(value)}{NBSP}%"


def points(share: Decimal) -> str:
    """A difference of two percentages, in points; one that would round to 0 says so."""
    if 0 < share < Decimal("0.0005"):
        return f"less than 0.1{NBSP}points"
    value = _trimmed(_rounded(share * 100, 1))
    return f"{value}{NBSP}{'point' if value == '1' else 'points'}"


def count(number: int, one: str, many: str | None = None) -> str:
    """ "six gateways", "one gateway", "140 gateways": small numbers in words."""
    noun = one if number == 1 else many or f"{one}s"
    return f"{_SMALL[number] if number < len(_SMALL) else f'{number:,}'} {noun}"


def of(part: int, whole: int, one: str) -> str:
    """ "89 of 90 reward calls": figures, since they are compared."""
    return f"{part:,} of {whole:,} {one}{'' if whole == 1 else 's'}"


def sentence(text: str) -> str:
    """The text with its first letter raised."""
    return text[:1].upper() + text[1:]


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


def _trimmed(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
