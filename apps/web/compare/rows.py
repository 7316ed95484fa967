"""What a row of a comparison is, and how its figures are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from django.utils.safestring import SafeString

from apps.protocol import formats
from apps.protocol.formats import NBSP
from apps.web import marks
from apps.web.compare.nodes import Node
from apps.web.node.yields import small_eth

Better = Literal["more", "less", ""]
Figure = int | float | str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One node's figure. `mark` says in a word where it is the best of its row; `note` stands below it."""

    node: Node
    shown: SafeString
    note: str
    is_best: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table."""

    title: str
    hint: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that belong together."""

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Measure:
    """What a row shows of a node. `figure` is what is compared and what the CSV holds under `column`; None is unknown.

    An empty `better` marks no figure as the best; an empty `column` keeps the row out of the CSV.
    """

    title: str
    figure: Callable[[Node], Figure]
    shown: Callable[[Node], str]
    note: Callable[[Node], str] = lambda _: ""
    better: Better = ""
    column: str = ""
    hint: str = ""


def known(value: Figure, write: Callable[[int], str], *, why: str = marks.UNKNOWN_WORDS) -> str:
    return str(marks.unknown(why)) if not isinstance(value, int) else exact(value, write(value))


def exact(value: int, shown: str) -> str:
    return f'<data value="{value}" title="{formats.grouped(value)}">{escape(shown)}</data>'


def lpt(value: int) -> str:
    return f"{formats.lpt(value)}{NBSP}LPT"


def eth(value: int) -> str:
    return f"{small_eth(value)}{NBSP}ETH"


def percent(value: int) -> str:
    return f"{formats.percent(value)}{NBSP}%"


def per_round(wei: int, rounds: int, unit: str) -> str:
    """A signed mean of a round."""
    write = lpt if unit == "LPT" else eth
    mean = abs(wei) // rounds
    return formats.signed(write(mean), of=wei) if wei >= 0 else formats.MINUS + write(mean)
