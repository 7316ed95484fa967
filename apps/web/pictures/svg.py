"""The few shapes our pictures are made of, and how they are written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe


def coordinate(value: float) -> str:
    """At most one decimal: a tenth of a pixel is finer than any screen shows."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


@dataclass(frozen=True, slots=True)
class Rect:
    css: str
    x: float
    y: float
    width: float
    height: float
    tip: str = ""

    def markup(self) -> str:
        place = f'x="{coordinate(self.x)}" y="{coordinate(self.y)}"'
        size = f'width="{coordinate(self.width)}" height="{coordinate(self.height)}"'
        # the hatch is a fill by reference, which a class cannot carry into every browser's print
        look = 'fill="url(#hatch)"' if self.css == "hatch" else f'class="{self.css}"'
        inside = f"<title>{escape(self.tip)}</title>" if self.tip else ""
        return f"<rect {look} {place} {size}>{inside}</rect>" if inside else f"<rect {look} {place} {size}/>"


@dataclass(frozen=True, slots=True)
class Path:
    css: str
    d: str

    def markup(self) -> str:
        return f'<path class="{self.css}" d="{self.d}"/>'


@dataclass(frozen=True, slots=True)
class Dot:
    css: str
    x: float
    y: float
    radius: float = 3.5

    def markup(self) -> str:
        return f'<circle class="{self.css}" cx="{coordinate(self.x)}" cy="{coordinate(self.y)}" r="{self.radius}"/>'


@dataclass(frozen=True, slots=True)
class Text:
    css: str
    x: float
    y: float
    words: str

    def markup(self) -> str:
        look = f' class="{self.css}"' if self.css else ""
        return f'<text{look} x="{coordinate(self.x)}" y="{coordinate(self.y)}">{escape(self.words)}</text>'


Shape = Rect | Path | Dot | Text


@dataclass(frozen=True, slots=True)
class Picture:
    """Shapes on a ground of width × height, with the sentence that says the same to who cannot see them."""

    width: int
    height: int
    shapes: Sequence[Shape]
    sentence: str

    def markup(self, css: str = "chart") -> SafeString:
        box = f'viewBox="0 0 {self.width} {self.height}"'
        head = f'<svg class="{css}" {box} role="img" aria-label="{escape(self.sentence)}">'
        # every word was escaped by its shape; the rest is numbers and class names of ours
        return mark_safe(head + "".join(shape.markup() for shape in self.shapes) + "</svg>")

    def __str__(self) -> str:
        return self.markup()
