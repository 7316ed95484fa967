"""One item backs one orchestrator: by link, by where it leads and by content, unless co-authors signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from apps.contributions.evidence.sharing import Item, backed

pytestmark = pytest.mark.unit

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ALICE, BOB, CAROL = "0xa", "0xb", "0xc"
PULL = "https://github.com/o/r/pull/7"


def item(evidence: int, orchestrator: str, *places: str, after_s: int = 0, content: bytes | None = None) -> Item:
    claim = f"claim {evidence}"
    since = NOW + timedelta(seconds=after_s)
    return Item(evidence, claim, claim, orchestrator, since, places or (PULL,), content)


FIRST, LATER = item(1, ALICE), item(2, BOB, after_s=60)


def test_backed__when_two_name_one_link__then_the_first_has_it_in_any_order() -> None:
    third = item(3, CAROL, after_s=90)
    for order in permutations([FIRST, LATER, third]):
        assert backed(order) == {1: "", 2: "claim 1", 3: "claim 1"}


def test_backed__when_the_later_one_made_it__then_the_copyist_loses_it() -> None:
    assert backed([FIRST, replace(LATER, is_makers=True)]) == {1: "claim 2", 2: ""}


def test_backed__when_the_same_orchestrator_names_it_twice__then_it_counts_once() -> None:
    assert backed([FIRST, replace(LATER, orchestrator=ALICE)]) == {1: "", 2: "claim 1"}


def test_backed__when_it_is_an_amended_claim__then_versions_do_not_compete() -> None:
    assert backed([FIRST, replace(LATER, orchestrator=ALICE, root="claim 1")]) == {1: "", 2: ""}


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (replace(FIRST, signers=frozenset({BOB})), LATER),
        (FIRST, replace(LATER, signers=frozenset({ALICE}))),
    ],
)
def test_backed__when_a_co_author_signed__then_both_have_it(first: Item, later: Item) -> None:
    assert backed([first, later]) == {1: "", 2: ""}


def test_backed__when_a_co_author_is_named_and_did_not_sign__then_the_first_alone_has_it() -> None:
    other = replace(FIRST, signers=frozenset({CAROL}))
    assert backed([other, LATER]) == {1: "", 2: "claim 1"}


def test_backed__when_a_short_link_leads_to_the_same_place__then_it_is_the_same() -> None:
    short = item(2, BOB, "https://short.example/x", PULL, after_s=60)
    assert backed([FIRST, short]) == {1: "", 2: "claim 1"}


def test_backed__when_a_copy_on_another_host_shows_the_same__then_it_is_the_same() -> None:
    one = item(1, ALICE, "https://a.example/guide", content=b"text")
    other = item(2, BOB, "https://b.example/copy", after_s=60, content=b"text")
    assert backed([one, other]) == {1: "", 2: "claim 1"}


def test_backed__when_one_host_shows_the_same_frame_everywhere__then_it_says_nothing() -> None:
    one = item(1, ALICE, "https://app.example/one", content=b"frame")
    other = item(2, BOB, "https://app.example/two", after_s=60, content=b"frame")
    assert backed([one, other]) == {1: "", 2: ""}


def test_backed__when_only_the_query_differs_and_the_content_does_not__then_it_is_the_same() -> None:
    one = item(1, ALICE, "https://a.example/guide", content=b"text")
    other = item(2, BOB, "https://a.example/guide?x=1", after_s=60, content=b"text")
    assert backed([one, other]) == {1: "", 2: "claim 1"}


def test_backed__when_what_is_shared_belongs_to_another__then_its_other_link_is_still_its_own() -> None:
    own = item(3, BOB, "https://b.example/own", after_s=60)
    assert backed([FIRST, LATER, own]) == {1: "", 2: "claim 1", 3: ""}


def test_backed__when_a_host_shows_one_frame_ten_thousand_times__then_it_takes_no_long_time() -> None:
    many = [item(n, f"0x{n}", f"https://app.example/{n}", content=b"frame") for n in range(10_000)]
    assert set(backed(many).values()) == {""}
