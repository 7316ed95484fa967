"""Acceptance scenarios of indexing, on the real contracts where they can play them, else on encoded logs."""

from __future__ import annotations

import pytest

from apps.delegation.models import Position, StakeEvent, UnbondingLock
from apps.delegation.worth import worth
from apps.devnet.network import Reverted
from apps.network.models import CutChange, Orchestrator, OrchestratorRound, RewardCall, TicketPayment
from apps.network.selectors.terms import worse_terms
from apps.protocol.units import ZERO_ADDRESS
from indexer.models import ChainLog, IndexState, ParkedLog
from indexer.verification import verify
from tests.factories import address
from tests.fakes.chain import FakeLog, encode_log
from tests.integration.indexer.conftest import Encoded
from tests.local import Local

pytestmark = pytest.mark.integration

LPT = ETH = 10**18
T1, D, B, GATEWAY, CALLER, TREASURY = (address(number) for number in range(1, 7))


def new_round(number: int, *, mintable: int = 20_000 * LPT) -> list[FakeLog]:
    return [
        encode_log("SetCurrentRewardTokens", currentMintableTokens=mintable, currentInflation=220_500),
        encode_log("NewRound", round=number, blockHash=bytes(32)),
    ]


def bond(delegator: str, to: str, amount: int, *, bonded: int | None = None, old: str = ZERO_ADDRESS) -> FakeLog:
    return encode_log(
        "Bond",
        newDelegate=to,
        oldDelegate=old,
        delegator=delegator,
        additionalAmount=amount,
        bondedAmount=amount if bonded is None else bonded,
    )


def claim(delegator: str, *, delegate: str = ZERO_ADDRESS, round_: int, start: int = 1) -> FakeLog:
    return encode_log(
        "EarningsClaimed", delegate=delegate, delegator=delegator, rewards=0, fees=0, startRound=start, endRound=round_
    )


def fixture_f(encoded: Encoded) -> None:
    """T1 with 10,000 LPT, of which D holds 1,000; reward cut 20 %, fee share 50 %; round 4000 has begun."""
    encoded.mine(*new_round(3999))
    encoded.mine(
        claim(T1, round_=3999),
        encode_log("TranscoderActivated", transcoder=T1, activationRound=4000),
        bond(T1, T1, 9_000 * LPT),
        encode_log("TranscoderUpdate", transcoder=T1, rewardCut=200_000, feeShare=500_000),
    )
    encoded.mine(claim(D, round_=3999), bond(D, T1, 1_000 * LPT))
    encoded.mine(*new_round(4000))


def test_transfer_bond__on_the_first_contracts__is_one_record_for_both(local: Local) -> None:
    """A35."""
    net = local.net
    node, sender, receiver = (net.account(name) for name in ("node", "sender", "receiver"))
    net.next_round()
    net.bond(node, 100 * LPT, node)
    net.bond(sender, 50 * LPT, node)
    net.next_round()
    net.reward(node)
    net.transfer_bond(sender, receiver, 20 * LPT)
    local.follow()

    transfer = StakeEvent.objects.get(kind="transfer")
    assert (transfer.delegator, transfer.other, transfer.amount_lpt_wei) == (sender.address, receiver.address, 20 * LPT)
    parts = StakeEvent.objects.filter(kind__in=("unbond", "rebond")).order_by("log_index")
    assert [(part.kind, part.in_transfer) for part in parts] == [("unbond", True), ("rebond", True)]
    assert not UnbondingLock.objects.filter(state="open").exists()
    assert UnbondingLock.objects.get().state == "transferred"
    assert Position.objects.get(delegator=sender.address).next_lock_id == 1
    assert Position.objects.get(delegator=receiver.address).next_lock_id == 1
    assert verify(local.client).drift == ()


def test_transfer_bond__on_later_contracts__claims_and_begins_anew(encoded: Encoded) -> None:
    """A35 with the claim for the receiver that later contracts make."""
    fixture_f(encoded)
    encoded.mine(
        claim(D, delegate=T1, round_=4000, start=4000),
        encode_log("Unbond", delegate=T1, delegator=D, unbondingLockId=0, amount=400 * LPT, withdrawRound=4007),
        encode_log(
            "TransferBond",
            oldDelegator=D,
            newDelegator=B,
            oldUnbondingLockId=0,
            newUnbondingLockId=0,
            amount=400 * LPT,
        ),
        claim(B, round_=4000),
        encode_log("Rebond", delegate=T1, delegator=B, unbondingLockId=0, amount=400 * LPT),
    )
    encoded.follow()

    receiver = Position.objects.get(delegator=B)
    assert (receiver.delegate, receiver.bonded_lpt_wei, receiver.start_round) == (T1, 400 * LPT, 4001)
    assert receiver.last_claim_round == 4000
    assert Position.objects.get(delegator=D).bonded_lpt_wei == 600 * LPT
    assert Orchestrator.objects.get(address=T1).stake_lpt_wei == 10_000 * LPT
    assert StakeEvent.objects.filter(kind="transfer").count() == 1
    assert not UnbondingLock.objects.filter(state="open").exists()


