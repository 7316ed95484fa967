"""One orchestrator's score over the runs that are kept, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.web.pictures.axes import Scale
from apps.web.pictures.svg import Dot, Path, Picture, Shape, Text, coordinate


@dataclass(frozen=True, slots=True)
class ScorePoint:
    """The score of a round's last run, all figures 0 to 100; no value where nothing was known."""

    round: int
    value: float | None
    low: float
    high: float
    rank: int | None


_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BASE = 400, 132, 28, 366, 10, 104


def scores_picture(points: Sequence[ScorePoint], *, sentence: str) -> Picture:
    """A line from 0 to 100 over its interval as a tint, the last value written beside it."""
    y = Scale(0, 100, _BASE, _TOP)
    x = Scale(points[0].round, points[-1].round, _LEFT, _RIGHT) if points else Scale(0, 1, _LEFT, _RIGHT)
    shapes: list[Shape] = []
    for value in (0, 50, 100):
        shapes.append(Path("l l-rule", f"M{_LEFT} {coordinate(y.at(value))}H{_RIGHT}"))
        shapes.append(Text("e m s", _LEFT - 6, y.at(value) + 4, str(value)))
    shapes.append(Path("f-tint", _band(points, x, y)))
    shapes.append(Path("l l-work", _line(points, x, y)))
    if points and points[-1].value is not None:
        place = y.at(points[-1].value)
        shapes += [Dot("f-work", x.at(points[-1].round), place), Text("b", _RIGHT + 8, place + 5, _whole(points[-1]))]
    return Picture(_WIDTH, _HEIGHT, [*shapes, *_rounds(points)], sentence)


def _whole(point: ScorePoint) -> str:
    return "" if point.value is None else f"{point.value:.0f}"


def _band(points: Sequence[ScorePoint], x: Scale, y: Scale) -> str:
    if len(points) < 2:
        return "M0 0"
    above = "L".join(f"{coordinate(x.at(one.round))} {coordinate(y.at(one.high))}" for one in points)
    below = "L".join(f"{coordinate(x.at(one.round))} {coordinate(y.at(one.low))}" for one in reversed(points))
    return f"M{above}L{below}Z"


def _line(points: Sequence[ScorePoint], x: Scale, y: Scale) -> str:
    parts, drawing = [], False
    for point in points:
        if point.value is None:
            drawing = False
            continue
        parts.append(f"{'L' if drawing else 'M'}{coordinate(x.at(point.round))} {coordinate(y.at(point.value))}")
        drawing = True
    return "".join(parts) or "M0 0"


def _rounds(points: Sequence[ScorePoint]) -> list[Shape]:
    if not points:
        return []
    shapes: list[Shape] = [Text("m s", _LEFT, _HEIGHT - 8, f"round {points[0].round:,}")]
    if points[-1].round > points[0].round:
        shapes.append(Text("m s e", _RIGHT, _HEIGHT - 8, f"{points[-1].round:,}"))
    return shapes
