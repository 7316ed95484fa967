"""What is compared: every row that follows from the chain, and none that tells how it was read."""

from __future__ import annotations

from typing import Any, TypeAlias

from django.apps import apps
from django.db import connection, transaction
from django.db.models import AutoField, ForeignKey, Model

from apps.network.models import Block, ParameterRead
from indexer.models import Checkpoint, CoveredRange, IndexState, WatchedContract
from indexer.projections.writer import DERIVED_TABLES
from indexer.store import SOURCE

Rows: TypeAlias = dict[str, list[tuple[Any, ...]]]

ROOMS = ("network", "delegation", "indexer", "scoring", "contributions")
_TOLD_APART = {Checkpoint, ParameterRead}  # when a reading or a checkpoint was made is nobody's business


def snapshot() -> Rows:
    """The rows of all tables that hang from a block or are derived from those that do, each in one order."""
    found = {model._meta.db_table: _all_of(model) for model in _models() if _is_compared(model)}
    found["blocks with logs"] = _select(
        "SELECT number, hash, parent_hash, time FROM network_block b"
        " WHERE EXISTS (SELECT FROM indexer_chain_log WHERE block_id = b.number) ORDER BY 1"
    )
    found["covered"] = _select(
        f"SELECT unnest(range_agg(blocks)) FROM {CoveredRange._meta.db_table} WHERE source = '{SOURCE}'"
    )
    found["contracts"] = _select(  # without one found at first sight on a branch that lost before it was read
        f"SELECT address, name FROM {WatchedContract._meta.db_table}"
        " WHERE address IN (SELECT address FROM network_contract_change) ORDER BY 1"
    )
    found["parameters"] = _select(
        "SELECT DISTINCT ON (name) name, value FROM network_parameter_read ORDER BY name, block_id DESC"
    )
    fields = "chain_id, genesis_hash, controller, start_block, projected_to, transfers_start_anew, head_block, trouble"
    found["state"] = _select(f"SELECT {fields} FROM {IndexState._meta.db_table}")
    return found


def difference(one: Rows, other: Rows) -> str:
    """The rows that only one of the two has, a line each; empty when they agree."""
    lines = []
    for table in one:
        for sign, mine, theirs in (("-", one, other), ("+", other, one)):
            lines += [f"{sign} {table}: {row}" for row in mine[table] if row not in theirs[table]]
        if not lines and one[table] != other[table]:
            lines.append(f"  {table}: {len(one[table])} rows against {len(other[table])}")
    return "\n".join(lines)


def empty() -> None:
    """Take every row out of our tables; far quicker than TRUNCATE where there are few."""
    with transaction.atomic(), connection.cursor() as cursor:
        for model in _models():
            cursor.execute(f"DELETE FROM {model._meta.db_table}")


def _models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in ROOMS and model._meta.managed]


def _is_compared(model: type[Model]) -> bool:
    hangs = any(isinstance(f, ForeignKey) and f.related_model is Block for f in model._meta.local_fields)
    return (hangs and model not in _TOLD_APART) or model._meta.db_table in DERIVED_TABLES


def _all_of(model: type[Model]) -> list[tuple[Any, ...]]:
    columns = [f.column for f in model._meta.local_concrete_fields if not isinstance(f, AutoField) and f.column]
    names = ", ".join(f'"{column}"' for column in columns)
    order = ", ".join(str(place) for place in range(1, len(columns) + 1))
    return _select(f"SELECT {names} FROM {model._meta.db_table} ORDER BY {order}")


def _select(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