def test_earnings_claimed__for_nobodys_position__changes_no_balance(encoded: Encoded) -> None:
    """A36."""
    encoded.mine(*new_round(4000))
    encoded.mine(claim(D, round_=4000))
    encoded.follow()

    position = Position.objects.get(delegator=D)
    assert (position.delegate, position.bonded_lpt_wei, position.fees_eth_wei) == (ZERO_ADDRESS, 0, 0)
    assert not Orchestrator.objects.exists()
    assert not ParkedLog.objects.exists()


def test_reward__sent_by_a_reward_caller__belongs_to_the_orchestrator(encoded: Encoded) -> None:
    """A37, with the treasury's part of A1: mint 40, treasury 4, reward 36, commission 7.2, delegators 28.8 LPT."""
    fixture_f(encoded)
    encoded.mine(encode_log("RewardCallerSet", transcoder=T1, rewardCaller=CALLER))
    encoded.mine(
        encode_log("TreasuryReward", transcoder=T1, treasury=TREASURY, amount=4 * LPT),
        encode_log("Reward", transcoder=T1, amount=36 * LPT),
    )
    encoded.follow()

    call = RewardCall.objects.get()
    assert (call.orchestrator, call.round) == (T1, 4000)
    assert (call.amount_lpt_wei, call.treasury_lpt_wei) == (36 * LPT, 4 * LPT)
    record = OrchestratorRound.objects.get(orchestrator=T1, round=4000)
    assert record.reward_factor == 1_002_880_000_000_000_000_000_000_000
    assert worth(delegators=[D])[D].stake == 1_002_880_000_000_000_000_000
    assert not Orchestrator.objects.filter(address=CALLER).exists()
    assert Orchestrator.objects.get(address=T1).cumulative_rewards_lpt_wei == 72 * LPT // 10


def test_a_worse_cut__announced_after_the_reward__holds_from_the_next_one(encoded: Encoded) -> None:
    """A39, the half of the index: the alert's condition stands as soon as the log is read, the cut from round 4001."""
    fixture_f(encoded)
    encoded.mine(encode_log("TranscoderUpdate", transcoder=T1, rewardCut=50_000, feeShare=500_000))
    encoded.mine(encode_log("Reward", transcoder=T1, amount=36 * LPT))
    encoded.follow()
    before = worth(delegators=[D])[D].stake
    assert worse_terms(since_round=3999) == []

    encoded.mine(encode_log("TranscoderUpdate", transcoder=T1, rewardCut=1_000_000, feeShare=500_000))
    encoded.follow()
    (change,) = worse_terms(since_round=4000, orchestrators=[T1])
    assert (change.round, change.effective_round, change.worsens) == (4000, 4001, True)
    assert (change.old_reward_cut_ppm, change.reward_cut_ppm) == (50_000, 1_000_000)
    assert OrchestratorRound.objects.get(orchestrator=T1, round=4000).reward_cut_ppm == 50_000
    assert worth(delegators=[D])[D].stake == before
    assert worse_terms(since_round=4000, orchestrators=[D]) == []

    encoded.mine(*new_round(4001))
    encoded.mine(encode_log("Reward", transcoder=T1, amount=36 * LPT))
    encoded.follow()
    assert OrchestratorRound.objects.get(orchestrator=T1, round=4001).reward_cut_ppm == 1_000_000
    assert worth(delegators=[D])[D].stake == before
    assert [one.worsens for one in CutChange.objects.order_by("block_id")] == [False, False, True]


