"""The rows of the list, kept in memory between two requests and brought up to date by what changed since.

Making ten thousand rows takes a second, and from one block to the next a handful of them changes. A board is of one
block. For the next one, only the nodes that a log changed are read again, all their ninety rounds; another round, a
reorganised chain or a replay makes everything anew. It only saves work: what it holds is what the tables would give.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.db import connection

from apps.network.selectors import jobs
from apps.network.selectors.identities import names, names_version
from apps.network.selectors.orchestrators import Beside, ChainFacts, OrchestratorRow, Standing, facts_of, row_of
from apps.network.selectors.passing import by_default
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


@dataclass(frozen=True, slots=True)
class Board:
    """Every row at one moment. Nothing in it changes."""

    moment: Moment
    tables: int  # of the files behind the tables: a replay makes new ones
    named: object
    facts: Mapping[Address, ChainFacts]
    beside: Beside
    rows: Mapping[Address, OrchestratorRow]
    order: Sequence[OrchestratorRow]  # by the method's rank
    jobs: frozenset[str]  # every kind of work that somebody offers
    regions: frozenset[str]  # from which somebody passed a test
    stake_lpt_wei: int  # of which shares are taken


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
    sources_stand = base is not None and base.moment.sources == moment.sources
    facts = _facts(moment, base)
    beside = Beside(
        base.beside.names if base and base.named == named else names(),
        base.beside.offered if base and sources_stand else jobs.slots_of_all(),
        base.beside.tested if base and sources_stand else jobs.regions_of_all(),
        standings(moment.run_id),
    )
    rows = _rows(facts, beside, base)
    before = rows.values() if base is None else [rows[row.address] for row in base.order if row.address in rows]
    later = [] if base is None else [row for address, row in rows.items() if address not in base.rows]
    return Board(
        moment,
        tables,
        named,
        facts,
        beside,
        rows,
        by_default([*before, *later]),
        base.jobs if base and sources_stand else frozenset(one.key for held in beside.offered.values() for one in held),
        base.regions if base and sources_stand else frozenset().union(*set(beside.tested.values())),
        sum([row.stake_lpt_wei for row in rows.values() if row.active or row.in_pool]),
    )


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
    old = base.beside
    stands = (
        old.names is beside.names
        and old.offered is beside.offered
        and old.tested is beside.tested
        and old.standings is beside.standings
    )
    if not stands:
        return {address: row_of(one, beside) for address, one in facts.items()}
    if facts is base.facts:
        return base.rows
    changed = {address: row_of(one, beside) for address, one in facts.items() if base.facts.get(address) is not one}
    return {**base.rows, **changed}
