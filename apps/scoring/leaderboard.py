"""The list of orchestrators as a reader wants it: filtered, weighed, without beaten choices, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.network.selectors.board import Board, Moment, boards
from apps.network.selectors.listquery import ListQuery
from apps.network.selectors.orchestrators import OrchestratorRow, with_standing
from apps.network.selectors.passing import ordered, passing
from apps.protocol.units import Address
from apps.scoring.headline import Weights
from apps.scoring.pareto import dominated
from apps.scoring.preferences import Preferences
from apps.scoring.results import PARTS
from apps.scoring.standings import standings_of
from apps.scoring.weighing import chosen, weighed


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """`rows` are all that pass, in order; `everyone` is every row, weighed alike.

    `beaten` names, for each row that another one beats, that one; where they are hidden, `rows` are without them.
    """

    board: Board
    everyone: Sequence[OrchestratorRow]
    rows: Sequence[OrchestratorRow]
    beaten: Mapping[Address, Address]
    hidden: int

    def beaten_by(self, row: OrchestratorRow) -> Address | None:
        return self.beaten.get(row.address)


def found(moment: Moment, query: ListQuery, preferences: Preferences) -> Leaderboard:
    """The list at a moment. Call it within one instant."""
    board = boards.at(moment, standings_of)
    everyone = list(board.rows.values())
    if preferences.own:
        standings = weighed(standings_of(moment.run_id), preferences.weights)
        everyone = [with_standing(row, standings.get(row.address)) for row in everyone]
    rows = passing(everyone, query)
    beaten = {} if query.pareto is None else _beaten(rows, preferences.weights)
    left = [row for row in rows if row.address not in beaten] if query.pareto else rows
    return Leaderboard(board, everyone, ordered(left, query), beaten, len(rows) - len(left))


def _beaten(rows: Sequence[OrchestratorRow], weights: Weights) -> dict[Address, Address]:
    """Ranked rows only: a node that fails a gate is no choice, so it beats none, and its own cause stands beside it."""
    places = [PARTS.index(name) for name in chosen(weights)]
    return dominated(
        {
            row.address: [row.standing.parts[place].value for place in places]
            for row in rows
            if row.standing is not None and row.standing.rank is not None and row.standing.parts
        }
    )
