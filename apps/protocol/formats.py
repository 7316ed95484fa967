"""How figures are written for people: pure integer arithmetic, no float ever touches an amount.

Units follow after a no-break space; thousands are parted by commas; a true minus stands before falls. What is too
small to show is said to be so and never printed as 0.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from apps.protocol import hashing
from apps.protocol.units import PPM, WEI

NBSP = "\u00a0"
MINUS = "\u2212"
EN_DASH = "\u2013"
ELLIPSIS = "\u2026"

_MILLION = 10**6
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_TIME_STEPS = ((120, 1, "s"), (120 * _MINUTE, _MINUTE, "min"), (48 * _HOUR, _HOUR, "h"))


def grouped(count: int) -> str:
    """A whole number with commas: 3,417; below zero with a true minus."""
    return f"{count:,}" if count >= 0 else f"{MINUS}{-count:,}"


def fixed(amount: int, *, unit: int, places: int) -> str:
    """`amount / unit` rounded half up to `places` decimals: 12.120. Too small to show is “< 0.001”, zero is 0."""
    if amount == 0:
        return "0"
    if amount < 0:
        fall = fixed(-amount, unit=unit, places=places)
        return f">{NBSP}{MINUS}{fall[2:]}" if fall.startswith("<") else MINUS + fall
    scale = 10**places
    whole, part = divmod((2 * amount * scale + unit) // (2 * unit), scale)
    least = f"{'0.' if places else ''}{'1':0>{max(places, 1)}}"
    if amount * scale < unit:
        return f"<{NBSP}{least}"
    return f"{whole:,}.{part:0{places}d}" if places else f"{whole:,}"


def lpt_whole(wei: int) -> str:
    """LPT for lists: 393,894."""
    return fixed(wei, unit=WEI, places=0)


def lpt(wei: int) -> str:
    """LPT where one position is described: 393,894.12."""
    return fixed(wei, unit=WEI, places=2)


def exact(wei: int) -> str:
    """Every digit of an amount of LPT or ETH: 12,604.118 204; groups of three after the point from six decimals on."""
    sign = MINUS if wei < 0 else ""
    whole, part = divmod(abs(wei), WEI)
    digits = f"{part:018d}".rstrip("0")
    if len(digits) >= 6:
        digits = NBSP.join(digits[at : at + 3] for at in range(0, len(digits), 3))
    return f"{sign}{whole:,}.{digits}" if digits else f"{sign}{whole:,}"


def eth(wei: int) -> str:
    """ETH with three decimals: 12.120; below 0.001 “< 0.001”."""
    return fixed(wei, unit=WEI, places=3)


def eth_fine(wei: int) -> str:
    """ETH with two decimals, for rates such as ETH per million LPT: 33.70."""
    return fixed(wei, unit=WEI, places=2)


def big(wei: int) -> str:
    """A large total for prose and axes: 24.6 M, 893.0 k; below a thousand as in lists."""
    if abs(wei) >= _MILLION * WEI:
        return fixed(wei, unit=_MILLION * WEI, places=1) + f"{NBSP}M"
    return fixed(wei, unit=1000 * WEI, places=1) + f"{NBSP}k" if abs(wei) >= 1000 * WEI else lpt_whole(wei)


def wei_title(wei: int, unit: str) -> str:
    """The exact amount for a title: 7,466,000,000,000,000,000 wei of LPT."""
    return f"{grouped(wei)} wei of {unit}"


def percent(ppm: int) -> str:
    """A cut or a share in per cent with as many decimals as are set: 5, 12.5, 0.0001; never rounded."""
    whole, part = divmod(ppm, PPM // 100)
    return f"{whole}.{part:04d}".rstrip("0") if part else str(whole)


def share(part: int, whole: int) -> str | None:
    """Part of a whole in per cent with one decimal: 11.4, “< 0.1”, “> 99.9”; None where the whole is nothing."""
    if whole <= 0:
        return None
    if 0 < part < whole and part * 2000 >= whole * 1999:
        return f">{NBSP}99.9"
    return fixed(part * 100, unit=whole, places=1)


def signed(shown: str, *, of: int) -> str:
    """A change that always carries its sign; `shown` is the figure as any function here writes it."""
    return f"+{shown}" if of > 0 and not shown.startswith("+") else shown


def multiple(part: int, whole: int) -> str | None:
    """How many times `part` is `whole`: 9.8, 0.2, 0.08; None where the whole is nothing."""
    if whole <= 0:
        return None
    return fixed(part, unit=whole, places=1 if part * 10 >= whole else 2)


def duration(seconds: int) -> str:
    """A span in its largest handy unit: 12 s, 5 min, 8 h, 64 d."""
    for below, size, name in _TIME_STEPS:
        if seconds < below:
            return f"{max(seconds, 0) // size}{NBSP}{name}"
    return f"{seconds // _DAY:,}{NBSP}d"


def ago(seconds: int) -> str:
    """How long past: 12 s ago. A clock that runs ahead of ours counts as now."""
    return f"{duration(seconds)} ago"


def utc(moment: datetime, *, seconds: bool = False) -> str:
    """19 January 2026, 14:21 UTC."""
    at = moment.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M}{f':{at.second:02d}' if seconds else ''} UTC"


def day(moment: datetime) -> str:
    """9 Dec 2025, for tables of history."""
    at = moment.astimezone(UTC)
    return f"{at.day}{NBSP}{at:%b}{NBSP}{at.year}"


def score(value: float) -> str:
    """A score as a whole number, half up; scores are the one figure that is no integer."""
    return str(int(value + 0.5))


def interval(low: float, high: float) -> str:
    """Half the width of a score's interval: ±4."""
    return f"±{int((high - low) / 2 + 0.5)}"


@lru_cache(maxsize=65536)
def checksummed(address: str) -> str:
    """The address with its checksum in the case of its letters (EIP-55); kept, since it costs 25 µs."""
    return hashing.checksummed(address)


def short_address(address: str) -> str:
    """0xf859…7Ebf: six characters, four characters, checksummed."""
    whole = checksummed(address)
    return f"{whole[:6]}{ELLIPSIS}{whole[-4:]}"
