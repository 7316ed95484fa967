"""Logs of polls and proposals become events; what their bytes claim about themselves is checked."""

from __future__ import annotations

from typing import Any

import pytest

from apps.protocol import events as e
from indexer.handlers import HANDLERS, decode, governance
from indexer.handlers.dynamic import passage
from indexer.handlers.words import BadLog
from tests.fakes.chain import FakeLog, encode_log

pytestmark = pytest.mark.unit

ONE, TWO, THREE = ("0x" + digit * 40 for digit in "123")
NUMBER = 2**255 + 17  # a proposal's number is a hash


def read(contract: str, log: FakeLog) -> object:
    topics = b"".join(bytes.fromhex(topic[2:]) for topic in log.topics)
    return decode(contract, topics, bytes.fromhex(log.data[2:]))


def proposal(**changed: Any) -> FakeLog:
    fields: dict[str, Any] = {
        "proposalId": NUMBER,
        "proposer": ONE,
        "targets": [TWO, THREE],
        "values": [0, 7],
        "signatures": ["", ""],
        "calldatas": [b"\xa9\x05", b""],
        "voteStart": 4001,
        "voteEnd": 4011,
        "description": "# Pay for the work",
    }
    return encode_log("ProposalCreated", **{**fields, **changed})


def vote(*, weight: int = 2) -> FakeLog:
    return encode_log("VoteCast", voter=ONE, proposalId=3, support=1, weight=weight, reason="")


def word(log: FakeLog, index: int, value: int) -> FakeLog:
    """The log with another word of data at that place."""
    start = 2 + 64 * index
    return log._replace(data=log.data[:start] + f"{value:064x}" + log.data[start + 64 :])


CASES = [
    (
        "PollCreator",
        encode_log("PollCreated", poll=ONE, proposal=b"QmHash", endBlock=21_000_000, quorum=333_300, quota=500_000),
        e.PollCreated(ONE, "QmHash", 21_000_000, 333_300, 500_000),
    ),
    ("Poll", encode_log("Vote", voter=ONE, choiceID=2**256 - 1), e.PollVote("", ONE, 2**256 - 1)),
    (
        "LivepeerGovernor",
        proposal(),
        e.ProposalCreated(
            NUMBER,
            ONE,
            (e.Action(TWO, 0, b"\xa9\x05"), e.Action(THREE, 7, b"")),
            4001,
            4011,
            "# Pay for the work",
        ),
    ),
    (
        "LivepeerGovernor",
        proposal(targets=[], values=[], signatures=[], calldatas=[], description=""),
        e.ProposalCreated(NUMBER, ONE, (), 4001, 4011, ""),
    ),
    (
        "LivepeerGovernor",
        encode_log("VoteCast", voter=ONE, proposalId=NUMBER, support=1, weight=5, reason="yes"),
        e.ProposalVote(NUMBER, ONE, 1, 5, "yes"),
    ),
    (
        "LivepeerGovernor",
        encode_log("VoteCastWithParams", voter=ONE, proposalId=3, support=2, weight=5, reason="", params=b"\1"),
        e.ProposalVote(3, ONE, 2, 5, ""),
    ),
    (
        "LivepeerGovernor",
        encode_log("ProposalQueued", proposalId=3, eta=1_700_000_000),
        e.ProposalChange(3, "queued", 1_700_000_000),
    ),
    ("LivepeerGovernor", encode_log("ProposalExecuted", proposalId=3), e.ProposalChange(3, "executed", None)),
    ("LivepeerGovernor", encode_log("ProposalCanceled", proposalId=3), e.ProposalChange(3, "canceled", None)),
]


@pytest.mark.parametrize(("contract", "log", "event"), CASES)
def test_decode__when_every_kind_comes__then_gives_the_event(contract: str, log: FakeLog, event: object) -> None:
    assert read(contract, log) == event


def test_handlers__when_an_event_is_in_the_abi__then_it_has_one() -> None:
    assert {name: len(HANDLERS[name]) - 1 for name in ("PollCreator", "Poll", "LivepeerGovernor")} == {
        "PollCreator": 1,
        "Poll": 1,
        "LivepeerGovernor": 6,
    }


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (word(proposal(), 2, 10**30), "does not fit into"),  # targets begin beyond the end
        (word(proposal(), 9, 2**200), "does not fit into"),  # more targets than there are bytes
        (word(proposal(), 8, 2**255), "does not fit into"),  # a description beyond the end
        (word(proposal(), 10, 2**200), "stands where an address belongs"),
        (proposal(values=[1]), "2 targets, 1 values and 2 calldatas make no actions"),
        (proposal(voteEnd=2**31), "too large"),
        (
            encode_log("VoteCast", voter=ONE, proposalId=3, support=1, weight=2**200, reason=""),
            "more than there can be",
        ),
    ],
)
def test_decode__when_a_proposal_contradicts_itself__then_it_is_a_bad_log(log: FakeLog, reason: str) -> None:
    with pytest.raises(BadLog, match=reason):
        read("LivepeerGovernor", log)


def test_decode__when_support_is_no_uint8__then_it_is_a_bad_log() -> None:
    with pytest.raises(BadLog, match="256 is no uint8"):
        read("LivepeerGovernor", word(vote(), 1, 256))


def test_decode__when_a_description_is_very_long__then_its_beginning_is_kept() -> None:
    event = read("LivepeerGovernor", proposal(description="ä" * 30_000))
    assert isinstance(event, e.ProposalCreated)
    assert event.description == "ä" * governance.LONGEST_TEXT


def test_decode__when_there_are_very_many_actions__then_the_first_are_kept() -> None:
    many = proposal(targets=[ONE] * 40, values=[0] * 40, signatures=[""] * 40, calldatas=[b"\1" * 5_000] * 40)
    event = read("LivepeerGovernor", many)
    assert isinstance(event, e.ProposalCreated)
    assert event.actions == (e.Action(ONE, 0, b"\1" * governance.LONGEST_CALLDATA),) * governance.MOST_ACTIONS


def test_passage__when_bytes_are_no_text__then_they_are_kept_as_escapes() -> None:
    raw = (32).to_bytes(32) + (4).to_bytes(32) + b"a\x00\xffb" + bytes(28)
    assert passage(raw, 0, limit=100) == "a\\x00\\xffb"
    assert passage(raw, 0, limit=1) == "a"


def test_announced_poll__when_the_topic_is_no_address__then_none() -> None:
    topic = governance.POLL_CREATED
    assert governance.announced_poll(topic + bytes(12) + b"\x11" * 20) == "0x" + "11" * 20
    assert governance.announced_poll(topic + b"\x11" * 32) is None
    assert governance.announced_poll(topic) is None
