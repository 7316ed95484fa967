"""The score and its reasons as the node's page shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from apps.protocol.units import Address
from apps.scoring import chronicle
from apps.scoring import selectors as scoring
from apps.scoring.headline import Weights, shares
from apps.scoring.models import Score, ScoreRun
from apps.scoring.results import PARTS
from apps.scoring.selectors import PartRow, ScoreRow
from apps.web.method.example import lift_of
from apps.web.node.figures import Figure, figures_of
from apps.web.pictures.intervals import part_bar, score_line
from apps.web.pictures.scores import ScorePoint, scores_picture
from apps.web.pictures.svg import Picture

MOST_POINTS = 90

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
    figures: Sequence[Figure]

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
class Past:
    """The score over the rounds that are kept, drawn, and the same points for a table."""

    points: Sequence[ScorePoint]
    picture: Picture


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
    past: Past | None

    @property
    def raising(self) -> Sequence[PartView]:
        """The parts that something would raise."""
        return [part for part in self.parts if part.row.raises]

    @property
    def bundle_path(self) -> str:
        """Where the run's bundle is; empty where none is kept."""
        run = self.run
        return f"/api/v1/score-runs/{run.pk}/bundle?digest={run.bundle_digest}" if run.bundle_digest else ""


def score_view(address: Address) -> ScoreView | None:
    """The node's score in the newest run; None before the first run, and where it did not see the node."""
    run = scoring.latest_run()
    row = scoring.score_of(address, run=run) if run else None
    if run is None or row is None:
        return None
    ranked = _ranked(run)
    middle = _middle_half([value for value, _, _ in ranked])
    adding = _adding(row.parts)
    return ScoreView(
        run=run,
        row=row,
        parts=[_part(part, adding.get(part.name)) for part in row.parts],
        weight=sum(part.weight for part in row.parts),
        place=_place(row, ranked),
        line=_line(row, middle),
        middle=middle,
        past=_past(address, run),
    )


_Ranked = tuple[float, float, float]


def _ranked(run: ScoreRun) -> list[_Ranked]:
    """Value, low and high of every ranked score of the run."""
    rows = Score.objects.filter(run=run, rank__isnull=False, value__isnull=False)
    return [(value or 0.0, low or 0.0, high or 0.0) for value, low, high in rows.values_list("value", "low", "high")]


def _adding(parts: Sequence[PartRow]) -> Mapping[str, float]:
    """How many points of the score each known part makes: the others by their weights, community what it lifts."""
    given = {part.name: part.weight for part in parts}
    if not any(given.values()):
        return {}
    weights = Weights(**{name: given.get(name, 0) for name in PARTS})
    values = {name: part.value for name in PARTS for part in parts if part.name == name and part.value is not None}
    counting = shares(weights, list(values))
    rest = sum(share for name, share in counting.items() if name != "community")
    if not rest:
        return {}
    found = {str(name): values[name] * share / rest for name, share in counting.items() if name != "community"}
    if "community" in counting:
        found["community"] = lift_of([(values.get(name), counting.get(name, 0)) for name in PARTS])
    return found


def _part(row: PartRow, adds: float | None) -> PartView:
    title, fill = _PARTS.get(row.name, (row.name.capitalize(), "work"))
    bar = part_bar(row.value, row.low, row.high, fill=fill)
    return PartView(title, row, adds, bar, figures_of(row.sources))


def _past(address: Address, run: ScoreRun) -> Past | None:
    """None while there are no two rounds to draw a line between."""
    rows = chronicle.score_by_round(address, version=run.version)
    if len(rows) < 2:
        return None
    step = -(-len(rows) // MOST_POINTS)
    shown = rows[(len(rows) - 1) % step :: step]
    points = [ScorePoint(one.round, one.value, one.low, one.high, one.rank) for one in shown]
    return Past(points, scores_picture(points, sentence=_past_sentence(points)))


def _past_sentence(points: Sequence[ScorePoint]) -> str:
    known = [point for point in points if point.value is not None]
    if not known:
        return "Score by round; no part of it was ever known"
    first, last = known[0], known[-1]
    return (
        f"Score by round, from {first.value:.0f} in round {first.round:,} to {last.value:.0f} in round {last.round:,}"
    )


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
