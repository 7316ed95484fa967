"""Writes what a projector made: COPY for rows of logs, replace-by-key for everything derived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from apps.protocol.ledger import OrchestratorBook, RoundRecord
from indexer.projections import governance
from indexer.projections.projector import Projector
from indexer.projections.rows import LockRow, Row, Rows

_EVENT = ("tx_hash", "log_index", "block_id")
COLUMNS: dict[str, tuple[str, ...]] = {
    "network_round": (
        "number", "block_id", "tx_hash", "log_index", "started_at", "mintable_lpt_wei", "inflation_ppb",
        "active_stake_lpt_wei", "active_orchestrators",
    ),
    "network_cut_change": (
        *_EVENT, "orchestrator", "round", "reward_cut_ppm", "fee_share_ppm", "old_reward_cut_ppm", "old_fee_share_ppm",
    ),
    "network_reward_call": (*_EVENT, "orchestrator", "round", "amount_lpt_wei", "treasury_lpt_wei"),
    "network_pool_change": (*_EVENT, "orchestrator", "round", "entered", "effective_round"),
    "network_service_uri_update": (*_EVENT, "orchestrator", "uri"),
    "network_reward_caller_change": (*_EVENT, "orchestrator", "caller"),
    "network_contract_change": (*_EVENT, "contract_id", "address", "git_commit"),
    "network_ticket_payment": (
        *_EVENT, "gateway", "orchestrator", "round", "amount_eth_wei", "face_value_eth_wei", "win_chance_ppm",
    ),
    "network_gateway_funding": (*_EVENT, "gateway", "kind", "round", "amount_eth_wei"),
    "delegation_stake_event": (
        *_EVENT, "kind", "round", "delegator", "delegate", "other", "amount_lpt_wei", "bonded_lpt_wei", "fees_eth_wei",
        "lock_id", "other_lock_id", "withdraw_round", "start_round", "in_transfer",
    ),
    "network_orchestrator": (
        "address", "ever_registered", "registered", "in_pool", "stake_lpt_wei", "reward_cut_ppm", "fee_share_ppm",
        "activation_round", "deactivation_round", "first_block", "updated_block", "service_uri", "last_reward_round",
        "last_fee_round", "last_stake_update_round", "stake_at_update_lpt_wei", "cumulative_rewards_lpt_wei",
        "active_cumulative_rewards_lpt_wei", "cumulative_fees_eth_wei",
    ),
    "network_orchestrator_round": (
        "orchestrator", "round", "active", "stake_lpt_wei", "reward_cut_ppm", "fee_share_ppm", "reward_called",
        "reward_lpt_wei", "treasury_lpt_wei", "fees_eth_wei", "tickets", "reward_factor", "fee_factor",
    ),
    "delegation_position": (
        "delegator", "delegate", "bonded_lpt_wei", "fees_eth_wei", "start_round", "last_claim_round", "next_lock_id",
        "updated_block",
    ),
    "delegation_unbonding_lock": (
        "delegator", "lock_id", "delegate", "amount_lpt_wei", "withdraw_round", "state", "updated_block",
    ),
    **governance.COLUMNS,
}  # fmt: skip

# rows of logs: they fall with their block
EVENT_TABLES = (
    "network_round",
    "network_cut_change",
    "network_reward_call",
    "network_pool_change",
    "network_service_uri_update",
    "network_reward_caller_change",
    "network_contract_change",
    "network_ticket_payment",
    "network_gateway_funding",
    "delegation_stake_event",
    *governance.TABLES,
)
# rows recomputed from those
DERIVED_TABLES = (
    "network_orchestrator",
    "network_orchestrator_round",
    "delegation_position",
    "delegation_unbonding_lock",
)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows into a table. A key that exists already fails the whole transaction: nothing is overwritten."""
    left = iter(rows)
    first = next(left, None)
    if first is None:
        return
    names = ", ".join(columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        copy.write_row(first)
        for row in left:
            copy.write_row(row)


def write(projector: Projector) -> None:
    """Write the rows that the projector made since the last call, and every derived row they touched."""
    rows = projector.take_rows()
    for table, made in _event_rows(rows).items():
        if made:
            copy_rows(table, COLUMNS[table], made)
    books = projector.ledger.books
    write_orchestrators([books[address] for address in sorted(rows.orchestrators)])
    write_records(rows.records, written_round=projector.written_round)
    projector.written_round = projector.round
    write_positions(projector, rows.positions)
    write_locks(rows.locks)


def _event_rows(rows: Rows) -> dict[str, list[Row]]:
    return {
        "network_round": rows.rounds,
        "network_cut_change": rows.cut_changes,
        "network_reward_call": rows.reward_calls,
        "network_pool_change": rows.pool_changes,
        "network_service_uri_update": rows.uri_updates,
        "network_reward_caller_change": rows.reward_callers,
        "network_contract_change": rows.contract_changes,
        "network_ticket_payment": rows.payments,
        "network_gateway_funding": rows.fundings,
        "delegation_stake_event": rows.stake_events,
        **rows.governance,
    }


def write_orchestrators(books: Sequence[OrchestratorBook]) -> None:
    """Replace the rows of these delegates."""
    if not books:
        return
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM network_orchestrator WHERE address = ANY(%s)", [[book.address for book in books]])
    copy_rows("network_orchestrator", COLUMNS["network_orchestrator"], map(_orchestrator_row, books))


def _orchestrator_row(book: OrchestratorBook) -> Row:
    return [
        book.address, book.ever_registered, book.registered, book.in_pool, book.stake, book.reward_cut, book.fee_share,
        book.activation_round, book.deactivation_round, book.first_block, book.updated_block, book.service_uri,
        book.last_reward_round, book.last_fee_round, book.last_stake_update_round, book.stake_at_update,
        book.cumulative_rewards, book.active_cumulative_rewards, book.cumulative_fees,
    ]  # fmt: skip


def write_records(records: dict[tuple[str, int], RoundRecord], *, written_round: int) -> None:
    """Replace the rows of these (orchestrator, round); rounds after `written_round` have none yet."""
    stored = [key for key in records if key[1] <= written_round]
    if stored:
        addresses, rounds = zip(*stored, strict=True)
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM network_orchestrator_round r USING unnest(%s::text[], %s::int[]) AS k(orchestrator, round)"
                " WHERE r.orchestrator = k.orchestrator AND r.round = k.round",
                [list(addresses), list(rounds)],
            )
    rows = (_record_row(address, round_, record) for (address, round_), record in records.items())
    copy_rows("network_orchestrator_round", COLUMNS["network_orchestrator_round"], rows)


