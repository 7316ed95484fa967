"""From log bytes to events, one file per contract. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from indexer.handlers import (
    bonding_manager,
    controller,
    minter,
    rounds_manager,
    service_registry,
    ticket_broker,
)
from indexer.handlers.words import WORD, BadLog

Event = tuple[object, ...]
Handler = tuple[Callable[[bytes, bytes], Event], int, int]

WATCHED = ("BondingManager", "RoundsManager", "TicketBroker", "ServiceRegistry", "Minter")
CONTROLLER = "Controller"

_MODULES: dict[str, Mapping[bytes, Handler]] = {
    "BondingManager": bonding_manager.TABLE,
    "RoundsManager": rounds_manager.TABLE,
    "TicketBroker": ticket_broker.TABLE,
    "ServiceRegistry": service_registry.TABLE,
    "Minter": minter.TABLE,
    CONTROLLER: controller.TABLE,
}
HANDLERS: dict[str, dict[bytes, Handler]] = {name: {**table, **controller.SHARED} for name, table in _MODULES.items()}
TOPICS: tuple[bytes, ...] = tuple(
    sorted(
        {topic for table in HANDLERS.values() for topic in table}
        | bonding_manager.KEPT
        | ticket_broker.KEPT
        | controller.KEPT
    )
)


def decode(contract: str, topics: bytes, data: bytes) -> Event | None:
    """The event in a log of that contract, or None for one that is only kept. Raises BadLog for a broken layout."""
    handler = HANDLERS[contract].get(topics[:WORD])
    if handler is None:
        return None
    read, topic_count, words = handler
    if len(topics) < topic_count * WORD or len(data) < words * WORD:
        raise BadLog(f"{len(topics) // WORD} topics and {len(data)} bytes of data are too few for this event")
    return read(topics, data)
