"""The figures behind the reason of a part, as rows that people can read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.protocol import formats
from apps.protocol.formats import NBSP

_LABELS = {
    "fees_long_eth_wei": "organic fees, long window",
    "fees_recent_eth_wei": "organic fees, recent window",
    "counted_eth_wei": "fees counted",
    "counted_low_eth_wei": "fees counted, low end",
    "counted_high_eth_wei": "fees counted, high end",
    "self_paid_eth_wei": "paid by its own side",
    "left_out_eth_wei": "left out in all",
    "effective_payers": "payers, effective number",
    "fees_per_stake": "share of fees over share of stake",
    "fees_per_stake_shrunk": "the same, drawn toward the network",
}
_UNITS = {"_eth_wei": "ETH", "_lpt_wei": "LPT"}
_SHARES = ("share_of_", "_kept_")
_ENDINGS = re.compile(r"_(eth_wei|lpt_wei|ppm|points)(?=\.|$)")
_WHOLE = re.compile(r"-?\d{1,78}", re.ASCII)
_DECIMAL = re.compile(r"-?\d+\.\d+", re.ASCII)
_MOST = 60  # rows of one part


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by its name in the API; `text` is empty where it is unknown, `title` holds every digit of an amount."""

    name: str
    label: str
    text: str
    title: str = ""


def figures_of(sources: Mapping[str, Any]) -> list[Figure]:
    """A row for each figure by its label, those inside others after their own name; lists as how many there are."""
    return sorted(_rows(sources, ""), key=lambda figure: figure.label)[:_MOST]


def _rows(sources: Mapping[str, Any], before: str) -> Iterator[Figure]:
    for name, value in sources.items():
        path = f"{before}.{name}" if before else name
        # amounts by kind stand under a key that names their unit
        kind = before if before.endswith(tuple(_UNITS)) else name
        if isinstance(value, Mapping):
            yield from _rows(value, path)
        elif not _is_prose(name, value):
            yield Figure(path, _label(path), _text(kind, value), _title(kind, value))


def _is_prose(name: str, value: Any) -> bool:
    """A sentence that the reason tells already."""
    return name.endswith(("_reason", "sentence")) or (isinstance(value, str) and " " in value)


def _label(path: str) -> str:
    known = _LABELS.get(path)
    if known:
        return known
    return _ENDINGS.sub("", path).replace("_", " ").replace(".", ": ")


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return formats.grouped(len(value))
    for ending, unit in _UNITS.items():
        if name.endswith(ending):
            return _amount(str(value), unit)
    if name.endswith("_ppm"):
        return f"{formats.percent(int(value))}{NBSP}%"
    return _number(name, str(value))


def _amount(text: str, unit: str) -> str:
    if not _WHOLE.fullmatch(text):
        return text
    return f"{formats.eth(int(text)) if unit == 'ETH' else formats.lpt(int(text))}{NBSP}{unit}"


def _title(name: str, value: Any) -> str:
    unit = next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), None)
    return formats.wei_title(int(value), unit) if unit and _WHOLE.fullmatch(str(value)) else ""


def _number(name: str, text: str) -> str:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if any(mark in name for mark in _SHARES):
        return f"{100 * value:.1f}{NBSP}%"
    if not _DECIMAL.fullmatch(text):
        return formats.grouped(int(value)) if value == value.to_integral_value() else text
    shown = f"{value:,.3f}".rstrip("0").rstrip(".")
    return f"{shown}{NBSP}points" if name.endswith("_points") else shown
