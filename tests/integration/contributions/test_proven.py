"""What the chain proves of an address without any claim."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.contributions.proven import LONG_SERVICE_ROUNDS_SIMULATED, proven_of
from tests.factories import (
    BlockFactory,
    OrchestratorFactory,
    OrchestratorRoundFactory,
    PollFactory,
    PollVoteFactory,
    ProposalFactory,
    ProposalVoteFactory,
    RewardCallerChangeFactory,
    RoundFactory,
)
from tests.factories.base import address

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, OTHER, POLL = address(1), address(2), address(60_000)


def deeds() -> list[tuple[str, int, str, str]]:
    return [(deed.kind, deed.block, deed.subject, deed.choice) for deed in proven_of(NODE).deeds]


def test_proven_of__when_the_address_did_nothing__then_nothing_is_proven() -> None:
    PollVoteFactory(voter=OTHER)
    found = proven_of(NODE)
    assert not found
    assert (found.polls_voted, found.proposals_voted, found.proposals_made, found.rounds_served) == (0, 0, 0, 0)


def test_proven_of__when_it_voted_and_proposed__then_each_deed_newest_first() -> None:
    PollFactory(poll=POLL, proposal="Shall rounds be longer?", block=BlockFactory(number=10))
    PollVoteFactory(poll=POLL, voter=NODE, choice=0, block=BlockFactory(number=11))
    PollVoteFactory(poll=POLL, voter=NODE, choice=1, block=BlockFactory(number=12))  # the last one counts
    ProposalFactory(proposal_id=5, proposer=NODE, description="# Pay", block=BlockFactory(number=20))
    ProposalVoteFactory(proposal_id=5, voter=NODE, support=2, block=BlockFactory(number=21))
    assert deeds() == [
        ("proposal_vote", 21, "Pay", "abstain"),
        ("proposal", 20, "Pay", ""),
        ("poll_vote", 12, "Shall rounds be longer?", "no"),
    ]
    found = proven_of(NODE)
    assert (found.polls_voted, found.proposals_voted, found.proposals_made, found.block) == (1, 1, 1, 21)


def test_proven_of__when_it_may_call_reward_for_another__then_while_that_stands() -> None:
    OrchestratorFactory(address=OTHER)
    RewardCallerChangeFactory(orchestrator=OTHER, caller=NODE, block=BlockFactory(number=30))
    assert deeds() == [("rewards_for_others", 30, OTHER, "")]
    RewardCallerChangeFactory(orchestrator=OTHER, caller=None, block=BlockFactory(number=31))
    assert deeds() == []


def test_proven_of__when_it_calls_reward_for_itself_or_one_that_left__then_that_is_nothing() -> None:
    OrchestratorFactory(address=OTHER, registered=False)
    RewardCallerChangeFactory(orchestrator=OTHER, caller=NODE)
    RewardCallerChangeFactory(orchestrator=NODE, caller=NODE)
    assert deeds() == []


@pytest.mark.parametrize("missing", [0, 1])
def test_proven_of__when_it_served_for_long__then_from_enough_rounds_on(missing: int) -> None:
    for number in range(LONG_SERVICE_ROUNDS_SIMULATED):
        RoundFactory(number=number + 1, block=BlockFactory(number=100 + number))
        OrchestratorRoundFactory(orchestrator=NODE, round=number + 1, reward_called=number >= missing)
    found = proven_of(NODE)
    assert found.rounds_served == LONG_SERVICE_ROUNDS_SIMULATED - missing
    assert [(deed.kind, deed.subject, deed.count) for deed in found.deeds] == (
        [] if missing else [("long_service", "since round 1", LONG_SERVICE_ROUNDS_SIMULATED)]
    )


def test_proven_of__when_asked__then_six_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(6):
        proven_of(NODE)
