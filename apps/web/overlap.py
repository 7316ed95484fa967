"""Does stake follow work: the matched share over all rounds, and who moved it lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import cache

from apps.network.models import Round
from apps.network.overlap import PPB, Change, Matched, NodeChange
from apps.network.selectors import overlap
from apps.protocol import formats
from apps.web.pictures.matched import MatchPoint, matched_picture
from apps.web.pictures.svg import Picture
from apps.web.shares import points

COMPARED_ROUNDS = 30
MOST_POINTS = 60  # five pixels each, and a table that can be read
LISTED = 5
_KEPT_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class MoverLine:
    """A node's part of the matched share before and after in %, and the change in points, in all and by each cause."""

    address: str
    before: str
    after: str
    change: str
    by_stake: str
    by_fees: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved the matched share between the ends of two rounds, in words and by node."""

    first: int
    last: int
    lead: str
    words: str
    gained: Sequence[MoverLine]
    lost: Sequence[MoverLine]

    @property
    def rounds(self) -> int:
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class Follow:
    """The matched share over time. `moved` is None while there are no two rounds to compare."""

    points: Sequence[MatchPoint]
    picture: Picture
    moved: Moved | None


def follow(now: Round, matched: Matched, *, chain: str) -> Follow:
    """The whole history up to the running round, whose point is `matched`, the figure of this moment.

    `chain` tells chains and their reorganisations apart. What is over does not change: it is worked out once a round.
    """
    key = f"follow:{chain}:{now.number}:{bytes(now.tx_hash).hex()}"
    kept: tuple[list[MatchPoint], Moved | None] | None = cache.get(key)
    if kept is None:
        kept = _past(now.number, chain)
        cache.set(key, kept, timeout=_KEPT_S)
    past, moved = kept
    shown = [*past, MatchPoint(now.number, _fraction(matched), None)]
    return Follow(shown, matched_picture(shown, sentence=_sentence(shown)), moved)


def _past(running: int, chain: str) -> tuple[list[MatchPoint], Moved | None]:
    history = overlap.history(before=running, chain=chain)
    shown = [MatchPoint(one.round, _fraction(one.matched), _fraction(one.recent)) for one in _thinned(history)]
    known = [one.round for one in history if one.matched.known and one.round >= running - 1 - COMPARED_ROUNDS]
    return shown, _moved(known[0], known[-1]) if len(known) > 1 else None


def _thinned(history: Sequence[overlap.OverlapPoint]) -> Sequence[overlap.OverlapPoint]:
    """Every so many rounds, counted back from the newest."""
    step = -(-len(history) // MOST_POINTS) or 1
    return history[(len(history) - 1) % step :: step]


def _fraction(matched: Matched) -> float | None:
    # 10^9 steps are finer than any pixel, and the quotient of such large integers may not fit a float
    return None if matched.ppb is None else matched.ppb / PPB


def _sentence(shown: Sequence[MatchPoint]) -> str:
    known = [point for point in shown if point.share is not None]
    if not known:
        return "No round yet in which somebody was paid"
    first, last = known[0], known[-1]
    return (
        f"Matched share by round, from {100 * (first.share or 0):.0f} % in round {first.round:,} "
        f"to {100 * (last.share or 0):.0f} % in round {last.round:,}"
    )


def _moved(first: int, last: int) -> Moved | None:
    change = overlap.explained(first=first, last=last)
    if change is None:
        return None
    gained = [one for one in change.nodes if one.moved > 0][:LISTED]
    lost = [one for one in reversed(change.nodes) if one.moved < 0][:LISTED]
    return Moved(
        first=first,
        last=last,
        lead=_lead(change),
        words=_words(change),
        gained=[_line(one, change.whole) for one in gained],
        lost=[_line(one, change.whole) for one in lost],
    )


def _lead(change: Change) -> str:
    if 2000 * abs(change.by_stake) < change.whole:  # less than 0.05 points
        return "Stake hardly moved."
    return "Stake moved toward work." if change.by_stake > 0 else "Stake moved away from work."


def _words(change: Change) -> str:
    ends = [formats.share(part, change.whole) or "0" for part in (change.before, change.after)]
    return (
        f"From the end of round {change.first.round:,} to that of round {change.last.round:,} the matched share went "
        f"from {ends[0]} to {ends[1]}{formats.NBSP}%: stake that moved {_did(change.by_stake, change.whole)}, "
        f"work that moved {_did(change.by_fees, change.whole)}."
    )


def _did(part: int, whole: int) -> str:
    if part == 0:
        return "changed nothing"
    size = points(100 * abs(part), whole).lstrip("+")
    small = size.startswith("<")
    amount = "less than 0.1 points" if small else f"{size}{formats.NBSP}{'point' if size == '1.0' else 'points'}"
    return f"{'added' if part > 0 else 'took'} {amount}"


def _line(one: NodeChange, whole: int) -> MoverLine:
    before, after = (formats.share(part, whole) or "0" for part in (one.before, one.after))
    moved, by_stake, by_fees = (points(100 * part, whole) for part in (one.moved, one.by_stake, one.by_fees))
    return MoverLine(one.node, before, after, moved, by_stake, by_fees)
