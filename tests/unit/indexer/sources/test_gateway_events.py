"""Records of gateway events: the documented shapes, and what becomes of odd ones."""

from __future__ import annotations

from typing import Any

import pytest

from indexer.sources import gateway_events
from indexer.sources.reading import Parked, scrubbed
from indexer.sources.records import Job, NodeSeen
from tests.unit.indexer.sources.answers import MODEL, NODE, OTHER, document, sample

pytestmark = pytest.mark.unit


def payment(event_id: str, manifest: str, **changes: str) -> dict[str, Any]:
    data = {
        "capability": "", "clientIP": "1.2.3.4", "faceValue": "2402400000000000 WEI", "manifestID": manifest,
        "numTickets": "2", "orchestrator": "https://orch.example:8935", "price": "1635.021 wei/pixel",
        "recipient": NODE, "requestID": "r1", "sender": OTHER, "sessionID": "s1", "winProb": "0.0009990010",
    }  # fmt: skip
    return {"id": event_id, "type": "create_new_payment", "timestamp": "1767908945560", "data": {**data, **changes}}


def test_events__when_payments_of_a_session__then_expected_value_and_the_sessions_job() -> None:
    found = gateway_events.parse(document([payment("e1", "35_" + MODEL), payment("e2", "d05da5dd")]))
    first, second = found.events
    assert (first.kind, first.gateway, first.node, first.tickets) == ("payment", OTHER, NODE, 2)
    assert first.expected_eth_wei == 4_800_000_004_800
    assert (first.job, second.job) == (Job("35", MODEL), Job("35", MODEL))
    assert found.nodes == (NodeSeen(NODE, "", "https://orch.example:8935"),)


def test_events__when_nobody_was_free__then_unserved_and_other_errors_are_nothing() -> None:
    def error(name: str, message: str) -> dict[str, Any]:
        data = {"type": "error", "pipeline": MODEL, "stream_id": "st", "message": message}
        return {"id": name, "type": "ai_stream_events", "timestamp": "1767966519407", "data": data}

    found = gateway_events.parse(
        document([error("a", "no orchestrators available within 2s timeout"), error("b", "whip disconnected")])
    )
    assert [(each.event_id, each.kind, each.job) for each in found.events] == [
        ("a", "unserved", Job("live-video-to-video", MODEL))
    ]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"winProb": "1.5"}, "winProb is more than 1"),
        ({"winProb": "often"}, "winProb is no decimal number"),
        ({"faceValue": "much WEI"}, "faceValue is no whole number from 0 to " + str(2**256 - 1)),
        ({"recipient": ""}, "recipient is missing"),
        ({"numTickets": "-1"}, "numTickets is no whole number from 0 to 2147483647"),
    ],
)
def test_events__when_a_payment_is_odd__then_parked_and_the_next_is_read(changes: dict[str, str], error: str) -> None:
    found = gateway_events.parse(document([payment("e1", "35_a", **changes), payment("e2", "35_a")]))
    assert [each.event_id for each in found.events] == ["e2"]
    assert Parked("event e1", error) in found.parked


def test_events__when_the_real_ones_are_read__then_their_payments_to_the_wei() -> None:
    rows = sample("gateway_events_2026-01-08.json") + sample("gateway_events_2026-01-09.json")
    found = gateway_events.parse(document(scrubbed(rows)))
    known = [int(line["expected_value_wei"]) for line in sample("observed_payments_2026-01.csv")]
    paid = [each for each in found.events if each.kind == "payment"]
    assert [each.expected_eth_wei for each in paid] == known
    assert {each.job.job_type for each in paid} == {"live-video-to-video"}
    assert [each.kind for each in found.events].count("unserved") == 2
    assert [each.kind for each in found.events].count("status") == 39
    assert found.parked == ()
    assert {(o.job.job_type, o.price_wei, o.in_use) for o in found.offers} == {("live-video-to-video", 1630, 1)}


def test_scrubbed__when_something_tells_of_a_user__then_it_is_gone() -> None:
    raw = [{"data": {"clientIP": "1.2.3.4", "params": {"prompt": "a"}, "inference": {"last_params": {}, "fps": 3}}}]
    assert scrubbed(raw) == [{"data": {"inference": {"fps": 3}}}]
