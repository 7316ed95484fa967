"""The subgraph's answers as typed records. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from indexer.sources.subgraph.kinds import Field, Kind
from indexer.sources.subgraph.values import BadRecord, Value, integer, word

_EVENT_ID = re.compile(r"(0x[0-9a-f]{64})-(0|[1-9][0-9]{0,8})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Record:
    """One event as the subgraph tells it; `values` by the event's parameters, without those it does not tell.

    (tx_hash, log_index) is the log's identity on the chain too: log_index counts in the block.
    """

    entity: str
    tx_hash: bytes
    log_index: int
    block: int
    values: Mapping[str, Value]

    @property
    def id(self) -> str:
        return f"0x{self.tx_hash.hex()}-{self.log_index}"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record set aside, by the id it came under, with what is wrong."""

    entity: str
    id: str
    error: str


@dataclass(frozen=True, slots=True)
class Place:
    """A transaction of the subgraph's, and the block it names for it."""

    tx_hash: bytes
    block: int


def record_of(kind: Kind, told: Any) -> Record:
    """The typed record of one answered entity. Raises BadRecord where a field is missing or out of shape."""
    if not isinstance(told, dict):
        raise BadRecord("it is not an object")
    match = _EVENT_ID.fullmatch(str(told.get("id")))
    if match is None:
        raise BadRecord("its id is not a transaction's hash and a log's index")
    transaction = told.get("transaction")
    if not isinstance(transaction, dict):
        raise BadRecord("transaction is missing")
    if transaction.get("id") != match[1]:
        raise BadRecord("its transaction is another than its id names")
    block = _required("transaction.blockNumber", integer, transaction.get("blockNumber"))
    values = {field.parameter: value for field in kind.fields if (value := _value(field, told)) is not None}
    return Record(kind.entity, bytes.fromhex(match[1][2:]), int(match[2]), int(block), values)


def place_of(told: Any) -> Place:
    """The transaction of one answered entity. Raises BadRecord where a field is missing or out of shape."""
    if not isinstance(told, dict):
        raise BadRecord("it is not an object")
    tx_hash = _required("id", word, told.get("id"))
    return Place(bytes.fromhex(str(tx_hash)[2:]), int(_required("blockNumber", integer, told.get("blockNumber"))))


def _value(field: Field, told: Mapping[str, Any]) -> Value | None:
    value = told.get(field.name)
    if value is None and field.nullable and field.name in told:
        return None
    if field.reference and isinstance(value, dict):
        value = value.get("id")
    return _required(field.name, field.read, value)


def _required(name: str, read: Callable[[Any], Value], value: Any) -> Value:
    if value is None:
        raise BadRecord(f"{name} is missing")
    try:
        return read(value)
    except BadRecord as error:
        raise BadRecord(f"{name}: {error}") from None
