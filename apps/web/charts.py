"""Plotly figures, built here and drawn by charts.js in the colours of the page."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any

import plotly.graph_objects as go

from apps.web.pictures.axes import spread
from apps.web.pictures.lines import NodeLine
from apps.web.pictures.rounds import RoundPoint, amount, stake_unit

FEES, STAKE, UNKNOWN = 0, 1, 2


def rounds_figure(points: Sequence[RoundPoint], *, shown: int = 90) -> dict[str, Any]:
    """Fees as bars over stake as a line, all rounds, the last `shown` in view; plain JSON for charts.js.

    Colours are left to charts.js, which knows the reader's theme. `meta` names the token of each trace.
    """
    figure = deepcopy(_skeleton())
    rounds = [point.round for point in points]
    figure["data"][FEES].update(x=rounds, y=[_digits(point.fees_eth, 6) for point in points])
    divisor, unit = stake_unit(points)
    stakes = [None if point.stake_lpt is None else point.stake_lpt / divisor for point in points]
    figure["data"][STAKE].update(x=rounds, y=[_digits(stake, 3) for stake in stakes])
    figure["data"][STAKE]["hovertemplate"] = f"%{{y:,.3~f}} {unit}<extra></extra>"
    figure["layout"]["annotations"].append(_title(f"Stake, {unit}", 0.3))
    if rounds:
        figure["layout"]["xaxis"]["range"] = [max(rounds[0], rounds[-1] - shown + 1) - 0.6, rounds[-1] + 0.6]
        figure["layout"]["annotations"] += _last_values(points[-1].fees_eth, stakes[-1])
    unknown = [point.round for point in points if point.fees_eth is None]
    top = max((point.fees_eth or 0.0 for point in points), default=0.0)
    if not top:
        figure["layout"]["yaxis"]["tickvals"] = [0]  # no fees, no scale to read them on
    figure["data"][UNKNOWN].update(x=unknown, y=[_digits(top or 1.0, 6)] * len(unknown))
    return figure


def _digits(value: float | None, places: int) -> float | None:
    """A shorter number for the wire; the exact one is in the table and the CSV."""
    return None if value is None else round(value, places)


@lru_cache(maxsize=1)
def _skeleton() -> dict[str, Any]:
    """Everything but the data: checking a figure costs plotly more than making it, so it is checked once."""
    fees = go.Bar(x=[], y=[], name="Fees", meta="work-fill", hovertemplate="%{y:,.4~f} ETH<extra></extra>")
    stake = go.Scatter(
        x=[], y=[], name="Stake", meta="stake", yaxis="y2", mode="lines", connectgaps=False,
        line={"width": 1.5, "shape": "hv"},
    )  # fmt: skip
    unknown = go.Bar(x=[], y=[], name="Unknown", meta="hatch", hovertemplate="unknown<extra></extra>")
    unknown.marker.pattern = {"shape": "/", "size": 6, "solidity": 0.3}
    layout = go.Layout(
        bargap=0.24,
        showlegend=False,
        hovermode="x unified",
        hoversubplots="axis",
        dragmode="pan",
        margin={"l": 48, "r": 72, "t": 28, "b": 32},
        xaxis={
            "anchor": "y2",
            "showgrid": False,
            "ticks": "outside",
            "ticklen": 4,
            "tickformat": ",d",
            "hoverformat": ",d",
            "unifiedhovertitle": {"text": "Round %{x:,d}"},
            "nticks": 6,
        },
        yaxis={"domain": [0.46, 1], "rangemode": "tozero", "nticks": 4, "fixedrange": True, "zeroline": True},
        yaxis2={"domain": [0, 0.3], "rangemode": "tozero", "nticks": 3, "fixedrange": True, "tickformat": ",~f"},
        annotations=[_title("Fees, ETH per round", 1)],
        transition={"duration": 0},
    )
    figure: dict[str, Any] = go.Figure(data=[fees, stake, unknown], layout=layout).to_plotly_json()
    figure["layout"].pop("template", None)  # charts.js brings ours
    figure["layout"]["annotations"] = list(figure["layout"]["annotations"])
    return figure


def _title(words: str, y: float) -> dict[str, Any]:
    """The head of one half of the figure, flush with its left edge."""
    place = {"x": 0, "y": y, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return {"text": f"<b>{words}</b>", "xshift": -48, "yshift": 8, "showarrow": False, "name": "title", **place}


def _last_values(fees: float | None, stake: float | None) -> list[dict[str, Any]]:
    """Direct labels at the right end of each series; the name ends in the token of their colour."""
    beside = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 6, "showarrow": False}
    labels = []
    if fees is not None:
        labels.append({"text": f"<b>{amount(fees)}</b>", "y": fees, "yref": "y", "name": "last work", **beside})
    if stake is not None:
        labels.append({"text": f"<b>{stake:,.0f}</b>", "y": stake, "yref": "y2", "name": "last ink", **beside})
    return labels


LINE_TOKENS = ("work", "stake", "terms", "jobs", "comm")
LINE_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")  # site.css draws the same without a script


def lines_figure(lines: Sequence[NodeLine], *, fees_title: str, shown: int = 90) -> dict[str, Any]:
    """Fees over stake of several nodes, two lines each, in the manner of `rounds_figure`; each ends in its letter."""
    figure = deepcopy(_lines_skeleton())
    everything = [point for line in lines for point in line.points]
    divisor, unit = stake_unit(everything)
    layout = figure["layout"]
    layout["annotations"] = [_title(fees_title, 1), _title(f"Stake, {unit}", 0.3)]
    for line in lines:
        figure["data"] += _line_traces(line, divisor, unit)
    for axis, ends in _line_ends(lines, divisor).items():
        layout["annotations"] += _line_letters(ends, axis)
    if everything:
        rounds = [point.round for point in lines[0].points]
        layout["xaxis"]["range"] = [max(rounds[0], rounds[-1] - shown + 1) - 0.6, rounds[-1] + 0.6]
    return figure


def _line_traces(line: NodeLine, divisor: float, unit: str) -> list[dict[str, Any]]:
    rounds = [point.round for point in line.points]
    stakes = [None if point.stake_lpt is None else point.stake_lpt / divisor for point in line.points]
    look = {
        "type": "scatter",
        "mode": "lines",
        "connectgaps": False,
        "meta": LINE_TOKENS[line.place],
        "line": {"width": 1.5, "dash": LINE_DASHES[line.place]},
        "x": rounds,
    }
    fees = [_digits(point.fees_eth, 6) for point in line.points]
    return [
        {
            **look,
            "name": f"{line.letter} fees",
            "y": fees,
            "hovertemplate": f"{line.letter} %{{y:,.4~f}} ETH<extra></extra>",
        },
        {
            **look,
            "name": f"{line.letter} stake",
            "y": [_digits(stake, 3) for stake in stakes],
            "yaxis": "y2",
            "hovertemplate": f"{line.letter} %{{y:,.3~f}} {unit}<extra></extra>",
        },
    ]


def _line_ends(lines: Sequence[NodeLine], divisor: float) -> dict[str, list[tuple[float, NodeLine]]]:
    """Each line with its last value, by axis; those that end unknown have no end to mark."""
    last = [(line.points[-1], line) for line in lines if line.points]
    return {
        "y": [(point.fees_eth, line) for point, line in last if point.fees_eth is not None],
        "y2": [(point.stake_lpt / divisor, line) for point, line in last if point.stake_lpt is not None],
    }


_PANEL_PX = {"y": 142.0, "y2": 79.0}  # what is left of the plot's height for each half


def _line_letters(ends: Sequence[tuple[float, NodeLine]], axis: str) -> list[dict[str, Any]]:
    """A letter beside the end of each line, moved apart where ends are close together."""
    height, top = _PANEL_PX[axis], max((value for value, _ in ends), default=0.0) or 1.0
    ordered = sorted(ends, key=lambda end: end[0])
    wanted = [height * value / top for value, _ in ordered]
    places = spread(wanted, gap=13, low=0, high=height)
    return [
        {
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 4,
            "y": round(value, 6),
            "yref": axis,
            "yshift": round(place - want, 1),
            "showarrow": False,
            "text": f"<b>{line.letter}</b>",
            "name": f"end {LINE_TOKENS[line.place]}",
        }
        for (value, line), want, place in zip(ordered, wanted, places, strict=True)
    ]


@lru_cache(maxsize=1)
def _lines_skeleton() -> dict[str, Any]:
    figure = deepcopy(_skeleton())
    figure["data"] = []
    figure["layout"]["margin"] = {**figure["layout"]["margin"], "r": 24}
    figure["layout"]["meta"] = {"narrow_right": 24}  # the letters need their room on a phone too
    return figure
