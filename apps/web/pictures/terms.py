"""Reward cut and fee share over rounds, as steps with a triangle at each change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from apps.web.pictures.axes import Scale, spread
from apps.web.pictures.svg import Path, Picture, Shape, Text, coordinate


@dataclass(frozen=True, slots=True)
class Step:
    """The percentage that holds from `round` on."""

    round: int
    percent: float
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    width: int
    left: float
    right: float
    labels_beside: bool
    height: int = 176
    top: float = 22
    base: float = 142


WIDE = Frame(880, 44, 744, labels_beside=True)
NARROW = Frame(340, 44, 332, labels_beside=False)


@dataclass(frozen=True, slots=True)
class Terms:
    """Both histories, oldest first and not empty, up to `last_round`."""

    reward_cut: Sequence[Step]
    fee_share: Sequence[Step]
    first_round: int
    last_round: int


def terms_picture(terms: Terms, *, frame: Frame, sentence: str) -> Picture:
    """Fee share as a full line, reward cut dashed; a red triangle is a change that left delegators with less."""
    x = Scale(terms.first_round, max(terms.last_round, terms.first_round + 1), frame.left, frame.right)
    y = Scale(0, 100, frame.base, frame.top)
    shapes: list[Shape] = [Text("m s", 0, 10, "%"), *_grid(y, frame)]
    shapes.append(Path("l l-terms", _stairs(terms.fee_share, x, y, frame)))
    shapes.append(Path("l l-terms l-dash", _stairs(terms.reward_cut, x, y, frame)))
    shapes += _changes(terms.fee_share, terms.reward_cut, x, y, rising_is_worse=False)
    shapes += _changes(terms.reward_cut, terms.fee_share, x, y, rising_is_worse=True)
    shapes += _names(terms, y, frame)
    shapes += _rounds(terms, frame)
    return Picture(frame.width, frame.height, shapes, sentence)


def _grid(y: Scale, frame: Frame) -> Iterator[Shape]:
    for percent in (0, 50, 100):
        css = "l l-rule" if percent else "l l-edge"
        yield Path(css, f"M{frame.left:g} {coordinate(y.at(percent))}H{frame.right:g}")
        yield Text("e m s", frame.left - 6, y.at(percent) + 4, str(percent))


def _stairs(steps: Sequence[Step], x: Scale, y: Scale, frame: Frame) -> str:
    first, *later = steps
    parts = [f"M{coordinate(frame.left)} {coordinate(y.at(first.percent))}"]
    parts += [f"H{coordinate(x.at(step.round))}V{coordinate(y.at(step.percent))}" for step in later]
    return "".join(parts) + f"H{frame.right:g}"


def _changes(
    steps: Sequence[Step], others: Sequence[Step], x: Scale, y: Scale, *, rising_is_worse: bool
) -> Iterator[Shape]:
    written = float("-inf")
    for before, after in pairwise(steps):
        rises = after.percent > before.percent
        place, height = x.at(after.round), y.at(after.percent)
        yield _triangle(place, height, rises, "f-danger" if rises is rising_is_worse else "f-ink")
        if place - written >= 30:  # crowded changes keep their triangles; the table holds every number
            written = place
            yield _label(place, height, after.text, rises, [y.at(level) for level in _around(others, after.round)])


def _label(x: float, y: float, words: str, rises: bool, lines: Sequence[float]) -> Text:
    """Above a rise, beside a fall; on the other side where a line of the other term runs through that place."""
    above, below = Text("s c", x, y - 9, words), Text("s c", x, y + 20, words)
    beside = Text("s", x + 9, y - 7, words)
    first, second = (above, below) if rises else (beside, below)
    return second if any(first.y - 13 < line < first.y + 3 for line in lines) else first


def _around(steps: Sequence[Step], number: int) -> Iterator[float]:
    """The levels a term has just before and from a round on."""
    held = steps[0].percent
    for step in steps:
        if step.round > number:
            break
        if step.round == number:
            yield held
        held = step.percent
    yield held


def _triangle(x: float, y: float, rises: bool, css: str) -> Path:
    low, tip = (4, -8) if rises else (-4, 8)
    return Path(css, f"M{coordinate(x - 5)} {coordinate(y + low)}h10l-5 {tip}z")


def _names(terms: Terms, y: Scale, frame: Frame) -> Iterator[Shape]:
    named = sorted(
        [("Fee share", terms.fee_share[-1]), ("Reward cut", terms.reward_cut[-1])],
        key=lambda pair: y.at(pair[1].percent),
    )
    lift = 5 if frame.labels_beside else -6
    heights = [y.at(step.percent) + lift for _, step in named]
    places = spread(heights, gap=18, low=frame.top - 6, high=frame.base + 5)
    for (name, step), place in zip(named, places, strict=True):
        if frame.labels_beside:
            yield Text("b tm", frame.right + 10, place, f"{name} {step.text}\u00a0%")
        else:
            yield Text("b tm s e", frame.right, place, f"{name} {step.text}\u00a0%")


def _rounds(terms: Terms, frame: Frame) -> Iterator[Shape]:
    yield Text("m s", frame.left, frame.height - 12, f"round {terms.first_round:,}")
    if terms.last_round - terms.first_round >= 8:
        middle = (terms.first_round + terms.last_round) // 2
        yield Text("m s c", (frame.left + frame.right) / 2, frame.height - 12, f"{middle:,}")
    yield Text("m s e", frame.right, frame.height - 12, f"{terms.last_round:,}")
