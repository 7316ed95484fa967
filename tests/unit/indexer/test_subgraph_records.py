"""What the subgraph tells of a log, read strictly, and the log cut beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apps.protocol.units import WEI
from config.env import ROOT
from indexer.handlers import TOPICS
from indexer.sources.subgraph.kinds import KINDS, Kind, is_kept, log_values, unindexed
from indexer.sources.subgraph.records import Record, place_of, record_of
from indexer.sources.subgraph.values import BadRecord, address, integer, support, text, wei, word
from tests.factories import address as made_address
from tests.fakes.chain import FakeChain, encode_log
from tests.fakes.entities import entity_of

pytestmark = pytest.mark.unit

SENDER, RECEIVER, NODE = (made_address(number) for number in (1, 2, 3))
TX = "0x" + "ab" * 32
SAMPLE = ROOT.parent / "shared" / "data" / "subgraph_transcoder_sample_2022-04.json"
KIND = {kind.entity: kind for kind in KINDS}


def bond(**changes: Any) -> dict[str, Any]:
    told = {
        "id": f"{TX}-7",
        "transaction": {"id": TX, "blockNumber": "123"},
        "newDelegate": {"id": NODE},
        "oldDelegate": None,
        "delegator": {"id": SENDER},
        "additionalAmount": "1.5",
        "bondedAmount": "33.050240717610249021",
    }
    return {**told, **changes}


def test_record__of_a_whole_answer__has_the_logs_identity_and_base_units() -> None:
    assert record_of(KIND["BondEvent"], bond()) == Record(
        entity="BondEvent",
        tx_hash=bytes.fromhex("ab" * 32),
        log_index=7,
        block=123,
        values={
            "newDelegate": NODE,
            "delegator": SENDER,
            "additionalAmount": 15 * WEI // 10,
            "bondedAmount": 33050240717610249021,
        },
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"id": "0xab-7"}, "its id is not a transaction's hash and a log's index"),
        ({"id": f"{TX}-07"}, "its id is not a transaction's hash and a log's index"),
        ({"transaction": None}, "transaction is missing"),
        ({"transaction": {"id": "0x" + "cd" * 32, "blockNumber": "1"}}, "its transaction is another than its id names"),
        ({"transaction": {"id": TX}}, "transaction.blockNumber is missing"),
        ({"delegator": None}, "delegator is missing"),
        ({"delegator": {"id": "0x12"}}, "delegator: '0x12' is not an address"),
        ({"additionalAmount": None}, "additionalAmount is missing"),
        ({"additionalAmount": 1.5}, "additionalAmount: 1.5 is not a decimal written as text"),
        ({"additionalAmount": "NaN"}, "additionalAmount: 'NaN' is not an amount of at most 18 decimals"),
    ],
)
def test_record__when_a_field_is_missing_or_out_of_shape__then_it_is_refused(
    changes: dict[str, Any], error: str
) -> None:
    with pytest.raises(BadRecord) as caught:
        record_of(KIND["BondEvent"], bond(**changes))
    assert str(caught.value) == error


def test_record__when_the_answer_is_no_object__then_it_is_refused() -> None:
    with pytest.raises(BadRecord, match="it is not an object"):
        record_of(KIND["BondEvent"], ["BondEvent"])
    with pytest.raises(BadRecord, match="it is not an object"):
        place_of(None)


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ("0", 0),
        ("1", WEI),
        ("0.000000000000000001", 1),
        ("1e-18", 1),
        ("12660572.689057253001431262", 12660572689057253001431262),
        ("1157920892373161954235709850086879078532699846656405640394575840079131296399.35", None),
        ("0.0000000000000000001", None),
        ("1,5", None),
        ("", None),
        ("Infinity", None),
        (7, None),
    ],
)
def test_wei__of_a_decimal__is_exact_or_refused(told: Any, value: int | None) -> None:
    if value is None and told != "1157920892373161954235709850086879078532699846656405640394575840079131296399.35":
        with pytest.raises(BadRecord):
            wei(told)
    elif value is None:
        assert wei(told) == 115792089237316195423570985008687907853269984665640564039457584007913129639935 * 10**16
    else:
        assert wei(told) == value


@pytest.mark.parametrize("told", [True, "1.0", "0x10", None, "9" * 80])
def test_integer__of_anything_else__is_refused(told: Any) -> None:
    with pytest.raises(BadRecord):
        integer(told)


@pytest.mark.parametrize(("told", "value"), [("Against", 0), ("For", 1), ("Abstain", 2)])
def test_support__of_a_vote__is_the_governors_number(told: str, value: int) -> None:
    assert support(told) == value


def test_support__of_another_word__is_refused() -> None:
    with pytest.raises(BadRecord, match="'Perhaps' is none of Against, For, Abstain"):
        support("Perhaps")
    with pytest.raises(BadRecord):
        word("0x12")
    with pytest.raises(BadRecord):
        text(5)


LOGS = [
    encode_log("Bond", newDelegate=NODE, oldDelegate=RECEIVER, delegator=SENDER, additionalAmount=5, bondedAmount=WEI),
    encode_log("Unbond", delegate=NODE, delegator=SENDER, unbondingLockId=3, amount=7, withdrawRound=9),
    encode_log("Rebond", delegate=NODE, delegator=SENDER, unbondingLockId=3, amount=7),
    encode_log(
        "TransferBond",
        oldDelegator=SENDER,
        newDelegator=RECEIVER,
        oldUnbondingLockId=1,
        newUnbondingLockId=2,
        amount=10**30,
    ),
    encode_log("EarningsClaimed", delegate=NODE, delegator=SENDER, rewards=11, fees=12, startRound=4, endRound=6),
    encode_log("WithdrawStake", delegator=SENDER, unbondingLockId=1, amount=7, withdrawRound=9),
    encode_log("WithdrawFees", delegator=SENDER, recipient=RECEIVER, amount=7),
    encode_log("Reward", transcoder=NODE, amount=6904 * WEI + 1),
    encode_log("RewardCallerSet", transcoder=NODE, rewardCaller=SENDER),
    encode_log("TranscoderUpdate", transcoder=NODE, rewardCut=100_000, feeShare=500_000),
    encode_log("TranscoderActivated", transcoder=NODE, activationRound=12),
    encode_log("TranscoderDeactivated", transcoder=NODE, deactivationRound=13),
    encode_log("NewRound", round=7, blockHash=bytes(range(32))),
    encode_log("SetCurrentRewardTokens", currentMintableTokens=6904 * WEI, currentInflation=220_500),
    encode_log(
        "WinningTicketRedeemed",
        sender=SENDER,
        recipient=NODE,
        faceValue=10**15,
        winProb=2**250,
        senderNonce=1,
        recipientRand=2**255 + 1,
        auxData=bytes(64),
    ),
    encode_log("DepositFunded", sender=SENDER, amount=10**17),
    encode_log("ReserveFunded", reserveHolder=SENDER, amount=10**17),
    encode_log("ReserveClaimed", reserveHolder=SENDER, claimant=NODE, amount=10**17),
    encode_log("Withdrawal", sender=SENDER, deposit=1, reserve=2),
    encode_log("ServiceURIUpdate", addr=NODE, serviceURI="https://node.example:8935"),
    encode_log("ParameterUpdate", contract="RoundsManager", param="roundLength"),
    encode_log("PollCreated", poll=NODE, proposal=b"Qm", endBlock=9, quorum=333_300, quota=500_000),
    encode_log("VoteCast", voter=SENDER, proposalId=2**200, support=2, weight=5 * WEI, reason=""),
]


def test_every_kind__told_of_a_log__says_what_the_log_itself_says() -> None:
    chain = FakeChain()
    chain.mine(*LOGS)
    compared = set()
    for log in chain.raw_logs():
        made = entity_of(log, NAMES[log.address])
        assert made is not None
        kind = KIND[made[0]]
        record = record_of(kind, made[1])
        event = kind.topics()[log.topics[0]]
        ours = log_values(kind, event, b"".join(log.topics), log.data)
        assert (record.tx_hash, record.log_index, record.block) == (log.tx_hash, log.log_index, 1)
        assert dict(record.values) == ours, kind.entity
        assert set(ours) == {one.parameter for one in kind.fields}
        compared.add(kind.entity)
    # the rest have no field of their own, or need a contract that another one announces
    assert set(KIND) - compared == {"PauseEvent", "UnpauseEvent", "VoteEvent"}


NAMES = {
    log.address: name
    for log, name in [
        (LOGS[0], "BondingManager"),
        (LOGS[12], "RoundsManager"),
        (LOGS[13], "Minter"),
        (LOGS[14], "TicketBroker"),
        (LOGS[19], "ServiceRegistry"),
        (LOGS[21], "PollCreator"),
        (LOGS[22], "LivepeerGovernor"),
    ]
}


def test_claims__never_ask_for_the_delegate__since_nobody_may_be_there() -> None:
    asked = {one.name for one in KIND["EarningsClaimedEvent"].fields}
    assert asked == {"delegator", "rewardTokens", "fees", "startRound"}


def test_votes__for_a_choice_that_does_not_exist__are_not_expected_of_the_subgraph() -> None:
    assert [is_kept("Vote", {"choiceID": choice}) for choice in (0, 1, 2)] == [True, True, False]
    assert [is_kept("VoteCast", {"support": choice}) for choice in (2, 3)] == [True, False]
    assert is_kept("Bond", {"additionalAmount": 99})


def test_unindexed__of_all_our_topics__names_what_its_transactions_need_not_lead_to() -> None:
    names = unindexed(TOPICS)
    assert {"Controller SetContractInfo", "TicketBroker Unlock", "TicketBroker ParameterUpdate"} <= set(names)
    assert {"TicketBroker WinningTicketTransfer", "BondingManager TreasuryReward"}.isdisjoint(names)
    assert "BondingManager Bond" in unindexed(TOPICS, [kind for kind in KINDS if kind.entity != "BondEvent"])


def test_unindexed__of_what_gateways_are_funded_with__is_nothing_unless_a_deployment_lacks_it() -> None:
    assert not [name for name in unindexed(TOPICS) if "Funded" in name]
    older = [kind for kind in KINDS if not kind.entity.endswith("FundedEvent")]
    assert {"TicketBroker DepositFunded", "TicketBroker ReserveFunded"} <= set(unindexed(TOPICS, older))


def test_a_kind_without_references__keeps_its_plain_fields() -> None:
    bare: Kind = KIND["WithdrawFeesEvent"].without_references()
    assert [one.name for one in bare.fields] == ["recipient", "amount"]


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the folder of samples does not lie beside the project")
def test_a_real_answer_of_2022__reads_value_by_value() -> None:
    told = json.loads(SAMPLE.read_text(encoding="utf-8"))
    assert address(told["id"]) == "0x1a196b031ea1a74a53ecbe6148772648e02f9d51"
    assert wei(told["totalStake"]) == 10359571442424819689212
    assert wei(told["lastRewardRound"]["mintableTokens"]) == 6289390217651615209644
    assert integer(told["deactivationRound"]) == 2**255 - 1  # its own "never", which is not the contract's
    assert wei(told["delegators"][0]["bondedAmount"]) == 33050240717610249021
    with pytest.raises(BadRecord):
        wei(told["lastRewardRound"]["participationRate"])  # a quotient, which no log has
