"""Log bytes become events."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.protocol import events as e
from config.env import ROOT
from indexer.handlers import EVENT_NAMES, HANDLERS, TOPICS, decode
from indexer.handlers.words import BadLog
from tests.fakes.chain import FakeLog, encode_log

pytestmark = pytest.mark.unit

ONE, TWO, THREE = ("0x" + digit * 40 for digit in "123")
GOLDEN = Path(ROOT).parent / "shared" / "data" / "raw_logs_golden.json"


def read(contract: str, log: FakeLog) -> object:
    topics = b"".join(bytes.fromhex(topic[2:]) for topic in log.topics)
    return decode(contract, topics, bytes.fromhex(log.data[2:]))


CASES = [
    (
        "BondingManager",
        encode_log("Bond", newDelegate=ONE, oldDelegate=TWO, delegator=THREE, additionalAmount=5, bondedAmount=9),
        e.Bond(ONE, TWO, THREE, 5, 9),
    ),
    (
        "BondingManager",
        encode_log("Unbond", delegate=ONE, delegator=TWO, unbondingLockId=3, amount=4, withdrawRound=5),
        e.Unbond(ONE, TWO, 3, 4, 5),
    ),
    (
        "BondingManager",
        encode_log("Rebond", delegate=ONE, delegator=TWO, unbondingLockId=3, amount=4),
        e.Rebond(ONE, TWO, 3, 4),
    ),
    (
        "BondingManager",
        encode_log("WithdrawFees", delegator=ONE, recipient=TWO, amount=7),
        e.WithdrawFees(ONE, TWO, 7),
    ),
    (
        "BondingManager",
        encode_log("TreasuryReward", transcoder=ONE, treasury=TWO, amount=2**128 - 1),
        e.TreasuryReward(ONE, TWO, 2**128 - 1),
    ),
    (
        "BondingManager",
        encode_log("TranscoderUpdate", transcoder=ONE, rewardCut=50_000, feeShare=1_000_000),
        e.TranscoderUpdate(ONE, 50_000, 1_000_000),
    ),
    ("RoundsManager", encode_log("NewRound", round=4000, blockHash=b"\1" * 32), e.NewRound(4000)),
    (
        "TicketBroker",
        encode_log("WinningTicketTransfer", sender=ONE, recipient=TWO, amount=3),
        e.WinningTicketTransfer(ONE, TWO, 3),
    ),
    (
        "ServiceRegistry",
        encode_log("ServiceURIUpdate", addr=ONE, serviceURI="https://node.example:8935"),
        e.ServiceUriUpdate(ONE, "https://node.example:8935"),
    ),
    (
        "BondingManager",
        encode_log("RewardCallerSet", transcoder=ONE, rewardCaller=TWO),
        e.RewardCallerSet(ONE, TWO),
    ),
    (
        "BondingManager",
        encode_log("TranscoderSlashed", transcoder=ONE, finder=TWO, penalty=9, finderReward=4),
        e.TranscoderSlashed(ONE, TWO, 9, 4),
    ),
    (
        "TicketBroker",
        encode_log(
            "WinningTicketRedeemed",
            sender=ONE,
            recipient=TWO,
            faceValue=2**256 - 1,
            winProb=2**255,
            senderNonce=1,
            recipientRand=2,
            auxData=b"\1" * 64,
        ),
        e.WinningTicketRedeemed(ONE, TWO, 2**256 - 1, 2**255),
    ),
    ("TicketBroker", encode_log("DepositFunded", sender=ONE, amount=5), e.DepositFunded(ONE, 5)),
    ("TicketBroker", encode_log("ReserveFunded", reserveHolder=ONE, amount=0), e.ReserveFunded(ONE, 0)),
    ("TicketBroker", encode_log("Withdrawal", sender=ONE, deposit=5, reserve=6), None),
]


@pytest.mark.parametrize(("contract", "log", "event"), CASES)
def test_decode__every_kind_of_argument__gives_the_event(contract: str, log: FakeLog, event: object) -> None:
    assert read(contract, log) == event


REWARD = encode_log("Reward", transcoder=ONE, amount=1)
URI = encode_log("ServiceURIUpdate", addr=ONE, serviceURI="ab")


def word(value: int) -> str:
    return f"{value:064x}"


BROKEN = [
    (
        "BondingManager",
        REWARD._replace(data=REWARD.data[:-2]),
        "2 topics and 31 bytes of data, where the event has 2 and",
    ),
    ("BondingManager", REWARD._replace(data=REWARD.data + "00"), "33 bytes of data, where the event has 2 and 32"),
    ("BondingManager", REWARD._replace(topics=REWARD.topics[:1]), "1 topics and 32 bytes"),
    ("BondingManager", REWARD._replace(topics=(*REWARD.topics, REWARD.topics[1])), "3 topics and 32 bytes"),
    (
        "BondingManager",
        REWARD._replace(topics=(REWARD.topics[0], "0x01" + REWARD.topics[1][4:])),
        "0x01.* stands where an address belongs",
    ),
    ("BondingManager", REWARD._replace(data="0x" + word(2**128)), f"{2**128} is more than there can be"),
    (
        "BondingManager",
        encode_log("TranscoderUpdate", transcoder=ONE, rewardCut=1_000_001, feeShare=0),
        "1000001 is more than a million parts per million",
    ),
    (
        "BondingManager",
        encode_log("Unbond", delegate=ONE, delegator=TWO, unbondingLockId=2**30, amount=4, withdrawRound=5),
        "1073741824 is too large for a round",
    ),
    (
        "BondingManager",
        encode_log("Unbond", delegate=ONE, delegator=TWO, unbondingLockId=0, amount=4, withdrawRound=2**256 - 1),
        "is too large for a round",
    ),
    ("RoundsManager", encode_log("NewRound", round=2**30, blockHash=bytes(32)), "is too large for a round"),
    (
        "ServiceRegistry",
        URI._replace(data="0x" + word(32) + word(10**6) + word(0)),
        "a text of 1000000 bytes at 32 does",
    ),
    ("ServiceRegistry", URI._replace(data="0x" + word(2**255) + word(2) + word(0)), "does not fit into 96 bytes"),
    ("ServiceRegistry", URI._replace(data=URI.data.replace(b"ab".hex(), "00ff")), "a text that holds a NUL"),
    (
        "ServiceRegistry",
        URI._replace(data=URI.data.replace(b"ab".hex(), "61ff")),
        "no UTF-8: invalid start byte at byte 1",
    ),
    ("ServiceRegistry", encode_log("ServiceURIUpdate", addr=ONE, serviceURI="a" * 4097), "longer than the 4096"),
]


@pytest.mark.parametrize(("contract", "log", "error"), BROKEN)
def test_decode__what_cannot_be__is_a_bad_log_that_says_why(contract: str, log: FakeLog, error: str) -> None:
    with pytest.raises(BadLog, match=error):
        read(contract, log)


@given(st.sampled_from(CASES), st.binary(max_size=300), st.binary(max_size=160), st.booleans())
def test_decode__any_bytes__give_the_event_or_a_bad_log(
    case: tuple[str, FakeLog, object], data: bytes, topics: bytes, keep_event: bool
) -> None:
    contract, log, _ = case
    first = bytes.fromhex(log.topics[0][2:]) if keep_event else b""
    with suppress(BadLog):
        decode(contract, first + topics, data)


def test_event_names__of_every_handled_topic_of_the_protocol__are_those_of_the_abi() -> None:
    assert set(HANDLERS["BondingManager"]) <= set(EVENT_NAMES)
    assert EVENT_NAMES[bytes.fromhex(REWARD.topics[0][2:])] == "Reward"


def test_topics__of_every_handler__are_asked_for() -> None:
    assert {topic for table in HANDLERS.values() for topic in table} <= set(TOPICS)
    assert len(TOPICS) == len(set(TOPICS))


@pytest.mark.skipif(not GOLDEN.is_file(), reason="the recorded logs of Arbitrum One are not on this machine")
def test_decode__logs_recorded_on_arbitrum__equal_their_decoded_arguments() -> None:
    for log in json.loads(GOLDEN.read_text(encoding="utf-8")):
        contract = "RoundsManager" if log["event"] == "NewRound" else "BondingManager"
        event = read(contract, FakeLog(log["address"].lower(), tuple(log["topics"]), log["data"]))
        assert type(event).__name__ == log["event"]
        told = {str(value).lower() for value in log["args"].values()} - {str(log["args"].get("blockHash", "")).lower()}
        assert told == {str(value) for value in event}  # type: ignore[attr-defined]
