"""The rows of the list, kept in memory between two requests and brought up to date by what changed since.

Making ten thousand rows takes a second, and from one block to the next a handful of them changes. A board is of one
block. For the next one, only the nodes that a log changed are read again, all their ninety rounds; another round, a
reorganised chain or a replay makes everything anew. It only saves work: what it holds is what the tables would give.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from django.db import connection

from apps.network.selectors import jobs
from apps.network.selectors.identities import names, names_version
from apps.network.selectors.orchestrators import Beside, ChainFacts, OrchestratorRow, Standing, facts_of, row_of
from apps.protocol.units import Address

KEPT = 3  # boards; they share the rows that are equal
Standings = Callable[[int | None], Mapping[Address, Standing]]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a board is of: a block and its round, a score run, and a state of the sources beside the chain."""

    block: int | None
    block_hash: bytes
    round: int | None
    run_id: int | None
    sources: object


@dataclass(frozen=True)
class Board:
    """Every row at one moment. Nothing in it changes."""

    moment: Moment
    tables: int  # of the files behind the tables: a replay makes new ones
    named: object
    facts: Mapping[Address, ChainFacts]
    beside: Beside
    rows: Mapping[Address, OrchestratorRow]

    @cached_property
    def jobs(self) -> frozenset[str]:
        """Every kind of work that somebody offers."""
        return frozenset(each.key for held in self.beside.offered.values() for each in held)

    @cached_property
    def regions(self) -> frozenset[str]:
        """Every region from which somebody passed a test."""
        return frozenset().union(*set(self.beside.tested.values()))

    @cached_property
    def stake_lpt_wei(self) -> int:
        """The stake that shares are taken of."""
        return sum(row.stake_lpt_wei for row in self.rows.values() if row.counts_in_stake)


class Boards:
    """The newest boards of this process, safe for its threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: list[Board] = []

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()

    def at(self, moment: Moment, standings: Standings) -> Board:
        """The board of a moment, which has to be that of the transaction this is called in."""
        if moment.block is None:
            return _made(moment, 0, None, standings)
        with self._lock:  # one makes it, the others wait
            tables, standing = _standing(moment, [board.moment for board in self._kept])
            named = names_version()
            base = next((one for one in self._kept if one.moment in standing and one.tables == tables), None)
            if base is not None and (base.moment, base.named) == (moment, named):
                return base
            made = _made(moment, tables, named, standings, base)
            self._kept = [made, *(one for one in self._kept if one.moment != moment)][:KEPT]
            return made


boards = Boards()

_STANDING = """
SELECT pg_relation_filenode('network_orchestrator'), b.number, b.hash
FROM (SELECT 1) AS one LEFT JOIN network_block b ON b.number = ANY(%s)
"""


def _standing(now: Moment, kept: list[Moment]) -> tuple[int, list[Moment]]:
    """The tables as they are, and which kept moments lie on the chain below this one, in its round."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [[moment.block for moment in kept]])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    stored = {number: bytes(hashed) for _, number, hashed in rows if number is not None}
    return rows[0][0], [
        moment
        for moment in kept
        if moment.block is not None
        and now.block is not None
        and moment.block <= now.block
        and moment.round == now.round
        and stored.get(moment.block) == moment.block_hash
    ]


def _made(moment: Moment, tables: int, named: object, standings: Standings, base: Board | None = None) -> Board:
    facts = _facts(moment, base)
    beside = Beside(
        base.beside.names if base and base.named == named else names(),
        base.beside.offered if base and base.moment.sources == moment.sources else jobs.slots_of_all(),
        base.beside.tested if base and base.moment.sources == moment.sources else jobs.regions_of_all(),
        standings(moment.run_id),
    )
    return Board(moment, tables, named, facts, beside, _rows(facts, beside, base))


def _facts(moment: Moment, base: Board | None) -> Mapping[Address, ChainFacts]:
    if base is None:
        return {one.address: one for one in facts_of(moment.round)}
    if base.moment.block == moment.block:
        return base.facts
    changed = {one.address: one for one in facts_of(moment.round, changed_after=base.moment.block)}
    return {**base.facts, **changed} if changed else base.facts


def _rows(facts: Mapping[Address, ChainFacts], beside: Beside, base: Board | None) -> Mapping[Address, OrchestratorRow]:
    """The rows, those of the base where nothing they are made of is another."""
    if base is None:
        return {address: row_of(one, beside) for address, one in facts.items()}
    old, before, held = base.beside, base.facts, base.rows
    same = (
        old.names is beside.names,
        old.offered is beside.offered,
        old.tested is beside.tested,
        old.standings is beside.standings,
    )
    if all(same):
        return {
            address: held[address] if before.get(address) is one else row_of(one, beside)
            for address, one in facts.items()
        }
    return {address: row_of(one, beside) for address, one in facts.items()}
