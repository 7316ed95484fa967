"""From stored bytes to events, with the logs that cannot be read set aside."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from apps.protocol.events import LogId, PollVote
from indexer.handlers import Event, decode
from indexer.handlers.words import BadLog
from indexer.models import ParkedLog
from indexer.projections.projector import Projector


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
        if type(event) is PollVote:
            event = event._replace(poll=address)
        if event is not None:
            events.append((at, event))
    return events, parked


def apply_all(
    projector: Projector, events: Iterable[tuple[LogId, Event]], times: dict[int, datetime]
) -> list[ParkedLog]:
    """Apply events in their order; gives those that contradict the books, which then stand as if they never came.

    `times` has at least the blocks in which a round begins. A log is parked for what stood before it alone: a replay
    parks the same.
    """
    parked: list[ParkedLog] = []
    for at, event in events:
        projector.block_time = times.get(at.block)
        try:
            projector.apply(at, event)
        except BadLog as error:
            parked.append(ParkedLog(block_id=at.block, log_index=at.log_index, error=str(error)))
    return parked
