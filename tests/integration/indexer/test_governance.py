"""Polls and treasury proposals, from contracts that a chain may have, lack, or get later."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from pytest_django import Settings

from apps.chain.client import ChainClient
from apps.chain.readers.controller import contract_id
from apps.network.models import Poll, PollVote, Proposal, ProposalChange, ProposalVote
from apps.protocol.units import ZERO_ADDRESS
from indexer import sync
from indexer.models import ParkedLog, WatchedContract
from indexer.projections.replay import replay
from indexer.store import Books
from tests.factories import address
from tests.fakes.chain import ADDRESSES, FakeChain, FakeLog, encode_log
from tests.fakes.nodes import FakeNode, transport
from tests.integration.indexer.snapshots import difference, projections
from tests.local import Local

pytestmark = pytest.mark.integration

A, B, POLL, OTHER_POLL = (address(number) for number in (1, 2, 71, 72))
OLDER = {name: where for name, where in ADDRESSES.items() if name not in ("LivepeerGovernor", "PollCreator", "Poll")}


@dataclass
class Encoded:
    """A chain of encoded logs, for what the local contracts lack."""

    chain: FakeChain
    books: Books = field(default_factory=Books)

    def mine(self, *logs: FakeLog) -> None:
        self.chain.mine(list(logs))

    def follow(self) -> None:
        client = ChainClient(["http://node"], transport=transport(FakeNode(self.chain)))
        sync.follow(client, books=self.books)


@pytest.fixture
def encoded(settings: Settings, db: None) -> Encoded:
    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    return Encoded(FakeChain())


def older_chain() -> FakeChain:
    """A chain whose Controller never heard of governance."""
    chain = FakeChain(contracts=OLDER)
    for name in ("LivepeerGovernor", "PollCreator"):
        chain.register(name, ZERO_ADDRESS)
    return chain


def new_round(number: int) -> FakeLog:
    return encode_log("NewRound", round=number, blockHash=bytes(32))


def poll(where: str = POLL, *, text: bytes = b"QmHash", end: int = 21_000_000) -> FakeLog:
    return encode_log("PollCreated", poll=where, proposal=text, endBlock=end, quorum=333_300, quota=500_000)


def vote(voter: str, choice: int, *, where: str = POLL) -> FakeLog:
    return encode_log("Vote", address=where, voter=voter, choiceID=choice)


def proposal(number: int = 9, *, description: str = "Pay for the work") -> FakeLog:
    return encode_log(
        "ProposalCreated",
        proposalId=number,
        proposer=A,
        targets=[B],
        values=[5],
        signatures=[""],
        calldatas=[b"\xab"],
        voteStart=4001,
        voteEnd=4011,
        description=description,
    )


def cast(voter: str, support: int, weight: int) -> FakeLog:
    return encode_log("VoteCast", voter=voter, proposalId=9, support=support, weight=weight, reason="because")


def test_poll__when_votes_stand_in_the_block_that_opened_it__then_they_are_read_too(encoded: Encoded) -> None:
    encoded.mine(new_round(4000))
    encoded.mine(poll(), vote(A, 0))
    encoded.mine(vote(A, 1), vote(B, 7))
    encoded.follow()

    row = Poll.objects.get()
    assert (row.poll, row.proposal, row.end_l1_block, row.quorum_ppm, row.quota_ppm, row.round, row.block_id) == (
        *(POLL, "QmHash", 21_000_000, 333_300, 500_000, 4000, 2),
    )
    votes = PollVote.objects.order_by("block_id", "log_index").values_list("poll", "voter", "choice", "block_id")
    assert list(votes) == [(POLL, A, 0, 2), (POLL, A, 1, 3), (POLL, B, 7, 3)]
    assert WatchedContract.objects.get(address=POLL).since_block == 2


def test_poll__when_it_opens_in_a_long_stretch_read_ahead__then_no_vote_is_missed(encoded: Encoded) -> None:
    encoded.mine(new_round(4000))
    encoded.chain.skip(3_000)
    encoded.mine(poll())
    for place in range(40):
        encoded.chain.skip(2_000)
        encoded.mine(vote(address(100 + place), place % 3))
        if place == 20:
            encoded.mine(poll(OTHER_POLL, text=b"second"))
        if place > 20:
            encoded.mine(vote(address(200 + place), 1, where=OTHER_POLL))
    encoded.follow()

    assert PollVote.objects.filter(poll=POLL).count() == 40
    assert PollVote.objects.filter(poll=OTHER_POLL).count() == 19


def test_poll__when_its_block_is_reorged_away__then_it_is_gone_and_its_contract_is_not_watched(
    encoded: Encoded,
) -> None:
    encoded.mine(new_round(4000))
    encoded.mine(poll())
    encoded.follow()
    encoded.mine(poll(OTHER_POLL))
    encoded.mine(vote(A, 1), vote(B, 0, where=OTHER_POLL))
    encoded.follow()
    assert PollVote.objects.count() == 2

    encoded.chain.rollback(2)
    encoded.mine(vote(B, 1))
    encoded.mine(vote(A, 0, where=OTHER_POLL))  # a contract nobody told of on this branch
    encoded.follow()

    assert list(Poll.objects.values_list("poll", flat=True)) == [POLL]
    assert list(PollVote.objects.values_list("poll", "voter", "choice")) == [(POLL, B, 1)]
    assert not WatchedContract.objects.filter(address=OTHER_POLL).exists()


def test_proposal__when_its_logs_come__then_each_is_a_row(encoded: Encoded) -> None:
    encoded.mine(new_round(4000))
    encoded.mine(proposal())
    encoded.mine(cast(A, 1, 10**21), cast(B, 0, 5))
    encoded.mine(encode_log("ProposalQueued", proposalId=9, eta=1_800_000_000))
    encoded.mine(encode_log("ProposalExecuted", proposalId=9))
    encoded.follow()

    row = Proposal.objects.get()
    assert (row.proposal_id, row.proposer, row.vote_start_round, row.vote_end_round, row.description, row.round) == (
        *(9, A, 4001, 4011, "Pay for the work", 4000),
    )
    assert row.actions == [{"target": B, "value_eth_wei": "5", "calldata": "0xab"}]
    votes = ProposalVote.objects.order_by("log_index").values_list("voter", "support", "weight_lpt_wei", "reason")
    assert list(votes) == [(A, 1, 10**21, "because"), (B, 0, 5, "because")]
    changes = ProposalChange.objects.order_by("block_id").values_list("kind", "eta")
    assert list(changes) == [("queued", 1_800_000_000), ("executed", None)]


def test_proposal__when_it_cannot_be_read__then_it_is_parked_and_the_line_goes_on(encoded: Encoded) -> None:
    broken = proposal()
    encoded.mine(new_round(4000))
    encoded.mine(broken._replace(data=broken.data[:-64]), cast(A, 1, 5))
    encoded.mine(proposal(10, description="<script>alert(1)</script>\x00"))
    encoded.follow()

    assert ParkedLog.objects.get().block_id == 2
    assert ProposalVote.objects.get().voter == A
    assert Proposal.objects.get().description == "<script>alert(1)</script>\\x00"


def test_follow__when_the_chain_has_no_such_contracts__then_nothing_is_missing(settings: Settings, db: None) -> None:
    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    older = Encoded(older_chain())
    older.mine(new_round(4000), poll(), proposal())
    older.follow()

    assert (Poll.objects.count(), Proposal.objects.count()) == (0, 0)
    assert set(WatchedContract.objects.values_list("name", flat=True)).isdisjoint({"PollCreator", "LivepeerGovernor"})


def test_follow__when_a_contract_is_registered_later__then_it_is_read_from_there_on(
    settings: Settings, db: None
) -> None:
    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    chain = Encoded(older_chain())
    chain.mine(new_round(4000))
    chain.follow()
    where = ADDRESSES["LivepeerGovernor"]
    number = contract_id("LivepeerGovernor")
    chain.mine(
        encode_log("SetContractInfo", id=number, contractAddress=where, gitCommitHash=bytes(20)), proposal(), poll()
    )
    chain.mine(cast(A, 1, 5))
    chain.follow()

    assert WatchedContract.objects.get(name="LivepeerGovernor").since_block == 2
    assert (Proposal.objects.count(), ProposalVote.objects.count(), Poll.objects.count()) == (1, 1, 0)


def test_replay__of_governance__then_gives_the_same_rows(encoded: Encoded) -> None:
    encoded.mine(new_round(4000))
    encoded.mine(poll(), vote(A, 0), proposal(), cast(B, 2, 1))
    encoded.mine(vote(A, 1), encode_log("ProposalCanceled", proposalId=9))
    encoded.follow()
    followed = projections()
    replay()

    assert difference(projections(), followed) == {}
    assert {table: len(rows) for table, rows in followed.items() if "p" in table and rows} == {
        "network_poll": 1,
        "network_poll_vote": 2,
        "network_proposal": 1,
        "network_proposal_vote": 1,
        "network_proposal_change": 1,
    }


def test_poll__when_the_real_contracts_make_it__then_it_and_its_votes_are_indexed(local: Local) -> None:
    net = local.net
    asker, voter = net.account("asker"), net.account("voter")
    net.next_round()
    net.bond(asker, 100 * 10**18, asker)
    where = net.create_poll(asker, "Shall rounds be longer?")
    net.vote(voter, where, 0)
    net.vote(voter, where, 3)
    local.follow()

    row = Poll.objects.get()
    assert (row.poll, row.proposal, row.quorum_ppm, row.quota_ppm) == (
        where,
        "Shall rounds be longer?",
        333_300,
        500_000,
    )
    assert row.end_l1_block == row.block_id + 57_600
    votes = PollVote.objects.order_by("block_id").values_list("voter", "choice")
    assert list(votes) == [(voter.address, 0), (voter.address, 3)]
