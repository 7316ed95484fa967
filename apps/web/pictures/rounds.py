"""Fees and stake of one node by round: bars over a line, two drawings of the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.web.pictures.axes import Scale, tick_label, ticks
from apps.web.pictures.svg import Path, Picture, Rect, Shape, Text, coordinate


@dataclass(frozen=True, slots=True)
class RoundPoint:
    """Fees in ETH and stake in LPT of one round; no stake where the node was not active, no fees where unknown."""

    round: int
    fees_eth: float | None
    stake_lpt: float | None


@dataclass(frozen=True, slots=True)
class Frame:
    width: int
    left: float
    right: float
    labelled: int
    height: int = 284
    fees_top: float = 34
    fees_base: float = 144
    stake_top: float = 186
    stake_base: float = 258


WIDE = Frame(880, 44, 810, labelled=4)
NARROW = Frame(340, 44, 332, labelled=2)


def rounds_picture(points: Sequence[RoundPoint], *, frame: Frame, sentence: str) -> Picture:
    """Bars of fees above, the line of stake below; both from zero, each on its own scale."""
    shapes: list[Shape] = [
        *_fees(points, frame),
        *_stake(points, frame),
        *round_labels(points, frame, y=frame.height - 6),
    ]
    return Picture(frame.width, frame.height, shapes, sentence)


def round_labels(points: Sequence[RoundPoint], frame: Frame, *, y: float) -> list[Shape]:
    if not points:
        return []
    last = len(points) - 1
    count = min(frame.labelled, len(points))
    places = sorted({round(last * step / max(count - 1, 1)) for step in range(count)})
    shapes: list[Shape] = []
    for place in places:
        x = frame.left + (frame.right - frame.left) * (place / last if last else 0)
        anchor = "" if place == 0 else "e" if place == last else "c"
        words = f"round {points[place].round:,}" if place == 0 else f"{points[place].round:,}"
        shapes.append(Text(f"m s {anchor}".strip(), x, y, words))
    return shapes


def _fees(points: Sequence[RoundPoint], frame: Frame) -> list[Shape]:
    top = max((point.fees_eth or 0.0 for point in points), default=0.0)
    scale = Scale(0, top or 1.0, frame.fees_base, frame.fees_top)
    shapes: list[Shape] = [Text("b s", 0, 10, "Fees, ETH per round"), *_grid(scale, ticks(top), frame)]
    pitch = (frame.right - frame.left) / max(len(points), 1)
    shapes += [bar for index, point in enumerate(points) if (bar := _bar(index, point, pitch, scale, frame))]
    shapes.append(Path("l l-edge", f"M{frame.left:g} {frame.fees_base:g}H{frame.right:g}"))
    if frame is WIDE and points and points[-1].fees_eth is not None:
        last = points[-1].fees_eth
        shapes.append(Text("b w", frame.right + 6, min(scale.at(last) + 5, frame.fees_base), amount(last)))
    return shapes


def _bar(index: int, point: RoundPoint, pitch: float, scale: Scale, frame: Frame) -> Shape | None:
    x = frame.left + index * pitch
    if point.fees_eth is None:
        return Rect(
            "hatch", x, frame.fees_top, pitch, frame.fees_base - frame.fees_top, f"round {point.round:,}: unknown"
        )
    if point.fees_eth <= 0:
        return None
    y = min(scale.at(point.fees_eth), frame.fees_base - 0.5)
    return Rect("f-work", x + pitch * 0.12, y, pitch * 0.76, frame.fees_base - y)


def _stake(points: Sequence[RoundPoint], frame: Frame) -> list[Shape]:
    divisor, unit = stake_unit(points)
    top = max((point.stake_lpt or 0.0 for point in points), default=0.0)
    scale = Scale(0, top or 1.0, frame.stake_base, frame.stake_top)
    shapes: list[Shape] = [Text("b s", 0, 170, f"Stake, {unit}")]
    shapes += [
        Path("l l-edge", f"M{frame.left:g} {frame.stake_base:g}H{frame.right:g}"),
        _tick(0, frame.stake_base, frame),
    ]
    shapes += _grid(scale, [value * divisor for value in ticks(top / divisor, 2)], frame, divisor)
    shapes.append(Path("l l-stake", _line(points, scale, frame)))
    if frame is WIDE and points and points[-1].stake_lpt is not None:
        last = points[-1].stake_lpt
        shapes.append(Text("b", frame.right + 6, scale.at(last) + 5, f"{last / divisor:,.0f}"))
    return shapes


def _line(points: Sequence[RoundPoint], scale: Scale, frame: Frame) -> str:
    """The path through the known values, broken where there is none."""
    pitch = (frame.right - frame.left) / max(len(points), 1)
    parts, drawing = [], False
    for index, point in enumerate(points):
        if point.stake_lpt is None:
            drawing = False
            continue
        x = frame.left + (index + 0.5) * pitch
        parts.append(f"{'L' if drawing else 'M'}{coordinate(x)} {coordinate(scale.at(point.stake_lpt))}")
        drawing = True
    return "".join(parts) or "M0 0"


def _grid(scale: Scale, values: Sequence[float], frame: Frame, divisor: float = 1.0) -> list[Shape]:
    shapes: list[Shape] = []
    for value in values:
        y = scale.at(value)
        shapes += [
            Path("l l-rule", f"M{frame.left:g} {coordinate(y)}H{frame.right:g}"),
            _tick(value / divisor, y, frame),
        ]
    return shapes


def _tick(value: float, y: float, frame: Frame) -> Text:
    return Text("e m s", frame.left - 6, y + 4, tick_label(value))


def stake_unit(points: Sequence[RoundPoint]) -> tuple[float, str]:
    """What stake is divided by on its axis, and the unit that is written there."""
    top = max((point.stake_lpt or 0.0 for point in points), default=0.0)
    return (1000.0, "thousand LPT") if top >= 10_000 else (1.0, "LPT")


def amount(value: float) -> str:
    """A label in ETH with three decimals; nothing is 0, and what is too small says so."""
    return "0" if value == 0 else "< 0.001" if value < 0.001 else f"{value:,.3f}"
