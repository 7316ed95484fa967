"""The simulated network, account by account: what the tables hold is what the contracts answer, to the wei.

The contracts are asked by signature here, not through the readers that the indexer and `verify` use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.db.models import Sum
from django.test import override_settings
from eth_abi.abi import decode
from eth_utils.crypto import keccak
from pytest_django.plugin import DjangoDbBlocker

from apps.delegation.models import Position
from apps.delegation.worth import worth
from apps.devnet.calldata import address_in, calldata, words
from apps.devnet.wire import created_address
from apps.network.models import Orchestrator, Poll, PollVote, TicketPayment
from apps.protocol.units import NEVER, ZERO_ADDRESS
from indexer import sync
from indexer.models import IndexState
from indexer.store import Books
from indexer.verification import verify
from tests.integration.conftest import Lived

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

TRANSFER = "0x" + keccak(text="WinningTicketTransfer(address,address,uint256)").hex()
NOBODY = Position(delegate=ZERO_ADDRESS)  # what an account that never bonded has: nothing


@dataclass(frozen=True, slots=True)
class Indexed:
    """The lived network, and the block that its index stands at."""

    network: Lived
    block: int

    def ask(self, contract: str, signature: str, who: Iterable[str], *more: int) -> list[bytes]:
        """The contract's answers about these accounts at that block."""
        at = self.network.deployment[contract]
        questions = [{"to": at, "data": "0x" + calldata(signature, one, *more).hex()} for one in who]
        answers = self.network.client.batch([("eth_call", [question, hex(self.block)]) for question in questions])
        return [bytes.fromhex(answer[2:]) for answer in answers]

    @property
    def everybody(self) -> list[str]:
        return [one.address for one in self.network.cast.accounts.values()]

    @property
    def nodes(self) -> list[str]:
        return [one.account.address for one in self.network.cast.orchestrators]


@pytest.fixture(scope="module")
def indexed(lived: Lived, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Indexed]:
    """The whole history in the tables, for all tests of this file, and gone after them."""
    contracts = override_settings(CONTROLLER_ADDRESS=lived.deployment.controller)
    with django_db_blocker.unblock(), contracts, transaction.atomic():
        sync.follow(lived.client, books=Books())
        yield Indexed(lived, IndexState.objects.get().projected_to)
        transaction.set_rollback(True)


def test_history__once_indexed__holds_nobody_but_the_cast_and_no_drift(indexed: Indexed) -> None:
    verdict = verify(indexed.network.client)
    cast = indexed.network.cast
    assert verdict.drift == ()
    assert verdict.block == indexed.block == indexed.network.client.head().number
    known = {*Position.objects.values_list("delegator"), *Orchestrator.objects.values_list("address")}
    assert (verdict.accounts, verdict.orchestrators) == (len(known), Orchestrator.objects.count())
    assert set(Position.objects.values_list("delegator", flat=True)) <= set(indexed.everybody)
    assert set(Orchestrator.objects.values_list("address", flat=True)) >= set(indexed.nodes)
    assert (len(cast.orchestrators), len(cast.delegators), len(cast.gateways)) == (22, 50, 8)


def test_positions__of_every_account__equal_getdelegator(indexed: Indexed) -> None:
    """A40: every account, from its events alone, at one block."""
    held = {position.delegator: position for position in Position.objects.all()}
    delegated = dict(Orchestrator.objects.values_list("address", "stake_lpt_wei"))
    answers = indexed.ask("BondingManager", "getDelegator(address)", indexed.everybody)
    for who, answer in zip(indexed.everybody, answers, strict=True):
        bonded, fees, delegate, stake, start, claimed, next_lock = words(answer)
        one = held.get(who, NOBODY)
        ours = (one.bonded_lpt_wei, one.fees_eth_wei, one.delegate, delegated.get(who, 0))
        assert ours == (bonded, fees, address_in(delegate), stake), who
        assert (one.start_round, one.last_claim_round, one.next_lock_id) == (start, claimed, next_lock), who