def _record_row(address: str, round_: int, record: RoundRecord) -> Row:
    return [
        address, round_, record.active, record.stake, record.reward_cut, record.fee_share, record.reward_called,
        record.reward, record.treasury, record.fees, record.tickets, record.reward_factor, record.fee_factor,
    ]  # fmt: skip


def write_positions(projector: Projector, touched: dict[str, int]) -> None:
    """Replace the positions of these delegators; the value is the block of the last log that changed each."""
    if not touched:
        return
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM delegation_position WHERE delegator = ANY(%s)", [list(touched)])
    books = projector.delegators
    rows = (
        [
            address, (book := books[address]).delegate, book.bonded, book.fees, book.start_round,
            book.last_claim_round, book.next_lock_id, block,
        ]
        for address, block in touched.items()
    )  # fmt: skip
    copy_rows("delegation_position", COLUMNS["delegation_position"], rows)


def write_locks(locks: dict[tuple[str, int], LockRow]) -> None:
    """Add the locks opened, close those closed."""
    opened = [
        [delegator, lock_id, lock.delegate, lock.amount, lock.withdraw_round, lock.state, lock.block]
        for (delegator, lock_id), lock in locks.items()
        if lock.opened
    ]
    if opened:
        copy_rows("delegation_unbonding_lock", COLUMNS["delegation_unbonding_lock"], opened)
    closed = [(*key, lock.state, lock.block) for key, lock in locks.items() if not lock.opened]
    if closed:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE delegation_unbonding_lock l SET state = k.state, updated_block = k.block"
                " FROM unnest(%s::text[], %s::int[], %s::text[], %s::bigint[]) AS k(delegator, lock_id, state, block)"
                " WHERE l.delegator = k.delegator AND l.lock_id = k.lock_id",
                [list(column) for column in zip(*closed, strict=True)],
            )
