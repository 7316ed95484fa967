"""The figures of a comparison: each node with its row, its score, its terms and its yield; and moves between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apps.network.models import Round
from apps.network.selectors import activity
from apps.network.selectors.activity import Happening
from apps.network.selectors.moves import Moves, moves_from
from apps.network.selectors.orchestrators import OrchestratorRow
from apps.network.selectors.yieldquery import Compared
from apps.network.selectors.yields import NodeYield, Yields, yields_of
from apps.protocol import formats
from apps.protocol.units import Address
from apps.scoring import selectors as scoring
from apps.scoring.models import ScoreRun
from apps.scoring.selectors import PartRow, ScoreRow

LETTERS = "ABCDE"
TERMS_ROUNDS = 90
MOST_CHANGES = 200
SUGGESTED = 200  # nodes offered for choosing, the largest by stake


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a comparison. `letter` is its sign in the chart; `changes` are those of its terms, newest first."""

    letter: str
    row: OrchestratorRow
    score: ScoreRow | None
    changes: Sequence[Happening]
    earned: NodeYield | None

    @property
    def address(self) -> Address:
        return self.row.address

    @property
    def called(self) -> str:
        """Its name, or its address shortened."""
        return self.row.name.text if self.row.name else formats.short_address(self.address)

    @property
    def is_ranked(self) -> bool:
        return self.score is not None and self.score.rank is not None

    def part(self, name: str) -> PartRow | None:
        return next((part for part in self.score.parts if part.name == name), None) if self.score else None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A node that may be chosen."""

    address: str
    words: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything a comparison is made of. `yields` and `moves` are None while they cannot be told."""

    asked: Compared
    round: Round
    run: ScoreRun | None
    nodes: Sequence[Node]
    yields: Yields | None
    moves: Moves | None

    def node(self, address: str) -> Node:
        return next(node for node in self.nodes if node.address == address)


def suggestions(rows: Iterable[OrchestratorRow]) -> list[Suggestion]:
    """The largest active nodes, by stake."""
    active = sorted((row for row in rows if row.active), key=lambda row: (-row.stake_lpt_wei, row.address))
    return [Suggestion(formats.checksummed(row.address), _words(row)) for row in active[:SUGGESTED]]


def _words(row: OrchestratorRow) -> str:
    name = f"{row.name.text}, " if row.name else ""
    return f"{name}{formats.short_address(row.address)}, {formats.lpt_whole(row.stake_lpt_wei)} LPT"


def compare(what: Compared, rows: Mapping[Address, OrchestratorRow], running: Round) -> Comparison:
    """The nodes at the running round; a query for each, seven more, and three more where a present node is named."""
    run = scoring.latest_run()
    scores = scoring.scores_of(run, of=what.nodes) if run else {}
    yields = yields_of(what.nodes, what.amount_lpt_wei, rounds=what.rounds, running=running.number)
    nodes = [
        Node(
            letter=letter,
            row=rows[address],
            score=scores.get(address),
            changes=activity.cut_changes(MOST_CHANGES, node=address),
            earned=yields.nodes[address] if yields else None,
        )
        for letter, address in zip(LETTERS, what.nodes, strict=False)
    ]
    moves = moves_from(what.present, yields, running=running.number) if what.present and yields else None
    return Comparison(what, running, run, nodes, yields, moves)