def test_worth__of_every_account__equals_pendingstake_and_pendingfees(indexed: Indexed) -> None:
    now = worth()
    stakes = indexed.ask("BondingManager", "pendingStake(address,uint256)", indexed.everybody, 0)
    fees = indexed.ask("BondingManager", "pendingFees(address,uint256)", indexed.everybody, 0)
    theirs = {
        who: (*words(stake), *words(fee)) for who, stake, fee in zip(indexed.everybody, stakes, fees, strict=True)
    }
    ours = {who: (now[who].stake, now[who].fees) if who in now else (0, 0) for who in indexed.everybody}
    assert ours == theirs


def test_orchestrators__each_of_them__equals_gettranscoder_and_transcodertotalstake(indexed: Indexed) -> None:
    rows = {row.address: row for row in Orchestrator.objects.all()}
    answers = indexed.ask("BondingManager", "getTranscoder(address)", indexed.nodes)
    stakes = indexed.ask("BondingManager", "transcoderTotalStake(address)", indexed.nodes)
    for who, answer, stake in zip(indexed.nodes, answers, stakes, strict=True):
        row = rows[who]
        rewarded, cut, share, _, active, inactive, _, rewards, fees, paid = words(answer)
        left = NEVER if row.deactivation_round is None else row.deactivation_round
        assert (row.reward_cut_ppm, row.fee_share_ppm) == (cut, share), who
        assert [row.stake_lpt_wei] == words(stake), who
        assert (row.last_reward_round, row.last_fee_round) == (rewarded, paid), who
        assert (row.activation_round, left) == (active, inactive), who
        assert (row.cumulative_rewards_lpt_wei, row.cumulative_fees_eth_wei) == (rewards, fees), who


def test_service_addresses__of_every_orchestrator__equal_getserviceuri(indexed: Indexed) -> None:
    rows = dict(Orchestrator.objects.values_list("address", "service_uri"))
    answers = indexed.ask("ServiceRegistry", "getServiceURI(address)", indexed.nodes)
    theirs = {who: decode(["string"], answer)[0] for who, answer in zip(indexed.nodes, answers, strict=True)}
    assert {who: rows[who] for who in indexed.nodes} == theirs
    assert sum(uri.startswith("https://") for uri in theirs.values()) == 21


def test_payments__by_gateway_and_orchestrator__equal_the_sum_of_the_logs(indexed: Indexed) -> None:
    span = {"fromBlock": "0x0", "toBlock": hex(indexed.block)}
    wanted = {**span, "address": indexed.network.deployment["TicketBroker"], "topics": [TRANSFER]}
    logs = indexed.network.client.rpc("eth_getLogs", [wanted])
    theirs: Counter[tuple[str, str]] = Counter()
    for log in logs:
        gateway, orchestrator = (address_in(int(topic, 16)) for topic in log["topics"][1:])
        theirs[gateway, orchestrator] += int(log["data"], 16)
    sums = TicketPayment.objects.values_list("gateway", "orchestrator").annotate(Sum("amount_eth_wei"))
    assert {(gateway, node): int(amount) for gateway, node, amount in sums} == dict(theirs)
    assert TicketPayment.objects.count() == len(logs)
    assert {gateway for gateway, _ in theirs} <= {one.account.address for one in indexed.network.cast.gateways}


def test_history__once_indexed__holds_three_polls_and_every_vote_in_them(indexed: Indexed) -> None:
    creator = indexed.network.deployment["PollCreator"]
    opened = list(Poll.objects.order_by("block_id"))
    assert [(row.poll, row.round) for row in opened] == [
        (created_address(creator, number), round_) for number, round_ in ((1, 8), (2, 30), (3, 52))
    ]
    topic = "0x" + keccak(text="Vote(address,uint256)").hex()
    asked = {"fromBlock": "0x0", "toBlock": hex(indexed.block), "topics": [topic]}
    logs = indexed.network.client.rpc("eth_getLogs", [asked])
    votes = PollVote.objects.order_by("block_id", "log_index").values_list("poll", "voter", "choice")
    assert len(logs) == 3 * 13
    assert list(votes) == [
        (log["address"].lower(), "0x" + log["topics"][1][-40:], int(log["data"], 16)) for log in logs
    ]
