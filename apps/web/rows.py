"""The rows of the list of orchestrators as markup.

A page holds a thousand cells and is asked for every second, so what is the same in every row is worked out once and the
rest is joined here: the same rows through a template cost twice the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from apps.network.selectors.identities import Name
from apps.network.selectors.orchestrators import Standing
from apps.protocol import formats
from apps.protocol.formats import EN_DASH
from apps.web import marks
from apps.web.columns import Column, Line

_GATE_BADGES = {
    "too_new": ("hatch", "clock", "Too new to score"),
    "not_active": ("", "minus", "Not active"),
    "not_registered": ("", "minus", "Not registered"),
    "work_unknown": ("hatch", "clock", "Work unknown"),
    "weights": ("hatch", "minus", "No part counts"),
}
_ROOM_FOR_WORDS = 3  # columns
_PORT = re.compile(r":\d{1,5}\Z", re.ASCII)


class RowPrinter:
    """Prints rows with the chosen columns."""

    def __init__(self, columns: Sequence[Column]) -> None:
        opened = [
            (column.group, column.opening(first=place == 0), column.cell)
            for _, group in groupby(columns, key=_group)
            for place, column in enumerate(group)
        ]
        self._scored = [(tag, cell) for group, tag, cell in opened if group == "score"]
        self._others = [(tag, cell) for group, tag, cell in opened if group != "score"]

    def print(self, lines: Iterable[Line]) -> SafeString:
        """One `<tr>` for each line; text from the chain is escaped, everything else is ours."""
        return mark_safe("\n".join(self._row(line) for line in lines))

    def _row(self, line: Line) -> str:
        at, address = line.row.standing, line.row.address
        gated = at is not None and at.rank is None
        score = _gate(at, len(self._scored)) if at and gated and self._scored else _cells(line, self._scored)
        rank = EN_DASH if at is None or at.rank is None else f"{at.rank}{_moved(at) if line.weighed else ''}"
        return (
            f'<tr role="row" id="o-{address}"><td role="cell" class="n lo">{rank}</td>'
            f'<th role="rowheader" scope="row" class="f3"><span class="who">'
            f"{_pick(address)}{marks.identicon(address)}<span>"
            f'<a href="/orchestrators/{address}/" title="{formats.checksummed(address)}">'
            f"{_who(address, line.row.name, line.row.host)}</span></span></th>"
            f"{score}{_cells(line, self._others)}</tr>"
        )


def _pick(address: str) -> str:
    """The box that chooses the node for a comparison."""
    label = f"Compare {formats.short_address(address)}"
    return f'<input class="pick" type="checkbox" name="o" value="{address}" form="compare" aria-label="{label}">'


def _moved(at: Standing) -> str:
    """How far the reader's weights moved a node from its rank by the method's."""
    if at.rank is None or at.method_rank is None:
        return ""
    by = at.method_rank - at.rank
    title = f"Rank {at.method_rank} by the method's weights"
    if by == 0:
        return ""
    way, arrow = ("up", "arrow-up") if by > 0 else ("down", "arrow-down")
    words = f'<span class="sr">{way} </span>'
    return f'<span class="sub moved" title="{title}">{marks.icon(arrow, small=True)}{words}{abs(by)}</span>'


def _group(column: Column) -> str:
    return column.group


def _cells(line: Line, opened: Sequence[tuple[str, Callable[[Line], str]]]) -> str:
    return "".join([f"{tag}{cell(line)}</td>" for tag, cell in opened])


def _who(address: str, name: Name | None, host: str) -> str:
    """The link's text and what stands below it: with a name, the address too, which alone is sure."""
    short = formats.short_address(address)
    if name is None:
        return f"{short}</a>{_host(host)}"
    port_less = escape(_PORT.sub("", host))
    below = f"{short} · {port_less}" if host else short
    return f'{marks.name(name.text, name.doubt)}</a><span class="sub" title="{escape(host)}">{below}</span>'


def _host(host: str) -> str:
    """The host below the name, without its port, which its title keeps."""
    if not host:
        return '<span class="sub">no service address</span>'
    return f'<span class="sub" title="{escape(host)}">{escape(_PORT.sub("", host))}</span>'


def _gate(at: Standing, span: int) -> str:
    """One cell for the whole of the score, with the cause in words."""
    tone, icon, words = _GATE_BADGES.get(at.gate_code, ("danger", "octagon", "Not ranked"))
    badge = f'<span class="badge {tone}" title="{escape(at.gate)}">{marks.icon(icon, small=True)}{words}</span>'
    # too narrow for the sentence: it stays in the title and in what is read aloud
    why = f'<span class="{"note" if span >= _ROOM_FOR_WORDS else "sr"}">{escape(at.gate)}</span>'
    return f'<td role="cell" class="g f4 why-not" colspan="{span}">{badge} {why}</td>'
