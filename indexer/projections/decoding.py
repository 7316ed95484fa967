"""From stored bytes to events, with the logs that cannot be read set aside."""

from __future__ import annotations

from collections.abc import Iterable

from apps.protocol.events import LogId
from indexer.handlers import Event, decode
from indexer.handlers.words import BadLog
from indexer.models import ParkedLog


def decode_all(
    logs: Iterable[tuple[LogId, str, bytes, bytes]], contracts: dict[str, str]
) -> tuple[list[tuple[LogId, Event]], list[ParkedLog]]:
    """The events of logs given as (where, address, topics, data), and those that could not be read."""
    events: list[tuple[LogId, Event]] = []
    parked: list[ParkedLog] = []
    for at, address, topics, data in logs:
        try:
            event = decode(contracts[address], topics, data)
        except BadLog as error:
            parked.append(ParkedLog(block_id=at.block, log_index=at.log_index, error=str(error)))
            continue
        if event is not None:
            events.append((at, event))
    return events, parked
