"""The subgraph's ways of writing a value, each read strictly: what is out of shape is refused, never bent. Pure."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any, TypeAlias

Value: TypeAlias = int | str

_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.ASCII)
_WORD = re.compile(r"0x[0-9a-f]{64}", re.ASCII)
_DECIMALS = 18
_SUPPORT = ("Against", "For", "Abstain")  # as the governor numbers them, from 0


class BadRecord(ValueError):
    """A record that cannot be read; the message says what is wrong with it."""


def address(told: Any) -> str:
    if isinstance(told, str) and _ADDRESS.fullmatch(told):
        return told
    raise BadRecord(f"{_short(told)} is not an address")


def integer(told: Any) -> int:
    if isinstance(told, int) and not isinstance(told, bool):
        return told
    if isinstance(told, str) and re.fullmatch(r"-?[0-9]{1,78}", told, re.ASCII):
        return int(told)
    raise BadRecord(f"{_short(told)} is not a whole number")


def wei(told: Any) -> int:
    """Base units (1e-18) of a decimal in whole LPT or ETH. Raises BadRecord where it has finer parts than that."""
    if not isinstance(told, str) or len(told) > 120:
        raise BadRecord(f"{_short(told)} is not a decimal written as text")
    try:
        with localcontext(prec=200):
            scaled = Decimal(told).scaleb(_DECIMALS)
            whole = scaled.to_integral_value() if scaled.is_finite() else None
    except InvalidOperation:
        whole = None
    if whole is None or whole != scaled:
        raise BadRecord(f"{_short(told)} is not an amount of at most {_DECIMALS} decimals")
    return int(whole)


def text(told: Any) -> str:
    if isinstance(told, str):
        return told
    raise BadRecord(f"{_short(told)} is not text")


def word(told: Any) -> str:
    if isinstance(told, str) and _WORD.fullmatch(told):
        return told
    raise BadRecord(f"{_short(told)} is not a hash")


def support(told: Any) -> int:
    if told in _SUPPORT:
        return _SUPPORT.index(told)
    raise BadRecord(f"{_short(told)} is none of {', '.join(_SUPPORT)}")


def _short(told: Any) -> str:
    return repr(told)[:60]
