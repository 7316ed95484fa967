"""What is read of polls and proposals, and what of it belongs to one node."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.network.selectors import governance
from apps.network.selectors.governance import Place, title_of, words_of
from tests.factories import (
    OrchestratorRoundFactory,
    ParameterReadFactory,
    PollFactory,
    PollVoteFactory,
    ProposalChangeFactory,
    ProposalFactory,
    ProposalVoteFactory,
    address,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, OTHER = address(1), address(2)


def test_polls__when_votes_are_changed__then_each_account_counts_once() -> None:
    poll = PollFactory(block__number=10)
    for choice in (0, 1):
        PollVoteFactory(poll=poll.poll, voter=NODE, choice=choice)
    PollVoteFactory(poll=poll.poll, voter=OTHER)
    ParameterReadFactory(name="l1_block", value=60_000)
    (row,) = governance.polls(limit=5)
    assert (row.poll, row.voters, row.open, row.block) == (poll.poll, 2, True, 10)


def test_polls__when_the_block_of_ethereum_is_past_or_unknown__then_it_is_closed_or_nobody_knows() -> None:
    PollFactory()
    assert governance.polls(limit=5)[0].open is None
    ParameterReadFactory(name="l1_block", value=60_001)
    assert governance.polls(limit=5)[0].open is False


def test_polls__when_asked_after_a_place__then_the_older_ones_follow() -> None:
    made = [PollFactory(block__number=number, round=number) for number in (10, 11, 12)]
    assert [row.round for row in governance.polls(limit=2)] == [12, 11]
    assert [row.round for row in governance.polls(before=Place(11, made[1].log_index), limit=2)] == [10]


@pytest.mark.parametrize(("running", "state"), [(101, "waiting"), (102, "open"), (111, "open"), (112, "closed")])
def test_proposals__when_no_log_tells__then_the_round_does(running: int, state: str) -> None:
    ProposalFactory(proposal_id=2**255, actions=[{"target": OTHER, "value_eth_wei": "0", "calldata": "0x"}])
    (row,) = governance.proposals(running, limit=5)
    assert (row.state, row.proposal_id, row.actions[0]["target"]) == (state, 2**255, OTHER)


def test_proposals__when_executed__then_the_last_log_tells() -> None:
    ProposalFactory(proposal_id=5)
    ProposalChangeFactory(proposal_id=5, kind="queued", block__number=20)
    ProposalChangeFactory(proposal_id=5, kind="executed", block__number=21)
    assert governance.proposals(103, limit=5)[0].state == "executed"


def test_votes__when_of_both_kinds__then_newest_first_and_of_one_account_where_asked() -> None:
    PollVoteFactory(voter=NODE, choice=2**256 - 1, block__number=20)
    ProposalVoteFactory(voter=NODE, support=2, weight_lpt_wei=7, reason="so", block__number=21)
    PollVoteFactory(voter=OTHER, choice=0, block__number=22)
    everyone = governance.votes(limit=5)
    assert [(row.kind, row.choice_words, row.weight_lpt_wei) for row in everyone] == [
        ("poll", "yes", None),
        ("proposal", "abstain", 7),
        ("poll", "another choice", None),
    ]
    assert [row.block for row in governance.votes(voter=NODE, limit=5)] == [21, 20]


def test_part_of__when_active_or_voting__then_what_was_held_then_and_its_last_vote(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for round_ in (100, 101):
        OrchestratorRoundFactory(orchestrator=NODE, round=round_)
    first, missed, foreign = (PollFactory(round=at, block__number=at) for at in (100, 101, 50))
    PollFactory(round=40, block__number=40)  # before its time
    PollVoteFactory(poll=first.poll, voter=NODE, choice=1, block__number=102)
    PollVoteFactory(poll=first.poll, voter=NODE, choice=0, block__number=103)
    PollVoteFactory(poll=foreign.poll, voter=NODE, choice=3, block__number=104)
    ProposalFactory(proposal_id=8, proposer=NODE, vote_start_round=101, round=100, block__number=105)
    ProposalVoteFactory(proposal_id=8, voter=NODE, support=1)
    with django_assert_num_queries(2):
        part = governance.part_of(NODE, 105, l1_block=60_001)
    assert [(one.kind, one.round, one.words, one.is_open, one.own) for one in part.held] == [
        ("proposal", 100, "for", True, True),
        ("poll", 101, "", False, False),
        ("poll", 100, "yes", False, False),
        ("poll", 50, "choice 3", False, False),
    ]
    assert (part.voted, part.proposed, missed.round) == (3, 1, 101)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Pay for the work\n\nlong", "Pay for the work"),
        ("\n\n", "without words"),
        ("x" * 200, "x" * 139 + "…"),
        ("QmHash", "QmHash"),
    ],
)
def test_title_of__when_any_text__then_its_first_line_shortly(text: str, title: str) -> None:
    assert title_of(text) == title


def test_words_of__when_a_choice_is_not_known__then_its_number() -> None:
    assert [words_of("proposal", choice) for choice in (0, 1, 2, 3)] == ["against", "for", "abstain", "choice 3"]
