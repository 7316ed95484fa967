"""Rebuilds projections from the stored logs. No call leaves the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction

from apps.network.models import Block
from apps.protocol.events import LogId, NewRound
from apps.protocol.garbage import few_collections
from indexer.handlers import Event
from indexer.models import Checkpoint, IndexState, ParkedLog, WatchedContract
from indexer.projections import checkpoints
from indexer.projections.bulk import bulk_load
from indexer.projections.decoding import apply_all, decode_all
from indexer.projections.loader import load_delegators
from indexer.projections.projector import Projector, delegators_in
from indexer.projections.turn import take_writer_turn
from indexer.projections.writer import DERIVED_TABLES, EVENT_TABLES, write

LOGS_AT_ONCE = 20_000
_LOGS = """
    SELECT block_id, log_index, tx_hash, address, topics, data FROM indexer_chain_log
    WHERE block_id > %s AND block_id <= %s ORDER BY block_id, log_index
"""


def replay(progress: Callable[[int], None] = lambda done: None) -> int:
    """Empty every projection and make it again from the stored logs, in one transaction; gives the number of logs.

    `progress` is told how many logs are done.
    """
    with transaction.atomic():
        take_writer_turn()
        state = IndexState.objects.get()
        with few_collections(), bulk_load(EVENT_TABLES, DERIVED_TABLES):
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE " + ", ".join(EVENT_TABLES + DERIVED_TABLES))
            done = _replay_all(state, progress)
    return done


def _replay_all(state: IndexState, progress: Callable[[int], None]) -> int:
    """Replay everything into empty tables, with a checkpoint where no reorg reaches and one at the end."""
    ParkedLog.objects.all().delete()
    Checkpoint.objects.all().delete()
    projector = Projector()
    middle = _last_final_block(state)
    done = replay_logs(projector, after=-1, upto=middle, progress=progress, empty=True)
    if middle >= 0:
        checkpoints.keep_at(middle, projector)
    return done + replay_logs(
        projector, after=middle, upto=state.projected_to, progress=lambda more: progress(done + more), empty=True
    )


def _last_final_block(state: IndexState) -> int:
    """The newest stored block that no reorg reaches, for the checkpoint; -1 if there is none."""
    if state.finalized_block is None:
        return -1
    upto = min(state.finalized_block, state.projected_to)
    found = Block.objects.filter(number__lte=upto).order_by("-number").values_list("number", flat=True).first()
    return -1 if found is None else found


def replay_logs(
    projector: Projector,
    *,
    after: int,
    upto: int,
    progress: Callable[[int], None] = lambda done: None,
    empty: bool = False,
) -> int:
    """Apply the stored logs of blocks above `after` up to `upto`; gives their number.

    `empty` says that the projector began with empty books, so that no position can be waiting in the tables.
    """
    contracts = dict(WatchedContract.objects.values_list("address", "name"))
    done = 0
    for chunk in stored_logs(after, upto):
        events, parked = decode_all(chunk, contracts)
        if not empty:
            load_delegators(projector, delegators_in(events))
        parked += apply_all(projector, events, _times(events))
        write(projector)
        ParkedLog.objects.bulk_create(parked)
        done += len(chunk)
        progress(done)
    return done


def _times(events: Iterable[tuple[LogId, Event]]) -> dict[int, datetime]:
    """The times of the blocks in which a round begins, the only ones that a row keeps."""
    blocks = [at.block for at, event in events if type(event) is NewRound]
    return dict(Block.objects.filter(number__in=blocks).values_list("number", "time"))


def stored_logs(after: int, upto: int) -> Iterator[list[tuple[LogId, str, bytes, bytes]]]:
    """The stored logs in order, some thousands at a time and never half a block."""
    raw = connection.connection
    with raw.cursor(name="replay", binary=True) as cursor:
        cursor.itersize = LOGS_AT_ONCE
        rows = iter(cursor.execute(_LOGS, [after, upto]))
        held: list[Any] = []
        while True:
            held += islice(rows, LOGS_AT_ONCE)
            if not held:
                return
            whole, held = _whole_blocks(held)
            if not whole:
                whole, held = held, []
            yield [(LogId(row[0], row[1], row[2]), row[3], row[4], row[5]) for row in whole]


def _whole_blocks(rows: list[Any]) -> tuple[list[Any], list[Any]]:
    """Split before the last block, which may go on in the next fetch."""
    if len(rows) < LOGS_AT_ONCE:
        return rows, []
    last = rows[-1][0]
    cut = next((index for index in range(len(rows) - 1, -1, -1) if rows[index][0] != last), -1) + 1
    return rows[:cut], rows[cut:]
