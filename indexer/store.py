"""The one writer: windows in, forks out, each in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import NumericRange

from apps.chain.records import Header, RawLog
from apps.network.models import Block
from apps.protocol.events import LogId
from indexer.errors import ReorgBelowFinality, WindowTaken
from indexer.models import Checkpoint, CoveredRange, IndexState, ParkedLog, WatchedContract
from indexer.projections import checkpoints
from indexer.projections.decoding import apply_all, decode_all
from indexer.projections.loader import load_delegators, load_projector
from indexer.projections.projector import Projector, delegators_in
from indexer.projections.replay import replay_logs
from indexer.projections.turn import take_writer_turn
from indexer.projections.writer import copy_rows, write
from indexer.sources.chain_logs import Batch
from indexer.windows import Window

SOURCE = "chain"


@dataclass(slots=True)
class Books:
    """A projector kept between windows, and the state of the database that it stands for."""

    projector: Projector | None = None
    projected_to: int = -1
    reorgs: int = -1

    def at(self, state: IndexState) -> Projector:
        """The projector for this state, from memory if nobody wrote in between, else from the tables."""
        if self.projector is None or (self.projected_to, self.reorgs) != (state.projected_to, state.reorgs):
            self.projector = load_projector(state)
        return self.projector

    def keep(self, projector: Projector, state: IndexState) -> None:
        self.projector, self.projected_to, self.reorgs = projector, state.projected_to, state.reorgs

    def drop(self) -> None:
        self.projector = None


def commit_window(batch: Batch, books: Books) -> int:
    """Store one window and everything derived from it; nothing is kept if any step fails.

    Gives the number of logs. Raises WindowTaken where the window does not follow what is stored: another writer was
    here, or the chain changed.
    """
    try:
        with transaction.atomic():
            take_writer_turn()
            state = IndexState.objects.get()
            _require_next(batch, state)
            projector = books.at(state)
            copy_blocks(batch.headers)
            copy_logs(batch.logs)
            project_window(projector, batch)
            _remember_contracts(batch)
            cover(batch.window, batch.source)
            state.window_blocks = batch.window.last - batch.window.first + 1
            stand_at(state, batch.window.last, projector)
            checkpoints.keep(projector, state)
    except BaseException:
        books.drop()
        raise
    books.keep(projector, state)
    return len(batch.logs)


def stand_at(state: IndexState, block: int, projector: Projector) -> None:
    """Record that projections stand at the end of a block."""
    state.projected_to = block
    state.transfers_start_anew = projector.transfers_start_anew
    state.save(update_fields=["projected_to", "transfers_start_anew", "window_blocks"])


def _require_next(batch: Batch, state: IndexState) -> None:
    if state.projected_to + 1 != batch.window.first:
        raise WindowTaken(f"The index stands at block {state.projected_to}, not before {batch.window.first}.")
    before = Block.objects.filter(number=state.projected_to).values_list("hash", flat=True).first()
    if before is not None and before != batch.parent_hash:
        raise WindowTaken(f"Block {batch.window.first} does not follow the stored block {state.projected_to}.")


def copy_blocks(headers: Sequence[Header]) -> None:
    rows = [[h.number, h.hash, h.parent_hash, time_of(h)] for h in headers]
    copy_rows("network_block", ("number", "hash", "parent_hash", "time"), rows)


def time_of(header: Header) -> datetime:
    """A header's time, UTC."""
    return datetime.fromtimestamp(header.timestamp, UTC)


def copy_logs(logs: Iterable[RawLog]) -> None:
    columns = ("block_id", "log_index", "tx_hash", "address", "topics", "data")
    rows = ((log.block_number, log.log_index, log.tx_hash, log.address, b"".join(log.topics), log.data) for log in logs)
    copy_rows("indexer_chain_log", columns, rows)


def project_window(projector: Projector, batch: Batch) -> None:
    """Decode the window's logs, park those that cannot be read, apply the rest and write what they make."""
    times = {header.number: time_of(header) for header in batch.headers}
    stored = (
        (LogId(log.block_number, log.log_index, log.tx_hash), log.address, b"".join(log.topics), log.data)
        for log in batch.logs
    )
    events, parked = decode_all(stored, batch.contracts)
    load_delegators(projector, delegators_in(events))
    parked += apply_all(projector, events, times)
    write(projector)
    ParkedLog.objects.bulk_create(parked)


def _remember_contracts(batch: Batch) -> None:
    """Keep the contracts announced in the window; one that is kept already stays as it is."""
    WatchedContract.objects.bulk_create(
        [
            WatchedContract(address=address, name=batch.contracts[address], since_block=block)
            for address, block in batch.announced.items()
        ],
        ignore_conflicts=True,
    )


def cover(window: Window, source: str = SOURCE) -> None:
    """Record the window as read; grows the range before it, and fails if a block of it was recorded already."""
    blocks = NumericRange(window.first, window.last + 1)
    grown = CoveredRange.objects.filter(source=source, blocks__endswith=window.first).first()
    if grown is None:
        CoveredRange.objects.create(source=source, blocks=blocks)
    else:
        grown.blocks = NumericRange(grown.blocks.lower, window.last + 1)
        grown.save(update_fields=["blocks"])


def forget_after(
    fork: int, books: Books, *, even_final: bool = False, final_stands: bool = False, seen: int | None = None
) -> None:
    """Undo every block above `fork`: the cascade takes their rows, checkpoint and stored logs give the rest.

    Does nothing where another writer has healed since `seen` reorgs were counted: the fork may be history by now.

    Raises ReorgBelowFinality where a finalized block would go, unless `even_final`, which only a local network that
    came back a few seconds younger may ask for. `final_stands` says that the chain still has the finalized block: then
    nothing final changed, we only hold no block nearer to it, or read a branch that lost before it was final.
    """
    books.drop()
    with transaction.atomic():
        take_writer_turn()
        state = IndexState.objects.get()
        if seen is not None and state.reorgs != seen:
            return
        final = state.finalized_block
        if final is not None and fork < final and not (even_final or final_stands):
            raise ReorgBelowFinality(
                f"The chain changed at block {fork + 1}, below the finalized block {final}; "
                "check the RPC providers, then restore a backup or start with an empty database."
            )
        base = Checkpoint.objects.filter(block__lte=fork).order_by("-block").first()
        checkpoints.return_to(base)
        Block.objects.filter(number__gt=fork).delete()
        WatchedContract.objects.filter(since_block__gt=fork).delete()
        _uncover_after(fork)
        projector = checkpoints.projector_at(base)
        replay_logs(projector, after=-1 if base is None else base.block_id, upto=fork)
        stand_at(state, fork, projector)
        state.reorgs += 1
        if even_final and final is not None:
            state.finalized_block, state.finalized_hash = min(final, fork), None
        state.save(update_fields=["reorgs", "finalized_block", "finalized_hash"])


def _uncover_after(fork: int) -> None:
    CoveredRange.objects.filter(blocks__startswith__gt=fork).delete()
    for row in CoveredRange.objects.filter(blocks__endswith__gt=fork + 1):
        row.blocks = NumericRange(row.blocks.lower, fork + 1)
        row.save(update_fields=["blocks"])
