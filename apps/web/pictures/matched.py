"""The small line of the home page: how much of the stake stood where the work was, round by round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.web.pictures.axes import Scale
from apps.web.pictures.svg import Dot, Path, Picture, Shape, Text, coordinate


@dataclass(frozen=True, slots=True)
class MatchPoint:
    """The matched share of stake at the end of `round`, a part of 1, against the fees of 90 rounds and of 30.

    Empty while nobody was paid; the running round has no `recent`.
    """

    round: int
    share: float | None
    recent: float | None = None

    @property
    def percent(self) -> str | None:
        return None if self.share is None else f"{100 * self.share:.1f}"

    @property
    def recent_percent(self) -> str | None:
        return None if self.recent is None else f"{100 * self.recent:.1f}"


_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BASE = 352, 180, 28, 300, 16, 148


def matched_picture(points: Sequence[MatchPoint], *, sentence: str) -> Picture:
    """A line from zero with its last value written beside it, and the shorter window's dashed behind it.

    Rounds without a value break a line.
    """
    known = [point for point in points if point.share is not None]
    top = _ceiling(max((100 * max(point.share or 0.0, point.recent or 0.0) for point in points), default=0.0))
    y = Scale(0, top, _BASE, _TOP)
    x = Scale(points[0].round, points[-1].round, _LEFT, _RIGHT) if points else Scale(0, 1, _LEFT, _RIGHT)
    shapes: list[Shape] = []
    for step in range(4):
        value = top * step / 3
        shapes.append(Path("l l-rule", f"M{_LEFT} {coordinate(y.at(value))}H{_RIGHT}"))
        shapes.append(Text("e m s", _LEFT - 6, y.at(value) + 4, f"{value:.0f}"))
    shapes.append(Path("l l-stake l-dash", _line([(point.round, point.recent) for point in points], x, y)))
    shapes.append(Path("l l-work", _line([(point.round, point.share) for point in points], x, y)))
    if known:
        shapes += _end(known[-1], x, y)
    return Picture(_WIDTH, _HEIGHT, [*shapes, *_rounds(points)], sentence)


def _ceiling(highest: float) -> float:
    """The top of the scale in %, with two round values below it."""
    return next(top for top in (15.0, 30.0, 60.0, 90.0, 120.0) if highest <= top)


def _line(values: Sequence[tuple[int, float | None]], x: Scale, y: Scale) -> str:
    parts, drawing = [], False
    for place, value in values:
        if value is None:
            drawing = False
            continue
        parts.append(f"{'L' if drawing else 'M'}{coordinate(x.at(place))} {coordinate(y.at(100 * value))}")
        drawing = True
    return "".join(parts) or "M0 0"


def _end(last: MatchPoint, x: Scale, y: Scale) -> list[Shape]:
    percent = 100 * (last.share or 0.0)
    place = x.at(last.round)
    return [Dot("f-work", place, y.at(percent)), Text("b", place + 9, y.at(percent) + 5, f"{percent:.0f}\u00a0%")]


def _rounds(points: Sequence[MatchPoint]) -> list[Shape]:
    if not points:
        return []
    first, last = points[0].round, points[-1].round
    shapes: list[Shape] = [Text("m s", _LEFT, _HEIGHT - 12, f"round {first:,}")]
    if last > first:
        shapes.append(Text("m s e", _RIGHT, _HEIGHT - 12, f"{last:,}"))
    return shapes
