"""Events of a gateway as its message bus carries them: payments, running streams, and requests nobody took.

Only what is work is kept. What a user typed, sent or was reached at is dropped on arrival.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from apps.chain.http import Fetcher
from indexer.sources import capabilities
from indexer.sources.documents import document_of, rows_of
from indexer.sources.reading import Fields, Odd, every, numbered
from indexer.sources.records import Document, EventSeen, Found, Job, NodeSeen

PAYMENT, STATUS, UNSERVED = "create_new_payment", "ai_stream_status", "ai_stream_events"
CAPABILITIES = "network_capabilities"
LIVE_VIDEO = "live-video-to-video"
_NOBODY = "no orchestrators available"
_NOTHING = EventSeen("", "", datetime.min.replace(tzinfo=UTC))


def fetch(fetcher: Fetcher, url: str, *, observer: str) -> Iterator[Document]:
    """The newest events, as a list; how far they reach back is the server's choice."""
    yield document_of(fetcher, url, "", observer=observer)


def parse(document: Document) -> Found:
    """Payments, stream states and unserved requests; and nodes and offers from the capability reports among them."""
    rows = rows_of(document)
    found, parked = every(_named(rows), _event)
    sessions = _sessions(found)
    events = {each.event_id: _with_job(each, sessions) for each in found}
    reports = [capabilities.parse_rows(held) for held in _reports(rows)]
    seen, odd = every(_named(rows), _nodes)
    return Found(
        nodes=tuple(dict.fromkeys([*seen, *(node for report in reports for node in report.nodes)])),
        offers=tuple(offer for report in reports[-1:] for offer in report.offers),
        gpus=tuple(cards for report in reports[-1:] for cards in report.gpus),
        events=tuple(events.values()),
        parked=tuple(dict.fromkeys([*parked, *odd, *(each for report in reports for each in report.parked)])),
    )


def _named(rows: list[Any]) -> Iterator[tuple[str, Any]]:
    for what, row in numbered("event", rows):
        name = row.get("id") if isinstance(row, dict) else None
        yield (f"event {name[:60]}" if isinstance(name, str) else what), row


def _event(row: Any) -> Iterator[EventSeen]:
    event = Fields.of(row)
    read = _READERS.get(event.text("type"))
    if read is not None:
        made = read(Fields.of(event.raw.get("data"), "data"))
        if made is not None:
            yield replace(made, event_id=event.text("id", most=60), time=event.unix_ms("timestamp"))


def _payment(data: Fields) -> EventSeen:
    """Ten tickets of 1 ETH that win once in a thousand are expected to pay 0.01 ETH. Face value is no fee."""
    face = data.text("faceValue").removesuffix("WEI").strip()
    face_wei, tickets = Fields({"faceValue": face}).amount("faceValue"), _tickets(data)
    chance = data.decimal("winProb")
    if chance > 1:
        raise Odd("winProb is more than 1")
    with localcontext(prec=120, rounding=ROUND_HALF_EVEN):
        expected = int((Decimal(face_wei) * chance * tickets).to_integral_value())
    return replace(
        _NOTHING,
        kind="payment",
        session=data.text("sessionID", most=80, default=""),
        stream=data.text("requestID", most=80, default=""),
        gateway=data.address("sender"),
        node=data.address("recipient"),
        job=_job_of_manifest(data.text("manifestID", default=""), data.text("capability", default="")),
        tickets=tickets,
        face_value_eth_wei=face_wei,
        expected_eth_wei=expected,
    )


def _tickets(data: Fields) -> int:
    """The number of tickets, written as text by this sender."""
    text = data.raw.get("numTickets")
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return data.count("numTickets")


def _job_of_manifest(manifest: str, capability: str) -> Job:
    """The first payment of a session names `<capability id>_<model>`; later ones carry an id that says nothing."""
    number, mark, model = manifest.partition("_")
    if mark and number.isascii() and number.isdigit():
        return Job(number, model)
    return Job(capability)


def _status(data: Fields) -> EventSeen:
    node = data.inner("orchestrator_info").text("address", default="")
    return replace(
        _NOTHING,
        kind="status",
        stream=data.text("stream_id", most=80),
        node=node.lower() if node else "",
        job=Job(LIVE_VIDEO, data.text("pipeline", default="")),
    )


def _unserved(data: Fields) -> EventSeen | None:
    """A request for which no orchestrator was free; every other message of this type is none of our business."""
    if data.raw.get("type") != "error" or _NOBODY not in str(data.raw.get("message")):
        return None
    stream = data.text("stream_id", most=80, default="")
    return replace(_NOTHING, kind="unserved", stream=stream, job=Job(LIVE_VIDEO, data.text("pipeline", default="")))


_READERS = {PAYMENT: _payment, STATUS: _status, UNSERVED: _unserved}


def _sessions(events: list[EventSeen]) -> Mapping[str, Job]:
    """The kind of work of each session, from its one payment that names it."""
    return {each.session: each.job for each in events if each.session and each.job.raw_id}


def _with_job(event: EventSeen, sessions: Mapping[str, Job]) -> EventSeen:
    return event if event.job.raw_id else replace(event, job=sessions.get(event.session, event.job))


def _reports(rows: list[Any]) -> Iterator[list[Any]]:
    for row in rows:
        if isinstance(row, dict) and row.get("type") == CAPABILITIES and isinstance(row.get("data"), list):
            yield row["data"]


def _nodes(row: Any) -> Iterator[NodeSeen]:
    """Where a payment went: the account on chain and the service address it was sent to."""
    event = Fields.of(row)
    if event.raw.get("type") == PAYMENT:
        data = Fields.of(event.raw.get("data"), "data")
        yield NodeSeen(data.address("recipient"), "", data.text("orchestrator", most=500, default=""))
