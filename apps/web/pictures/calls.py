"""Reward calls as a strip: one stroke a round, a missed call taller and red, unknown hatched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from apps.web.pictures.svg import Picture, Rect, Shape

Outcome = Literal["made", "missed", "inactive", "open", "unknown"]


@dataclass(frozen=True, slots=True)
class RoundCall:
    round: int
    outcome: Outcome


_PITCH, _STROKE, _HEIGHT, _RISE = 5, 3, 28, 10


def calls_picture(calls: Sequence[RoundCall], *, slots: int, sentence: str) -> Picture:
    """The strip of `calls`, right-aligned in `slots` places so that a young node's strip is short, not stretched."""
    offset = (slots - len(calls)) * _PITCH
    shapes: list[Shape] = []
    for index, call in enumerate(calls):
        shapes.append(_stroke(offset + index * _PITCH, call))
    return Picture(slots * _PITCH, _HEIGHT, shapes, sentence)


def _stroke(x: float, call: RoundCall) -> Rect:
    tip = f"round {call.round:,}: {_WORDS[call.outcome]}"
    if call.outcome == "missed":
        return Rect("f-danger", x, 0, _STROKE + 1.4, _HEIGHT, tip)
    if call.outcome == "unknown":
        return Rect("hatch", x, _RISE, _PITCH, _HEIGHT - _RISE, tip)
    if call.outcome == "inactive":
        return Rect("f-stint", x + 0.5, _HEIGHT - 3, _STROKE, 3, tip)
    css = "f-stint" if call.outcome == "open" else "f-stake"
    return Rect(css, x + 0.5, _RISE, _STROKE, _HEIGHT - _RISE, tip)


_WORDS: dict[Outcome, str] = {
    "made": "called",
    "missed": "missed",
    "inactive": "not active",
    "open": "still open",
    "unknown": "unknown",
}
