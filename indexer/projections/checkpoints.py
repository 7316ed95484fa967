"""The orchestrators' books as they stood at a block, so that a reorg replays minutes and not years."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django.db import connection
from django.db.models import Min

from apps.delegation.models import Position, StakeEvent, UnbondingLock
from apps.network.models import Orchestrator, OrchestratorRound
from apps.protocol import ledger
from apps.protocol.ledger import DelegatorBook, OrchestratorBook, RoundBook, RoundRecord
from indexer.models import Checkpoint, IndexState
from indexer.projections.projector import Projector
from indexer.projections.rows import LockRow
from indexer.projections.writer import (
    EVENT_TABLES,
    write_locks,
    write_orchestrators,
    write_positions,
    write_records,
)


def keep(projector: Projector, state: IndexState) -> None:
    """Keep a checkpoint at the first window of every round, and drop those that no reorg can need any more.

    None below the finalized block: a window ends there, and no reorg goes back further.
    """
    if state.finalized_block is not None and state.projected_to < state.finalized_block:
        return
    last = Checkpoint.objects.order_by("-block").first()
    if last is not None and last.round == projector.round:
        return
    keep_at(state.projected_to, projector)
    if state.finalized_block is not None:
        needed = Checkpoint.objects.filter(block__lte=state.finalized_block).order_by("-block").first()
        if needed is not None:
            superseded = Checkpoint.objects.filter(block__lt=needed.block_id)
            since = superseded.aggregate(oldest=Min("block_id"))["oldest"] or 0
            superseded.delete()
            _drop_bare_blocks(since, needed.block_id)


def _drop_bare_blocks(first: int, below: int) -> None:
    """Windows leave a block each; once final, those that hold nothing of ours are of no use.

    `first` is where this ended the last time, so that the work does not grow with the history.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM network_block b WHERE number >= %s AND number < %s"
            " AND NOT EXISTS (SELECT FROM indexer_chain_log WHERE block_id = b.number)"
            " AND NOT EXISTS (SELECT FROM network_transaction_sender WHERE block_id = b.number)"
            " AND NOT EXISTS (SELECT FROM network_parameter_read WHERE block_id = b.number)",
            [first, below],
        )


def keep_at(block: int, projector: Projector) -> None:
    """Keep a checkpoint of books that stand at the end of a stored block."""
    Checkpoint.objects.create(block_id=block, round=projector.round, state=dump(projector))


def dump(projector: Projector) -> dict[str, Any]:
    """The books as JSON holds them; integers of any size stay integers."""
    books = projector.ledger
    return {
        "round": _plain(books.round),
        "books": [
            {**_plain(book), "records": {number: _plain(record) for number, record in book.records.items()}}
            for book in books.books.values()
        ],
        "transfers_start_anew": projector.transfers_start_anew,
    }


def _plain(one: RoundBook | OrchestratorBook | RoundRecord) -> dict[str, Any]:
    """The fields by name; `asdict` makes deep copies of what nobody changes, which takes ten times as long."""
    return {field.name: getattr(one, field.name) for field in fields(one)}


def restore(state: dict[str, Any]) -> Projector:
    """A projector with the books that `dump` wrote down, and no delegators."""
    projector = Projector()
    projector.transfers_start_anew = state["transfers_start_anew"]
    projector.ledger.round = RoundBook(**state["round"])
    for book in state["books"]:
        records = {int(number): RoundRecord(**record) for number, record in book["records"].items()}
        projector.ledger.books[book["address"]] = OrchestratorBook(**{**book, "records": records})
    projector.written_round = projector.round
    return projector


def projector_at(base: Checkpoint | None) -> Projector:
    """A projector that stands at the checkpoint, or at the beginning."""
    return Projector() if base is None else restore(base.state)


def return_to(base: Checkpoint | None) -> None:
    """Put every projection back to the end of the checkpoint's block; the stored logs above it stay."""
    block = -1 if base is None else base.block_id
    touched = _delegators_after(block)
    with connection.cursor() as cursor:
        for table in EVENT_TABLES:
            cursor.execute(f"DELETE FROM {table} WHERE block_id > %s", [block])
        cursor.execute("DELETE FROM indexer_parked_log WHERE block_id > %s", [block])
    Orchestrator.objects.all().delete()
    OrchestratorRound.objects.filter(round__gte=0 if base is None else base.round).delete()
    Position.objects.filter(delegator__in=touched).delete()
    UnbondingLock.objects.filter(delegator__in=touched).delete()
    if base is None:
        return
    books = restore(base.state).ledger
    write_orchestrators(list(books.books.values()))
    number = books.round.number
    write_records(
        {(book.address, number): record for book in books.books.values() if (record := book.records.get(number))},
        written_round=-1,
    )
    _rebuild_positions(touched)


def _delegators_after(block: int) -> list[str]:
    later = StakeEvent.objects.filter(block__gt=block)
    return sorted(set(later.values_list("delegator", flat=True)))


def _rebuild_positions(delegators: list[str]) -> None:
    """Make the positions and locks of these delegators again from all their rows."""
    projector = Projector()
    touched: dict[str, int] = {}
    locks: dict[tuple[str, int], LockRow] = {}
    rows = StakeEvent.objects.filter(delegator__in=delegators).order_by("block_id", "log_index")
    for row in rows.iterator(chunk_size=5_000):
        _apply_to_position(projector, row, touched)
        _apply_to_locks(locks, row)
    write_positions(projector, touched)
    write_locks(locks)


def _apply_to_position(projector: Projector, row: StakeEvent, touched: dict[str, int]) -> None:
    if row.kind in ("transfer", "withdraw_stake"):
        return
    touched[row.delegator] = row.block_id
    book = projector.delegators.setdefault(row.delegator, DelegatorBook())
    delegate, amount, fees = row.delegate or "", row.amount_lpt_wei or 0, row.fees_eth_wei or 0
    lock_id = row.lock_id or 0
    if row.kind == "bond":
        ledger.bonded(
            book,
            delegate=delegate,
            old_delegate=row.other or "",
            bonded_wei=row.bonded_lpt_wei or 0,
            running_round=row.round,
        )
    elif row.kind == "unbond":
        ledger.unbonded(book, lock_id=lock_id, amount=amount)
    elif row.kind == "rebond":
        ledger.rebonded(book, delegate=delegate, lock_id=lock_id, amount=amount, starts_in=row.start_round or 0)
    elif row.kind == "claim":
        ledger.claimed(book, rewards=amount, fees=fees, round_=row.round)
    elif row.kind == "withdraw_fees":
        book.fees -= fees
    elif row.kind == "slash":
        ledger.slashed(book, penalty=amount)


_CLOSED_BY = {"rebond": "rebonded", "withdraw_stake": "withdrawn", "transfer": "transferred"}


def _apply_to_locks(locks: dict[tuple[str, int], LockRow], row: StakeEvent) -> None:
    if row.lock_id is None:
        return
    key = (row.delegator, row.lock_id)
    if row.kind == "unbond":
        locks[key] = LockRow(row.delegate, row.amount_lpt_wei, row.withdraw_round, "open", row.block_id, opened=True)
    elif key in locks:
        locks[key].state, locks[key].block = _CLOSED_BY[row.kind], row.block_id
