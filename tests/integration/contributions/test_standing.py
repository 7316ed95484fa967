"""What is known of the evidence of claims, and which claim each item backs, read from real tables."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.contributions.evidence.standing import standings, standings_of
from apps.contributions.models import Claim, Evidence
from tests.factories import ClaimFactory, CoSignatureFactory, EvidenceCheckFactory
from tests.factories.base import address

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

PULL = "https://github.com/livepeer/tools/pull/7"
OTHER_PULL = "https://github.com/livepeer/tools/pull/8"
POLL = f"https://explorer.livepeer.org/voting/{address(60_000)}"
HOUR = timedelta(hours=1)


def claim(
    node: int, *links: str, hours_ago: int = 0, found: str = "yes", content: bytes = b"", **fields: object
) -> Claim:
    """A claim whose links were all looked at; by default everything shows something of its own."""
    made: Claim = ClaimFactory(orchestrator=address(node), links=links, age=hours_ago * HOUR, **fields)
    for row in Evidence.objects.filter(claim=made):
        EvidenceCheckFactory(evidence=row, found=found, snapshot=content or row.url.encode() * 20)
    return made


def told(made: Claim) -> list[tuple[str, str]]:
    return [(one.found, one.backs) for one in standings()[made.pk]]


def test_standings__when_nobody_has_looked__then_unknown() -> None:
    made = ClaimFactory(links=(PULL, OTHER_PULL))
    assert told(made) == [("unknown", ""), ("unknown", "")]
    assert [one.url for one in standings()[made.pk]] == [PULL, OTHER_PULL]


def test_standings__when_it_was_looked_at_twice__then_the_newest_word_stands() -> None:
    made = claim(1, PULL, hours_ago=2)
    EvidenceCheckFactory(evidence=made.evidence.get(), at=made.received_at + HOUR, found="no", snapshot=None)
    assert told(made) == [("no", "")]
    assert not standings()[made.pk][0].holds


def test_standings__when_two_name_one_link__then_the_later_backs_the_first_one() -> None:
    first = claim(1, PULL, hours_ago=2)
    later = claim(2, PULL + "/files", OTHER_PULL)
    assert told(first) == [("yes", "")]
    assert told(later) == [("yes", first.pk), ("yes", "")]


def test_standings__when_the_first_was_withdrawn_or_gone__then_the_later_has_it() -> None:
    claim(1, PULL, hours_ago=3, state="revoked")
    claim(3, PULL, hours_ago=2, found="no")
    assert told(claim(2, PULL)) == [("yes", "")]


def test_standings__when_the_first_is_expired__then_it_still_has_it() -> None:
    first = claim(1, PULL, hours_ago=2, state="expired")
    assert told(claim(2, PULL)) == [("yes", first.pk)]


def test_standings__when_an_amendment_adds_a_link_later__then_it_is_not_dated_back() -> None:
    old = claim(1, OTHER_PULL, hours_ago=5)
    other = claim(2, PULL, hours_ago=3)
    amended = claim(1, OTHER_PULL, PULL, hours_ago=1, amends=old)
    assert told(amended) == [("yes", ""), ("yes", other.pk)]
    assert old.pk not in standings()
    assert standings_of([old.pk])[old.pk][0].found == "yes"


@pytest.mark.parametrize("signs", [True, False])
def test_standings__when_a_co_author_claims_it_too__then_it_depends_on_the_signature(signs: bool) -> None:
    first = claim(1, PULL, hours_ago=2, co_authors=[address(2)])
    if signs:
        CoSignatureFactory(claim=first, signer=address(2))
    assert told(claim(2, PULL)) == [("yes", "" if signs else first.pk)]


def test_standings__when_pages_show_the_same_on_two_hosts__then_it_is_one_item() -> None:
    first = claim(1, "https://a.example/guide", hours_ago=2, content=b"the same words " * 40)
    assert told(claim(2, "https://b.example/copy", content=b"the same words " * 40)) == [("yes", first.pk)]


def test_standings__when_pages_say_next_to_nothing__then_that_makes_them_no_copies() -> None:
    claim(1, "https://a.example/guide", hours_ago=2, content=b"Turn on JavaScript.")
    assert told(claim(2, "https://b.example/copy", content=b"Turn on JavaScript.")) == [("yes", "")]


def test_standings__when_two_voted_in_one_poll__then_each_vote_is_its_own() -> None:
    claim(1, POLL, hours_ago=2)
    assert told(claim(2, POLL)) == [("yes", "")]
    assert [backs for _, backs in told(claim(1, POLL))] != [""]  # the same vote again, in another claim


def test_standings_of__when_asked_for_one_page__then_as_among_all_in_two_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    claim(1, PULL, hours_ago=2)
    later = claim(2, PULL, OTHER_PULL)
    claim(3, "https://elsewhere.example/page")
    with django_assert_num_queries(2):
        few = standings_of([later.pk])
    assert few == {later.pk: standings()[later.pk]}


def test_standings_of__when_a_withdrawn_claim_stands_on_the_same_page__then_it_takes_nothing() -> None:
    gone = claim(1, PULL, hours_ago=3, state="revoked")
    made = claim(2, PULL)
    found = standings_of([gone.pk, made.pk])
    assert [found[each.pk][0].backs for each in (gone, made)] == ["", ""]


def test_standings_of__when_nothing_is_asked_for__then_nothing() -> None:
    assert standings_of([]) == {}
