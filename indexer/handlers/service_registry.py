"""ServiceRegistry logs. Any address may set any text."""

from __future__ import annotations

from apps.protocol import events
from apps.protocol.hashing import topic_of
from indexer.handlers.words import address, text


def service_uri_update(topics: bytes, data: bytes) -> events.ServiceUriUpdate:
    return events.ServiceUriUpdate(address(topics, 1), text(data, 0))


TABLE = {topic_of("ServiceURIUpdate(address,string)"): (service_uri_update, 2, 2)}
