"""The part of an orchestrator's page that tells how it votes."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import scenery
from tests.factories import PollFactory, PollVoteFactory, ProposalFactory, ProposalVoteFactory
from tests.scenery import Character

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def cast(db: None) -> list[Character]:
    return scenery.network(nodes=3, rounds=40)


def section(client: Client, node: str) -> str:
    page = client.get(f"/orchestrators/{node}/").content.decode()
    return page.partition('<section id="governance">')[2].partition("</section>")[0]


def test_governance__when_nothing_was_held__then_there_is_no_section(client: Client, cast: list[Character]) -> None:
    page = client.get(f"/orchestrators/{cast[0].address}/").content.decode()
    assert "governance" not in page.casefold()


def test_governance__when_polls_were_held__then_each_with_the_vote(client: Client, cast: list[Character]) -> None:
    node = cast[0].address
    voted = PollFactory(round=30, proposal="<script>alert(1)</script>", block__number=900)
    PollFactory(round=31, proposal="Shall rounds be longer?", end_l1_block=1, block__number=930)
    PollVoteFactory(poll=voted.poll, voter=node, choice=0)
    ProposalFactory(proposal_id=4, round=32, vote_start_round=33, vote_end_round=45, proposer=node, block__number=960)
    ProposalVoteFactory(proposal_id=4, voter=node, support=2)
    found = section(client, node)
    assert "Voted in 2 of 3 polls and treasury proposals" in found
    assert "1 of the proposals is its own" in found
    assert (
        'Poll “<bdi class="wrap-any">&lt;script&gt;alert(1)&lt;/script&gt;</bdi>”, round 30: voted <b>yes</b>.' in found
    )
    assert 'Poll “<bdi class="wrap-any">Shall rounds be longer?</bdi>”, round 31: no vote.' in found
    assert 'Proposal “<bdi class="wrap-any">Pay for the work</bdi>”, its own, round 32: voted <b>abstain</b>.' in found


def test_governance__when_much_was_held__then_the_newest_are_open_and_the_rest_folded(
    client: Client, cast: list[Character]
) -> None:
    for round_ in range(20, 32):
        PollFactory(round=round_, proposal=f"Question {round_}", block__number=round_ * 30)
    found = section(client, cast[0].address)
    assert "Voted in 0 of 12 polls" in found
    assert found.index("Question 27") < found.index("<summary>7 more</summary>") < found.index("Question 26")
