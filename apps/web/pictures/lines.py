"""Fees and stake of several nodes over rounds: a line each, told apart by letter and by dash and not by hue alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from apps.web.pictures.axes import Scale, spread, tick_label, ticks
from apps.web.pictures.rounds import NARROW, WIDE, Frame, RoundPoint, round_labels, stake_unit
from apps.web.pictures.svg import Path, Picture, Shape, Text, coordinate

__all__ = ["NARROW", "WIDE", "NodeLine", "lines_picture"]

_FEES, _STAKE, _HEIGHT = (34.0, 144.0), (186.0, 258.0), 284


@dataclass(frozen=True, slots=True)
class NodeLine:
    """One node: its letter, its place among the hues, and a point for each round, fees being a running mean."""

    letter: str
    place: int
    points: Sequence[RoundPoint]


def lines_picture(lines: Sequence[NodeLine], *, frame: Frame, fees_title: str, sentence: str) -> Picture:
    """Fees above, stake below, each panel from zero; every line ends in its letter."""
    everything = [point for line in lines for point in line.points]
    divisor, unit = stake_unit(everything)
    shapes: list[Shape] = [
        Text("b s", 0, 10, fees_title),
        *_panel(lines, lambda point: point.fees_eth, frame, _FEES, 1.0),
        Text("b s", 0, 170, f"Stake, {unit}"),
        *_panel(lines, lambda point: point.stake_lpt, frame, _STAKE, divisor),
    ]
    if lines:
        shapes += round_labels(lines[0].points, frame, y=_HEIGHT - 6)
    return Picture(frame.width, _HEIGHT, shapes, sentence)


def _panel(
    lines: Sequence[NodeLine],
    figure: Callable[[RoundPoint], float | None],
    frame: Frame,
    between: tuple[float, float],
    divisor: float,
) -> list[Shape]:
    ceiling, base = between
    top = max((figure(point) or 0.0 for line in lines for point in line.points), default=0.0)
    scale = Scale(0, top or 1.0, base, ceiling)
    shapes: list[Shape] = []
    for value in [0.0, *(tick * divisor for tick in ticks(top / divisor, 3))]:
        y = scale.at(value)
        shapes.append(
            Path("l l-rule" if value else "l l-edge", f"M{frame.left:g} {coordinate(y)}H{frame.right - 14:g}")
        )
        shapes.append(Text("e m s", frame.left - 6, y + 4, tick_label(value / divisor)))
    for line in lines:
        shapes.append(Path(f"l c-{line.place}", _path([figure(point) for point in line.points], scale, frame)))
    return shapes + _letters(lines, figure, scale, frame, between)


def _letters(
    lines: Sequence[NodeLine],
    figure: Callable[[RoundPoint], float | None],
    scale: Scale,
    frame: Frame,
    between: tuple[float, float],
) -> list[Shape]:
    """Each letter beside the end of its line, moved apart where lines end close together."""
    ends = [(scale.at(last), line) for line in lines if line.points and (last := figure(line.points[-1])) is not None]
    ends.sort(key=lambda each: each[0])
    places = spread([y for y, _ in ends], gap=14, low=between[0], high=between[1])
    return [
        Text(f"s b t-{line.place}", frame.right - 10, y + 4, line.letter)
        for y, (_, line) in zip(places, ends, strict=True)
    ]


def _path(values: Sequence[float | None], scale: Scale, frame: Frame) -> str:
    """Through the known values, broken where there is none."""
    pitch = (frame.right - 14 - frame.left) / max(len(values) - 1, 1)
    parts, drawing = [], False
    for place, value in enumerate(values):
        if value is None:
            drawing = False
            continue
        parts.append(f"{'L' if drawing else 'M'}{coordinate(frame.left + place * pitch)} {coordinate(scale.at(value))}")
        drawing = True
    return "".join(parts) or "M0 0"
