"""`/api/v1/governance/…`"""

from __future__ import annotations

import pytest

from tests.factories import (
    IndexStateFactory,
    PollFactory,
    PollVoteFactory,
    ProposalFactory,
    ProposalVoteFactory,
    RoundFactory,
    address,
)
from tests.integration.api.conftest import Get

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def running() -> None:
    IndexStateFactory(projected_to=1000)
    RoundFactory(number=105, block__number=1000)


@pytest.mark.parametrize("name", ["polls", "proposals", "votes"])
def test_list__when_the_chain_has_none__then_it_is_empty(get: Get, name: str) -> None:
    answer = get(f"governance/{name}").json()
    assert (answer["data"], answer["paging"]["next_cursor"]) == ([], None)
    assert (answer["meta"]["as_of"]["block"], answer["meta"]["source"]) == (1000, "chain")


def test_polls__when_followed_to_the_end__then_every_poll_comes_once(get: Get) -> None:
    made = [PollFactory(block__number=number) for number in range(10, 15)]
    found, path = [], "governance/polls?limit=2"
    while path:
        answer = get(path).json()
        found += [row["poll"] for row in answer["data"]]
        cursor = answer["paging"]["next_cursor"]
        path = f"governance/polls?limit=2&cursor={cursor}" if cursor else ""
    assert found == [row.poll for row in reversed(made)]


def test_polls__when_there_is_one__then_each_figure_is_told_with_its_source(get: Get) -> None:
    poll = PollFactory(proposal="<b>Shall we?</b>", end_l1_block=2**40)
    PollVoteFactory(poll=poll.poll)
    (row,) = get("governance/polls").json()["data"]
    assert row["proposal"] == "<b>Shall we?</b>"
    assert (row["end_l1_block"], row["open"], row["voters"]) == (2**40, None, 1)
    assert (row["quorum_ppm"], row["quota_ppm"], row["round"]) == (333_300, 500_000, 100)
    assert (row["block"], row["tx_hash"]) == (poll.block_id, f"0x{bytes(poll.tx_hash).hex()}")


def test_proposals__when_texts_are_long__then_they_are_cut(get: Get) -> None:
    ProposalFactory(proposal_id=2**255 + 1, description="ä" * 5_000)
    (row,) = get("governance/proposals").json()["data"]
    assert (row["proposal_id"], row["state"]) == (str(2**255 + 1), "open")
    assert row["description"] == "ä" * 1_999 + "…"


def test_votes__when_of_one_account__then_only_its_own_with_the_raw_weight(get: Get) -> None:
    ProposalVoteFactory(voter=address(1), weight_lpt_wei=10**21, reason="why not", proposal_id=7)
    PollVoteFactory(voter=address(2))
    (row,) = get(f"governance/votes?voter={address(1)}").json()["data"]
    assert (row["kind"], row["subject"], row["choice"], row["choice_words"]) == ("proposal", "7", "1", "for")
    assert (row["weight_lpt_wei"], row["weight_lpt_formatted"]) == ("1" + "0" * 21, "1,000.00 LPT")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("polls?voter=0x", "bad_parameter"),
        ("votes?voter=0x12", "bad_address"),
        ("votes?limit=0", "bad_parameter"),
        ("polls?cursor=x", "bad_cursor"),
    ],
)
def test_list__when_asked_wrongly__then_it_is_refused(get: Get, query: str, code: str) -> None:
    response = get(f"governance/{query}")
    assert (response.status_code, response.json()["code"]) == (400, code)
