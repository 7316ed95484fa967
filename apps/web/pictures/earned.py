"""What an amount earned round by round: rewards over fees, two drawings of the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.protocol.yields import Outcome
from apps.web.pictures.axes import Scale, tick_label, ticks
from apps.web.pictures.rounds import NARROW, WIDE, Frame, RoundPoint, round_labels
from apps.web.pictures.svg import Path, Picture, Rect, Shape, Text, coordinate

__all__ = ["NARROW", "WIDE", "EarnedBar", "earned_picture"]

_TOP, _BASE, _FEES_TOP, _FEES_BASE, _HEIGHT = 34.0, 138.0, 190.0, 246.0, 272
_WORDS: dict[Outcome, str] = {
    "called": "called",
    "missed": "reward call missed",
    "inactive": "not active",
    "absent": "not there yet",
}


@dataclass(frozen=True, slots=True)
class EarnedBar:
    """One round: LPT and ETH earned by the amount, None where unknown."""

    round: int
    rewards_lpt: float | None
    fees_eth: float | None
    outcome: Outcome


def earned_picture(bars: Sequence[EarnedBar], *, frame: Frame, sentence: str) -> Picture:
    """Bars of LPT above, bars of ETH below, each on its own scale from zero; a missed call is a red stroke."""
    points = [RoundPoint(bar.round, None, None) for bar in bars]
    rewards, lpt = _in_unit([bar.rewards_lpt for bar in bars], "LPT", small=(10**6, "millionths of an LPT"))
    fees, eth = _in_unit([bar.fees_eth for bar in bars], "ETH", small=(10**9, "gwei"))
    shapes: list[Shape] = [
        Text("b s", 0, 10, f"Rewards, {lpt} per round"),
        *_panel(bars, rewards, "f-stake", frame, _TOP, _BASE),
        *_marks(bars, frame),
        Text("b s", 0, 172, f"Fees, {eth} per round"),
        *_panel(bars, fees, "f-work", frame, _FEES_TOP, _FEES_BASE),
        *round_labels(points, frame, y=_HEIGHT - 4),
    ]
    return Picture(frame.width, _HEIGHT, shapes, sentence)


def _in_unit(values: Sequence[float | None], unit: str, *, small: tuple[int, str]) -> tuple[list[float | None], str]:
    """The values in a unit whose ticks have few digits: the smaller one where none reaches a thousandth."""
    if max((value or 0.0 for value in values), default=0.0) >= 0.001 or not any(values):
        return list(values), unit
    times, name = small
    return [None if value is None else value * times for value in values], name


def _panel(
    bars: Sequence[EarnedBar],
    values: Sequence[float | None],
    css: str,
    frame: Frame,
    top: float,
    base: float,
) -> list[Shape]:
    most = max((value or 0.0 for value in values), default=0.0)
    scale = Scale(0, most or 1.0, base, top)
    shapes: list[Shape] = []
    for tick in [0.0, *ticks(most, 2)]:
        y = scale.at(tick)
        line = "l l-rule" if tick else "l l-edge"
        shapes.append(Path(line, f"M{frame.left:g} {coordinate(y)}H{frame.right:g}"))
        shapes.append(Text("e m s", frame.left - 6, y + 4, tick_label(tick)))
    pitch = _pitch(bars, frame)
    for place, value in enumerate(values):
        x = frame.left + place * pitch
        if value is None:
            shapes.append(Rect("hatch", x, top, pitch, base - top, f"round {bars[place].round:,}: unknown"))
        elif value > 0:
            y = min(scale.at(value), base - 0.5)
            shapes.append(Rect(css, x + pitch * 0.12, y, pitch * 0.76, base - y))
    return shapes


def _marks(bars: Sequence[EarnedBar], frame: Frame) -> list[Shape]:
    """Below the line of rewards: a red stroke for a missed call, a pale one where no call was due."""
    pitch = _pitch(bars, frame)
    return [
        Rect(
            "f-danger" if bar.outcome == "missed" else "f-stint",
            frame.left + place * pitch + pitch * 0.12,
            _BASE + 2,
            max(pitch * 0.76, 1.0),
            6,
            f"round {bar.round:,}: {_WORDS[bar.outcome]}",
        )
        for place, bar in enumerate(bars)
        if bar.outcome != "called"
    ]


def _pitch(bars: Sequence[EarnedBar], frame: Frame) -> float:
    return (frame.right - frame.left) / max(len(bars), 1)
