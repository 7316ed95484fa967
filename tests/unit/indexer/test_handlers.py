"""Log bytes become events."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from apps.protocol import events as e
from config.env import ROOT
from indexer.handlers import HANDLERS, TOPICS, decode
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
        encode_log("TreasuryReward", transcoder=ONE, treasury=TWO, amount=2**256 - 1),
        e.TreasuryReward(ONE, TWO, 2**256 - 1),
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
    ("BondingManager", encode_log("RewardCallerSet", transcoder=ONE, rewardCaller=TWO), None),
]


@pytest.mark.parametrize(("contract", "log", "event"), CASES)
def test_decode__every_kind_of_argument__gives_the_event(contract: str, log: FakeLog, event: object) -> None:
    assert read(contract, log) == event


def test_decode__too_few_words__says_so() -> None:
    log = encode_log("Reward", transcoder=ONE, amount=1)
    with pytest.raises(BadLog, match="2 topics and 31 bytes of data are too few"):
        read("BondingManager", log._replace(data=log.data[:-2]))


def test_decode__a_text_with_nul_and_broken_utf8__is_kept_as_escapes() -> None:
    log = encode_log("ServiceURIUpdate", addr=ONE, serviceURI="ab")
    data = log.data.replace(b"ab".hex(), "00ff")
    assert read("ServiceRegistry", log._replace(data=data)) == e.ServiceUriUpdate(ONE, "\\x00\\xff")


def test_decode__a_text_longer_than_its_data__is_a_bad_log() -> None:
    log = encode_log("ServiceURIUpdate", addr=ONE, serviceURI="ab")
    data = log.data[: 2 + 64] + f"{10**6:064x}" + log.data[2 + 128 :]
    with pytest.raises(BadLog, match="a text of 1000000 bytes"):
        read("ServiceRegistry", log._replace(data=data))


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
