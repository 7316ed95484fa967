"""One real node of the newest run, its stored figures carried through every formula up to its score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.contributions.categories import CATEGORIES
from apps.protocol.units import Address
from apps.scoring.headline import shares
from apps.scoring.method import Method
from apps.scoring.models import ScoreRun
from apps.scoring.results import PARTS, PartName
from apps.scoring.selectors import PartRow, ScoreRow, scores_of

TITLES: Mapping[str, str] = {"work": "Work", "terms": "Terms", "jobs": "Job mix", "community": "Community"}
_TERMS: Mapping[str, str] = {
    "volume": "Volume",
    "productivity": "Productivity",
    "reliability": "Reliability",
    "delivery": "Delivery",
    "rewards_realised": "Rewards kept, realised",
    "rewards_posted": "Rewards kept, posted",
    "fees_realised": "Fees kept, realised",
    "fees_posted": "Fees kept, posted",
    "serves": "Serves",
    "earns": "Earns",
    "diversity": "Diversity",
    **TITLES,
}
_WORK = ("volume", "productivity", "reliability", "delivery")
_JOBS = ("serves", "earns", "diversity")


@dataclass(frozen=True, slots=True)
class Term:
    """A summand: its weight, its value, and what it adds; an unknown one adds nothing and takes no weight."""

    title: str
    weight: float
    value: float | None
    adds: float

    @property
    def weight_shown(self) -> str:
        return f"{self.weight:.3g}"


@dataclass(frozen=True, slots=True)
class Sum:
    """A weighted mean with all its summands. `total` is what they add up to, `shown` what the run stored."""

    name: PartName | str
    title: str
    terms: tuple[Term, ...]
    less: float  # points taken off at the end, for worsenings
    total: float
    shown: float

    @property
    def weight(self) -> float:
        """Of all summands that are known."""
        return sum(term.weight for term in self.terms if term.value is not None)

    @property
    def weight_shown(self) -> str:
        return f"{self.weight:.3g}"


@dataclass(frozen=True, slots=True)
class Example:
    """The node, its part sums in reading order (the unknown ones left out), and the headline's."""

    address: Address
    row: ScoreRow
    parts: tuple[Sum, ...]
    unknown: tuple[PartRow, ...]
    headline: Sum
    facts: Mapping[str, Mapping[str, Any]]  # the stored sources, by part


def example_of(run: ScoreRun, method: Method) -> Example | None:
    """The example of a stored run; nothing where it ranks nobody, or is older than the figures of this program."""
    return made_of(scores_of(run).values(), method)


def made_of(rows: Iterable[ScoreRow], method: Method) -> Example | None:
    """The best ranked of the nodes with the most known parts."""
    ranked = [row for row in rows if row.rank is not None]
    if not ranked:
        return None
    row = min(ranked, key=lambda one: (-sum(part.known for part in one.parts), one.rank or 0, one.address))
    try:
        return _example(row, method)
    except (KeyError, TypeError, ValueError):  # a run made before the figures were stored
        return None


def _example(row: ScoreRow, method: Method) -> Example:
    makers = {"work": _work, "terms": _terms, "jobs": _jobs, "community": _community}
    known = [part for part in row.parts if part.known]
    return Example(
        address=row.address,
        row=row,
        parts=tuple(makers[part.name](part, method) for part in known),
        unknown=tuple(part for part in row.parts if not part.known),
        headline=_headline(row, method),
        facts={part.name: _figures(part.sources) for part in row.parts},
    )


def _figures(sources: Mapping[str, Any]) -> Mapping[str, Any]:
    """The stored sources, amounts as whole numbers again."""
    return {name: int(value) if name.endswith("_wei") and value else value for name, value in sources.items()}


def _work(part: PartRow, method: Method) -> Sum:
    values = {name: _number(part.sources[name]) for name in _WORK}
    return _mean(part, [(name, float(method.number("work", name)), values[name]) for name in _WORK])


def _jobs(part: PartRow, method: Method) -> Sum:
    percent = {name: 100 * float(part.sources[name]) for name in _JOBS}
    return _mean(part, [(name, float(method.number("jobs", name)), percent[name]) for name in _JOBS])


def _community(part: PartRow, method: Method) -> Sum:
    """What each category counts for, up to the most of all."""
    counted = {name: float(each["counted_points"]) for name, each in part.sources["categories"].items()}
    terms = tuple(Term(CATEGORIES[name].title, 1.0, points, points) for name, points in counted.items())
    total = min(float(method.number("community", "most")), sum(counted.values()))
    return Sum(part.name, TITLES[part.name], terms, 0.0, total, part.value or 0.0)


def _terms(part: PartRow, method: Method) -> Sum:
    """Rewards and fees, each half as realised and half as posted; where nothing is realised, posted stands alone."""
    realised = float(method.number("terms", "realised"))
    terms: list[tuple[str, float, float | None]] = []
    for side in ("rewards", "fees"):
        whole = float(method.number("terms", side))
        was, now = _number(part.sources[f"{side}_kept_realised"]), _number(part.sources[f"{side}_kept_posted"])
        share = 0.0 if was is None else realised
        terms.append((f"{side}_realised", whole * share, None if was is None else 100 * was))
        terms.append((f"{side}_posted", whole * (1 - share), 100 * (now or 0.0)))
    return _mean(part, terms, less=float(part.sources["penalty_points"]))


def _headline(row: ScoreRow, method: Method) -> Sum:
    """The parts by their weights, and what community lifts of what they lack to 100."""
    values = {part.name: part.value for part in row.parts}
    known = shares(method.weights, [name for name in PARTS if values.get(name) is not None])
    given = method.weights.by_part()
    weights = {name: known[name] / 9 if name in known else float(given[name]) for name in PARTS}
    others = _terms_of([(name, weights[name], values.get(name)) for name in PARTS if name != "community"])
    lift = lift_of([(values.get(name), weights[name]) for name in PARTS])
    terms = (*others, Term(_TERMS["community"], weights["community"], values.get("community"), lift))
    return Sum("score", "Score", terms, 0.0, sum(term.adds for term in terms), row.value or 0.0)


def lift_of(parts: Sequence[tuple[float | None, float]]) -> float:
    """The points that community, the last of the parts, adds to the mean of the others; each with its weight."""
    known = [(value, weight) for value, weight in parts[:-1] if value is not None]
    rest = sum(weight for _, weight in known)
    value, share = parts[-1]
    if value is None or not rest:
        return 0.0
    mean = sum(each * weight for each, weight in known) / rest
    return share / (rest + share) * (100 - mean) * value / 100


def _mean(part: PartRow, terms: Iterable[tuple[str, float, float | None]], less: float = 0.0) -> Sum:
    found = _terms_of(list(terms))
    total = min(100.0, max(0.0, sum(term.adds for term in found) - less))
    return Sum(part.name, TITLES[part.name], found, less, total, part.value or 0.0)


def _terms_of(terms: Sequence[tuple[str, float, float | None]]) -> tuple[Term, ...]:
    weight = sum(each for _, each, value in terms if value is not None)
    return tuple(
        Term(_TERMS[name], each, value, 0.0 if value is None or not weight else each * value / weight)
        for name, each, value in terms
    )


def _number(stored: Any) -> float | None:
    return None if stored is None else float(stored)