def test_terms__changed_on_the_real_contracts__hold_in_the_round_that_is_named(local: Local) -> None:
    """A39 on the contracts: the earnings pool of the next round's reward has the cut announced in this one."""
    net = local.net
    node, delegator = net.account("node"), net.account("delegator")
    net.next_round()
    net.bond(node, 100 * LPT, node)
    net.bond(delegator, 50 * LPT, node)
    net.set_cuts(node, 50_000, 500_000)
    net.next_round()
    with pytest.raises(Reverted, match="must have already called reward for the current round"):
        net.set_cuts(node, 1_000_000, 500_000)
    net.reward(node)
    net.set_cuts(node, 1_000_000, 500_000)
    local.follow()
    (change,) = worse_terms(since_round=1)
    staked = net.pending_stake(delegator)
    net.next_round()
    net.reward(node)
    local.follow()

    assert change.effective_round == net.current_round()
    cuts = dict(OrchestratorRound.objects.filter(reward_called=True).values_list("round", "reward_cut_ppm"))
    assert cuts == {change.round: 50_000, change.effective_round: 1_000_000}
    assert net.pending_stake(delegator) == staked
    assert verify(local.client).drift == ()


def test_fees__half_shared__reach_the_delegator(encoded: Encoded) -> None:
    """A4: 0.5 ETH credited leaves 0.025 ETH to D and 0.25 ETH commission to T1."""
    fixture_f(encoded)
    encoded.mine(encode_log("WinningTicketTransfer", sender=GATEWAY, recipient=T1, amount=ETH // 2))
    encoded.follow()

    assert worth(delegators=[D])[D].fees == 25 * ETH // 1000
    assert Orchestrator.objects.get(address=T1).cumulative_fees_eth_wei == ETH // 4


def test_claim_before_the_reward__forfeits_that_round(encoded: Encoded) -> None:
    """A2 and A3: the early claim leaves 1000 LPT in 4000 and 1002.88 LPT after the reward of 4001."""
    fixture_f(encoded)
    encoded.mine(claim(D, delegate=T1, round_=4000, start=4000))
    encoded.mine(encode_log("Reward", transcoder=T1, amount=36 * LPT))
    encoded.follow()
    assert worth(delegators=[D])[D].stake == 1_000 * LPT

    encoded.mine(*new_round(4001))
    encoded.follow()
    assert worth(delegators=[D])[D].stake == 1_000 * LPT
    encoded.mine(encode_log("Reward", transcoder=T1, amount=361_296 * LPT // 10_000))
    encoded.follow()
    assert worth(delegators=[D])[D].stake == 1_002_880_000_000_000_000_000


def test_ticket__above_deposit_and_reserve__earns_what_was_credited(local: Local) -> None:
    """A38: face value 1 ETH, deposit 0.2, claimable reserve 0.3: earned 0.5."""
    net = local.net
    node, gateway = net.account("node"), net.account("gateway")
    net.next_round()
    net.bond(node, 100 * LPT, node)
    net.fund_gateway(gateway, 2 * ETH // 10, 3 * ETH // 10)
    net.next_round()
    net.redeem(gateway, node, ETH)
    local.follow()

    payment = TicketPayment.objects.get()
    assert (payment.gateway, payment.orchestrator) == (gateway.address, node.address)
    assert (payment.amount_eth_wei, payment.face_value_eth_wei) == (5 * ETH // 10, ETH)
    assert payment.win_chance_ppm == 999_999  # the test's tickets always win, which no ticket of the market does
    assert OrchestratorRound.objects.get(orchestrator=node.address, round=payment.round).fees_eth_wei == 5 * ETH // 10
    assert verify(local.client).drift == ()


def test_a_log_that_cannot_be_read__is_parked_and_the_line_moves_on(encoded: Encoded) -> None:
    whole = encode_log("Reward", transcoder=T1, amount=36 * LPT)
    fixture_f(encoded)
    encoded.mine(whole._replace(data=whole.data[:34]))
    encoded.mine(whole)
    encoded.follow()

    assert ParkedLog.objects.get().error == "2 topics and 16 bytes of data, where the event has 2 and 32"
    assert RewardCall.objects.count() == 1
    assert IndexState.objects.get().projected_to == encoded.chain.head


def test_a_replaced_minter__keeps_its_history_and_gives_up_its_future(encoded: Encoded) -> None:
    later = address(99)
    encoded.mine(*new_round(4000))
    encoded.mine(
        encode_log(
            "SetContractInfo",
            id=bytes.fromhex("6e58ad548d72b425ea94c15f453bf26caddb061d82b2551db7fdd3cefe0e9940"),
            contractAddress=later,
            gitCommitHash=bytes(20),
        )
    )
    encoded.mine(
        encode_log("SetCurrentRewardTokens", address=later, currentMintableTokens=7, currentInflation=1),
        encode_log("NewRound", round=4001, blockHash=bytes(32)),
    )
    encoded.follow()
    assert ChainLog.objects.filter(address=later).count() == 1
    assert ChainLog.objects.count() == 5
