"""One verification: the tables as of one commit against the contracts at that commit's block."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from apps.chain.client import ChainClient
from apps.chain.errors import StateMissing
from apps.chain.readers import read, rounds
from apps.delegation.models import Position
from apps.network.models import Block, Orchestrator
from indexer.contracts import watched_now
from indexer.errors import IndexerError
from indexer.models import IndexState
from indexer.verification import accounts, network, orchestrators
from indexer.verification.asking import Question, answers
from indexer.verification.exceptions import explained
from indexer.verification.verdict import Drift, Pair, Verdict, summed


@dataclass(slots=True)
class _Tally:
    """What the answers came to so far, figures counted by name in the order of their first appearance."""

    counts: dict[str, int]
    absent: int = 0

    def differing(self, pairs: Sequence[Pair]) -> list[Drift]:
        for pair in pairs:
            self.counts[pair.figure] = self.counts.get(pair.figure, 0) + 1
        return [Drift(*pair) for pair in pairs if pair.ours != pair.theirs]


@dataclass(frozen=True, slots=True)
class _Held:
    """What the tables held in one moment; `pool` is None where only some accounts are looked at."""

    block: Block
    contracts: dict[str, str]
    accounts: list[accounts.Account]
    nodes: orchestrators.Held
    network: list[Question]
    pool: dict[str, int] | None

    def questions(self, running: int) -> list[Question]:
        """`running` is the round that the contracts count at the block."""
        return [
            *accounts.questions(self.contracts["BondingManager"], self.accounts, running=running),
            *orchestrators.questions(self.contracts, self.nodes, running=running),
            *self.network,
        ]


def verify(chain: ChainClient, *, addresses: Collection[str] | None = None, sample: int | None = None) -> Verdict:
    """Read figures from the contracts at the indexed block and compare them to the wei.

    Everything, or only the accounts in `addresses`, or everything with only `sample` of the accounts, drawn by the
    block's hash. Raises IndexerError while nothing is indexed, for an address that no log names, and where no provider
    holds that block's state any more; ChainError where none answers.
    """
    with _one_moment():
        held = _look(addresses, sample)
    at = bytes(held.block.hash)
    tally = _Tally({})
    try:
        running = read(chain, rounds.current_round(held.contracts["RoundsManager"]), block=at)
        drift, unsteady = _compare(chain, held.questions(running), tally, at)
        if held.pool is not None:
            drift += _compare_pool(chain, held, tally, at)
    except StateMissing as error:
        raise IndexerError(
            f"No provider holds the state of block {held.block.number} any more, or the block was given up: "
            "run `manage.py backfill` and try again soon after it, or put an archive node in ARBITRUM_RPC_URLS."
        ) from error
    with_reasons = explained(drift)
    return Verdict(
        block=held.block.number,
        block_hash="0x" + at.hex(),
        round=running,
        accounts=len(held.accounts),
        orchestrators=len(held.nodes.rows),
        figures=sum(tally.counts.values()),
        unsteady=unsteady,
        absent=tally.absent,
        summary=summed(tally.counts, with_reasons),
        drift=with_reasons,
    )


@contextmanager
def _one_moment() -> Iterator[None]:
    """All tables as of one commit, however the indexer goes on meanwhile."""
    is_ours = not connection.in_atomic_block  # in somebody's transaction, a test's, it is too late to choose
    with transaction.atomic():
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _look(addresses: Collection[str] | None, sample: int | None) -> _Held:
    state = IndexState.objects.first()
    block = None if state is None else Block.objects.filter(number=state.projected_to).first()
    if block is None:
        raise IndexerError("Nothing is indexed yet; run `manage.py backfill` first.")
    contracts = watched_now()
    rows = list(Orchestrator.objects.order_by("address"))
    chosen = _chosen(addresses, sample, {row.address for row in rows}, bytes(block.hash))
    if addresses is not None:
        rows = [row for row in rows if row.address in addresses]
    pool = None if addresses is not None else network.load_pool()
    asked = [] if pool is None else network.questions(contracts, pool, block=block.number)
    return _Held(block, contracts, accounts.load(chosen), orchestrators.load(rows), asked, pool)


def _chosen(addresses: Collection[str] | None, sample: int | None, nodes: set[str], seed: bytes) -> list[str]:
    held = set(Position.objects.values_list("delegator", flat=True))
    if addresses is not None:
        unknown = sorted(set(addresses) - held - nodes)
        if unknown:
            raise IndexerError(f"No log names {', '.join(unknown)} as a delegator or an orchestrator.")
        return sorted(addresses)
    if sample is None or sample >= len(held):
        return sorted(held | nodes)
    return sorted(nodes | set(random.Random(seed).sample(sorted(held), sample)))


def _compare(chain: ChainClient, asked: Sequence[Question], tally: _Tally, at: bytes) -> tuple[list[Drift], int]:
    """What differs in two readings of the same block, and how many figures differed in the first only.

    A node may answer for its newest block while it makes the next; asked again, the block is no longer its newest.
    """
    suspects, first = [], 0
    for question, pairs in answers(chain, asked, at):
        if pairs is None:
            tally.absent += 1
        elif found := tally.differing(pairs):
            suspects.append(question)
            first += len(found)
    again = answers(chain, suspects, at)
    drift = [Drift(*pair) for _, pairs in again for pair in pairs or () if pair.ours != pair.theirs]
    return drift, first - len(drift)


def _compare_pool(chain: ChainClient, held: _Held, tally: _Tally, at: bytes) -> list[Drift]:
    """The walk through the pool, made twice where the first one differs."""
    pool, manager = held.pool or {}, held.contracts["BondingManager"]
    pairs = network.pool_order(chain, manager, pool, at=at)
    if any(pair.ours != pair.theirs for pair in pairs):
        pairs = network.pool_order(chain, manager, pool, at=at)
    return tally.differing(pairs)
