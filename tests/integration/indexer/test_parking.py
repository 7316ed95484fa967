"""Logs that cannot be, or that contradict the rest: parked with their reason, and all else goes on as without them."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from apps.network.models import OrchestratorRound, RewardCall, RewardCallerChange, ServiceUriUpdate
from apps.protocol.units import ZERO_ADDRESS
from indexer import handlers
from indexer.models import IndexState, ParkedLog
from indexer.parking import parked_logs
from indexer.projections.replay import replay
from tests.fakes.chain import ADDRESSES, FakeLog, encode_log
from tests.integration.indexer.conftest import Encoded
from tests.integration.indexer.snapshots import difference, projections
from tests.integration.indexer.test_scenarios import CALLER, LPT, T1, B, D, bond, claim, fixture_f, new_round

pytestmark = pytest.mark.integration


def unbond(amount: int, *, lock: int = 0, delegate: str = T1) -> FakeLog:
    return encode_log("Unbond", delegate=delegate, delegator=D, unbondingLockId=lock, amount=amount, withdrawRound=4007)


REWARD = encode_log("Reward", transcoder=T1, amount=36 * LPT)
CONTRADICTIONS = [
    (unbond(1_000 * LPT + 1), f"{1_000 * LPT + 1} wei leave a position of {1_000 * LPT} wei"),
    (unbond(1_000 * LPT, delegate=B), f"{1_000 * LPT} wei are taken from {B}, which has 0 wei of stake"),
    (
        encode_log("Rebond", delegate=T1, delegator=D, unbondingLockId=0, amount=1),
        "lock 0 is rebonded and was never opened",
    ),
    (encode_log("WithdrawFees", delegator=D, recipient=D, amount=1), "1 wei are withdrawn from fees of 0 wei"),
    (encode_log("NewRound", round=4000, blockHash=bytes(32)), "round 4000 begins after round 4000"),
    (bond(D, T1, 2, bonded=1, old=T1), "2 wei are added to a position of 1 wei after it"),
    (
        bond(B, T1, 0, bonded=5, old=CALLER),
        f"5 wei are taken from {CALLER}, which has 0 wei of stake",
    ),
    (
        encode_log("TranscoderSlashed", transcoder=T1, finder=D, penalty=9_001 * LPT, finderReward=0),
        f"a penalty of {9_001 * LPT} wei falls on a position of {9_000 * LPT} wei",
    ),
    (REWARD._replace(data="0x" + "ff" * 32), f"{2**256 - 1} is more than there can be"),
    (REWARD._replace(data=REWARD.data + "00" * 32), "2 topics and 64 bytes of data, where the event has 2 and 32"),
]


@pytest.mark.parametrize(("log", "error"), CONTRADICTIONS)
def test_a_log_that_cannot_be__among_others__is_parked_and_changes_no_row(
    encoded: Encoded, log: FakeLog, error: str
) -> None:
    fixture_f(encoded)
    encoded.follow()
    before = projections()
    encoded.mine(log)
    encoded.follow()

    assert [(one.block_id, one.error) for one in ParkedLog.objects.all()] == [(encoded.chain.head, error)]
    assert difference(before, projections()) == {}
    assert IndexState.objects.get().projected_to == encoded.chain.head
    encoded.mine(REWARD)
    encoded.follow()
    assert RewardCall.objects.get().amount_lpt_wei == 36 * LPT


def test_a_reward_beyond_all_stake__on_a_stake_of_one_wei__is_parked_before_a_factor_bursts(encoded: Encoded) -> None:
    most = 2**128 - 1
    encoded.mine(*new_round(3999))
    encoded.mine(encode_log("TranscoderActivated", transcoder=T1, activationRound=4000), bond(T1, T1, 1))
    encoded.mine(*new_round(4000))
    encoded.mine(encode_log("Reward", transcoder=T1, amount=most))
    encoded.mine(encode_log("WinningTicketTransfer", sender=B, recipient=T1, amount=most))
    encoded.mine(encode_log("Reward", transcoder=T1, amount=LPT))
    encoded.follow()

    assert [one.error for one in ParkedLog.objects.order_by("block_id")] == [
        f"{most} wei are more than the stake of {T1} can have earned"
    ] * 2
    assert OrchestratorRound.objects.get(orchestrator=T1, round=4000).reward_factor == (LPT + 1) * 10**27


def test_parked_logs__in_one_window_or_one_by_one__are_the_same_after_a_replay(encoded: Encoded) -> None:
    fixture_f(encoded)
    for log, _ in CONTRADICTIONS:
        encoded.mine(log)
        encoded.follow()
    encoded.mine(unbond(400 * LPT))
    encoded.mine(unbond(400 * LPT))  # the same lock again
    encoded.mine(unbond(601 * LPT, lock=1), claim(D, delegate=T1, round_=4000, start=4000))
    encoded.follow()
    live, parked = projections(), list(ParkedLog.objects.order_by("block_id").values_list("block_id", "error"))

    replay()

    assert list(ParkedLog.objects.order_by("block_id").values_list("block_id", "error")) == parked
    assert parked[-2][1] == "lock 0 is opened again, the next is 1"
    assert parked[-1][1] == f"{601 * LPT} wei leave a position of {600 * LPT} wei"
    assert len(parked) == len(CONTRADICTIONS) + 2
    assert difference(live, projections()) == {}


def test_a_broken_announcement_of_a_contract__stops_no_window(encoded: Encoded) -> None:
    log = encode_log("SetContractInfo", id=b"\1" * 32, contractAddress=T1, gitCommitHash=bytes(20))
    encoded.mine(*new_round(4000))
    encoded.mine(log._replace(data=log.data[:66]))
    encoded.mine(log._replace(data=log.data[:66] + "ff" * 32 + log.data[-64:]))
    encoded.follow()

    assert ParkedLog.objects.count() == 2
    assert IndexState.objects.get().projected_to == encoded.chain.head


def test_parked__after_a_fix__the_command_replays_and_nothing_is_parked(
    encoded: Encoded, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture_f(encoded)
    topic = bytes.fromhex(REWARD.topics[0][2:])
    layouts = dict(handlers._LAYOUTS["BondingManager"])
    broken = {**layouts, topic: (*layouts[topic][:2], 64, 64)}
    monkeypatch.setitem(handlers._LAYOUTS, "BondingManager", broken)
    encoded.mine(REWARD)
    encoded.follow()
    assert ParkedLog.objects.get().error == "2 topics and 32 bytes of data, where the event has 2 and 64"

    monkeypatch.setitem(handlers._LAYOUTS, "BondingManager", layouts)
    for _ in range(2):
        out, err = io.StringIO(), io.StringIO()
        call_command("parked", "--replay", stdout=out, stderr=err)
        assert out.getvalue() == "No log is parked.\n"
    assert "0 were parked, 0 are." in err.getvalue()
    assert RewardCall.objects.get().amount_lpt_wei == 36 * LPT


def test_parked__the_command__lists_place_event_error_and_raw_words(encoded: Encoded) -> None:
    fixture_f(encoded)
    encoded.mine(unbond(1_001 * LPT))
    encoded.follow()

    out = io.StringIO()
    call_command("parked", stdout=out)
    text = out.getvalue()
    assert f"block {encoded.chain.head:,} log 0  BondingManager  Unbond" in text
    assert f"{1_001 * LPT} wei leave a position of {1_000 * LPT} wei" in text
    assert f"word  1  0x{1_001 * LPT:064x}" in text
    assert f"topic 2  0x{D[2:]:0>64}" in text
    assert "1 parked; figures lack what they said." in text

    out = io.StringIO()
    call_command("parked", "--json", stdout=out)
    (told,) = json.loads(out.getvalue())
    assert (told["block"], told["log_index"], told["event"]) == (encoded.chain.head, 0, "Unbond")
    assert (told["address"], told["contract"]) == (ADDRESSES["BondingManager"], "BondingManager")
    assert parked_logs()[0].addresses == {T1, D}


def test_reward_callers__set_and_unset__are_rows_of_the_address_that_set_them(encoded: Encoded) -> None:
    encoded.mine(encode_log("RewardCallerSet", transcoder=T1, rewardCaller=CALLER))
    encoded.mine(encode_log("RewardCallerSet", transcoder=T1, rewardCaller=ZERO_ADDRESS))
    encoded.follow()

    rows = RewardCallerChange.objects.order_by("block_id").values_list("orchestrator", "caller")
    assert list(rows) == [(T1, CALLER), (T1, None)]
    encoded.chain.rollback(1)
    encoded.chain.skip(2)
    encoded.follow()
    assert list(RewardCallerChange.objects.values_list("caller", flat=True)) == [CALLER]


@pytest.mark.parametrize("instead", ["61ff", "6100"])
def test_a_text_that_cannot_be_kept__is_parked_and_the_old_one_stays(encoded: Encoded, instead: str) -> None:
    second = encode_log("ServiceURIUpdate", addr=T1, serviceURI="ab")
    encoded.mine(encode_log("ServiceURIUpdate", addr=T1, serviceURI="https://node.example"))
    encoded.mine(second._replace(data=second.data.replace("6162", instead)))
    encoded.follow()

    assert [row.uri for row in ServiceUriUpdate.objects.all()] == ["https://node.example"]
    assert ParkedLog.objects.count() == 1
