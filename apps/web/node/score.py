"""The score and its reasons as the node's page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from apps.protocol.units import Address
from apps.scoring import selectors as scoring
from apps.scoring.models import Score, ScoreRun
from apps.scoring.selectors import PartRow, ScoreRow
from apps.web.pictures.intervals import part_bar, score_line

_PARTS = {
    "work": ("Work", "work"),
    "terms": ("Terms", "terms"),
    "jobs": ("Job mix", "jobs"),
    "community": ("Community", "comm"),
}


@dataclass(frozen=True, slots=True)
class PartView:
    """A row of the table of parts; `adds` is what it contributes to the score, None for an unknown part."""

    title: str
    row: PartRow
    adds: float | None
    bar: SafeString

    @property
    def is_exact(self) -> bool:
        return self.row.low == self.row.high


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ranked score stands; `best` and `worst` are the places its interval leaves open."""

    rank: int
    of: int
    best: int
    worst: int


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A score with everything drawn from the run it belongs to."""

    run: ScoreRun
    row: ScoreRow
    parts: Sequence[PartView]
    weight: int
    place: Place | None
    line: SafeString | None
    middle: tuple[float, float] | None


def score_view(address: Address) -> ScoreView | None:
    """The node's score in the newest run; None before the first run, and where it did not see the node."""
    run = scoring.latest_run()
    row = scoring.score_of(address, run=run) if run else None
    if run is None or row is None:
        return None
    ranked = _ranked(run)
    middle = _middle_half([value for value, _, _ in ranked])
    known_weight = sum(part.weight for part in row.parts if part.known)
    return ScoreView(
        run=run,
        row=row,
        parts=[_part(part, known_weight) for part in row.parts],
        weight=sum(part.weight for part in row.parts),
        place=_place(row, ranked),
        line=_line(row, middle),
        middle=middle,
    )


_Ranked = tuple[float, float, float]


def _ranked(run: ScoreRun) -> list[_Ranked]:
    """Value, low and high of every ranked score of the run."""
    rows = Score.objects.filter(run=run, rank__isnull=False, value__isnull=False)
    return [(value or 0.0, low or 0.0, high or 0.0) for value, low, high in rows.values_list("value", "low", "high")]


def _part(row: PartRow, known_weight: int) -> PartView:
    title, fill = _PARTS.get(row.name, (row.name.capitalize(), "work"))
    adds = row.value * row.weight / known_weight if row.value is not None and known_weight else None
    return PartView(title, row, adds, part_bar(row.value, row.low, row.high, fill=fill))


def _middle_half(values: Sequence[float]) -> tuple[float, float] | None:
    """The first and third quartile; None for fewer than four nodes, which have no middle half worth the name."""
    if len(values) < 4:
        return None
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 4], ordered[-1 - (len(ordered) - 1) // 4]


def _place(row: ScoreRow, ranked: Sequence[_Ranked]) -> Place | None:
    """The open places count who is surely better, and who is surely worse, by intervals that do not meet."""
    if row.rank is None:
        return None
    better = sum(1 for _, low, _ in ranked if low > row.high)
    worse = sum(1 for _, _, high in ranked if high < row.low)
    return Place(row.rank, len(ranked), better + 1, len(ranked) - worse)


def _line(row: ScoreRow, middle: tuple[float, float] | None) -> SafeString | None:
    if row.value is None:
        return None
    sentence = f"{row.value:.0f}, with a 90 % interval from {row.low:.0f} to {row.high:.0f}"
    if middle is not None:
        sentence += f"; the middle half of all ranked nodes lies between {middle[0]:.0f} and {middle[1]:.0f}"
    return score_line(row.value, row.low, row.high, middle=middle, sentence=sentence)
