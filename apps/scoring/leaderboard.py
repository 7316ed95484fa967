"""The list of orchestrators as a reader wants it: filtered, weighed, without beaten choices, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.network.selectors.board import Board, Moment, boards
from apps.network.selectors.listquery import ListQuery
from apps.network.selectors.orchestrators import OrchestratorRow, with_standing
from apps.network.selectors.passing import BY_METHOD, Blame, Headlines, blame, ordered, passing
from apps.protocol.units import Address
from apps.scoring.headline import Weights
from apps.scoring.pareto import dominated
from apps.scoring.preferences import Preferences
from apps.scoring.results import PARTS
from apps.scoring.standings import standings_of
from apps.scoring.weighing import Weighing, chosen


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """`rows` are all that pass, in order, and `shown` gives some of them with their figures by the reader's weights.

    `beaten` names, for each row that another one beats, that one; where they are hidden, `rows` are without them.
    """

    board: Board
    rows: Sequence[OrchestratorRow]
    beaten: Mapping[Address, Address]
    hidden: int
    headlines: Headlines
    weighing: Weighing | None

    def shown(self, rows: Sequence[OrchestratorRow]) -> Sequence[OrchestratorRow]:
        """These rows as weighed; a list of thousands is weighed by rank alone, and a page of it in full."""
        if self.weighing is None:
            return rows
        return [with_standing(row, self.weighing.standing(row.address)) for row in rows]

    def blame(self, query: ListQuery) -> Blame | None:
        """The filter to blame where nothing passes."""
        return blame(self.board.order, query, self.headlines)


def found(moment: Moment, query: ListQuery, preferences: Preferences) -> Leaderboard:
    """The list at a moment. Call it within one instant."""
    board = boards.at(moment, standings_of)
    weighing = Weighing(standings_of(moment.run_id), preferences.weights) if preferences.own else None
    headlines = _headlines(weighing) if weighing else BY_METHOD
    rows = passing(board.order, query, headlines)
    beaten = {} if query.pareto is None else _beaten(rows, preferences.weights, headlines)
    left = [row for row in rows if row.address not in beaten] if query.pareto else rows
    in_order = ordered(left, query, headlines, sorted_already=True)
    return Leaderboard(board, in_order, beaten, len(rows) - len(left), headlines, weighing)


def _headlines(weighing: Weighing) -> Headlines:
    rank, value, coverage = weighing.rank, weighing.value, weighing.coverage
    return Headlines(lambda row: rank(row.address), lambda row: value(row.address), lambda row: coverage(row.address))


def _beaten(rows: Sequence[OrchestratorRow], weights: Weights, headlines: Headlines) -> dict[Address, Address]:
    """Ranked rows only: a node that fails a gate is no choice, so it beats none, and its own cause stands beside it."""
    places = [PARTS.index(name) for name in chosen(weights)]
    rank = headlines.rank
    return dominated(
        {
            row.address: tuple([row.standing.parts[place][0] for place in places])
            for row in rows
            if row.standing is not None and row.standing.parts and rank(row) is not None
        }
    )
