"""How well each order agreed with what came next: dots from -1 to 1, intervals, and the band of chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.web.pictures.axes import Scale
from apps.web.pictures.svg import Dot, Path, Picture, Rect, Shape, Text, coordinate

_WIDTH, _LEFT, _RIGHT, _TOP, _ROW = 328, 158, 320, 24, 22


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """One order: its mean coefficient, the interval where there is one, and the key of the order."""

    title: str
    mean: float
    low: float | None
    high: float | None
    name: str


def agreement_picture(
    lines: Sequence[AgreementLine], *, band: tuple[float | None, float | None], sentence: str
) -> Picture:
    """A row for each order. The grey band is where nine of ten orders by lot lie."""
    x = Scale(-1, 1, _LEFT, _RIGHT)
    base = _TOP + _ROW * len(lines)
    shapes: list[Shape] = []
    low, high = band
    if low is not None and high is not None:
        shapes.append(Rect("f-stint", x.at(low), _TOP - 6, x.at(high) - x.at(low), base - _TOP + 6))
    for value, words in ((-1.0, "\u22121"), (0.0, "0"), (1.0, "+1")):
        shapes.append(Path("l l-rule", f"M{coordinate(x.at(value))} {_TOP - 6}V{base}"))
        shapes.append(Text("m s c" if value < 1 else "m s e", min(x.at(value), _WIDTH), 12, words))
    for place, line in enumerate(lines):
        shapes += _row(line, x, _TOP + _ROW * place + 8)
    return Picture(_WIDTH, base + 4, shapes, sentence)


def _row(line: AgreementLine, x: Scale, y: float) -> list[Shape]:
    is_own = line.name == "method"
    shapes: list[Shape] = [Text("b s" if is_own else "s", 0, y + 4, line.title)]
    if line.low is not None and line.high is not None:
        start, end = coordinate(x.at(line.low)), coordinate(x.at(line.high))
        shapes.append(Path("l l-work" if is_own else "l", f"M{start} {coordinate(y)}H{end}"))
    shapes.append(Dot("f-work" if is_own else "f-stake", x.at(line.mean), y, 4.5 if is_own else 3.5))
    return shapes
