"""Fees and stake of the compared nodes over rounds: the drawing, the figure for a script, the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from apps.network.selectors.yields import Past
from apps.protocol import formats
from apps.protocol.formats import EN_DASH
from apps.protocol.units import WEI
from apps.web.charts import lines_figure
from apps.web.compare.nodes import Comparison, Node
from apps.web.pictures import lines as picture
from apps.web.pictures.lines import NodeLine
from apps.web.pictures.rounds import RoundPoint
from apps.web.pictures.svg import Picture

MEAN_ROUNDS = 10
FEES_TITLE = f"Fees, ETH per round, mean of {MEAN_ROUNDS} rounds"


@dataclass(frozen=True, slots=True)
class NodeHistory:
    """One node's whole rounds: what it was credited in wei of ETH, and the stake that earned, None while inactive."""

    node: Node
    fees_eth_wei: Sequence[int]
    stake_lpt_wei: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class History:
    """The compared nodes over the same rounds."""

    rounds: Sequence[int]
    nodes: Sequence[NodeHistory]

    @property
    def lines(self) -> list[NodeLine]:
        """What is drawn: stake, and fees as the mean of the rounds that end with each."""
        return [NodeLine(one.node.letter, place, _points(self.rounds, one)) for place, one in enumerate(self.nodes)]


def history_of(found: Comparison) -> History:
    """The rounds of the comparison; none while no whole round is indexed."""
    if found.yields is None:
        return History((), ())
    period = found.yields.period
    nodes = [_history(node, found.yields.past[node.address]) for node in found.nodes]
    return History(range(period.first, period.last + 1), nodes)


def _history(node: Node, past: Past) -> NodeHistory:
    stakes = [step.stake if step.outcome in ("called", "missed") else None for step in past.steps]
    return NodeHistory(node, past.fees_eth_wei, stakes)


def _points(rounds: Sequence[int], one: NodeHistory) -> list[RoundPoint]:
    points, running = [], 0
    for place, number in enumerate(rounds):
        running += one.fees_eth_wei[place]
        if place >= MEAN_ROUNDS:
            running -= one.fees_eth_wei[place - MEAN_ROUNDS]
        held = one.stake_lpt_wei[place]
        mean = running / min(place + 1, MEAN_ROUNDS) / WEI
        points.append(RoundPoint(number, mean, None if held is None else held / WEI))
    return points


def drawings(history: History) -> tuple[Picture, Picture]:
    """Wide and narrow."""
    names = ", ".join(f"{one.node.letter} {one.node.called}" for one in history.nodes)
    sentence = f"Fees and stake over {len(history.rounds)} rounds of {names}; the table below holds the numbers"
    wide, narrow = (
        picture.lines_picture(history.lines, frame=frame, fees_title=FEES_TITLE, sentence=sentence)
        for frame in (picture.WIDE, picture.NARROW)
    )
    return wide, narrow


def figure_of(history: History) -> dict[str, Any]:
    """The same lines as a Plotly figure."""
    return lines_figure(history.lines, fees_title=FEES_TITLE)


def table_of(history: History) -> SafeString:
    """A row a round, newest first: fees and stake of each node, exact to what is shown; figures only."""
    rows = []
    for place in range(len(history.rounds) - 1, -1, -1):
        cells = "".join(_cells(one, place) for one in history.nodes)
        rows.append(f'<tr><th scope="row" class="n">{formats.grouped(history.rounds[place])}</th>{cells}</tr>')
    return mark_safe("\n".join(rows))


def _cells(one: NodeHistory, place: int) -> str:
    held = one.stake_lpt_wei[place]
    stake = EN_DASH if held is None else formats.lpt_whole(held)
    return f'<td class="n g">{escape(formats.eth(one.fees_eth_wei[place]))}</td><td class="n">{escape(stake)}</td>'
