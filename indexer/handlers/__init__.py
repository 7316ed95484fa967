"""From log bytes to events, one file per contract. Pure."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from apps.protocol import abi
from indexer.handlers import (
    bonding_manager,
    controller,
    governance,
    minter,
    rounds_manager,
    service_registry,
    ticket_broker,
)
from indexer.handlers.words import WORD, BadLog

Event = tuple[object, ...]
Handler = tuple[Callable[[bytes, bytes], Event], int, int]

WATCHED = ("BondingManager", "RoundsManager", "TicketBroker", "ServiceRegistry", "Minter")
POLL_CREATOR, POLL = "PollCreator", "Poll"
OPTIONAL = ("LivepeerGovernor", POLL_CREATOR)  # a chain may lack them, now or for ever
CONTROLLER = "Controller"
# by chain: contracts that the Controller does not know
KNOWN_ELSEWHERE = {42161: {POLL_CREATOR: "0x8bb50806d60c492c0004dad5d9627daa2d9732e6"}}

_MODULES: dict[str, Mapping[bytes, Handler]] = {
    "BondingManager": bonding_manager.TABLE,
    "RoundsManager": rounds_manager.TABLE,
    "TicketBroker": ticket_broker.TABLE,
    "ServiceRegistry": service_registry.TABLE,
    "Minter": minter.TABLE,
    "LivepeerGovernor": governance.GOVERNOR_TABLE,
    POLL_CREATOR: governance.POLL_CREATOR_TABLE,
    POLL: governance.POLL_TABLE,
    CONTROLLER: controller.TABLE,
}
HANDLERS: dict[str, dict[bytes, Handler]] = {name: {**table, **controller.SHARED} for name, table in _MODULES.items()}
TOPICS: tuple[bytes, ...] = tuple(
    sorted({topic for table in HANDLERS.values() for topic in table} | ticket_broker.KEPT | controller.KEPT)
)
_EVENTS = {abi.topic0(entry): entry for name in abi.CONTRACTS for entry in abi.events(name).values()}
EVENT_NAMES: dict[bytes, str] = {topic: str(entry["name"]) for topic, entry in _EVENTS.items()}


def _most_bytes(topic: bytes, words: int) -> int:
    """The longest data an event can have: its words, unless the ABI has a text or bytes in it, or does not know it."""
    plain = [] if topic not in _EVENTS else [abi.type_of(one) for one in _EVENTS[topic]["inputs"] if not one["indexed"]]
    is_flat = topic in _EVENTS and not any(kind in ("string", "bytes") or kind.endswith("]") for kind in plain)
    return words * WORD if is_flat else sys.maxsize


# reader, bytes of topics, least and most bytes of data
_LAYOUTS = {
    name: {
        topic: (read, topics * WORD, words * WORD, _most_bytes(topic, words))
        for topic, (read, topics, words) in table.items()
    }
    for name, table in HANDLERS.items()
}


def decode(contract: str, topics: bytes, data: bytes) -> Event | None:
    """The event in a log of that contract, or None for one that is only kept.

    Raises BadLog where the log is not laid out as the ABI has it, or a number in it cannot be.
    """
    layout = _LAYOUTS[contract].get(topics[:WORD])
    if layout is None:
        return None
    read, topics_bytes, least, most = layout
    if len(topics) != topics_bytes or not least <= len(data) <= most:
        raise BadLog(
            f"{len(topics) // WORD} topics and {len(data)} bytes of data, where the event has "
            f"{topics_bytes // WORD} and {least}{'' if most == least else ' or more'}"
        )
    return read(topics, data)
