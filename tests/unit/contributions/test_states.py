"""The state of a claim from what is known of it, whatever came first."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest

from apps.contributions.reviewers import Reviewer, reviewers_of, seed_of
from apps.contributions.states import Claim, Item, State, state_of, weight_text
from apps.contributions.trust import NO_SUPPORT, ONE, Support
from apps.protocol.units import Address
from tests.factories import address
from tests.unit.contributions.test_trust import RULES

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 22)
LATER = TODAY + timedelta(days=300)
A, B = Address(address(1)), Address(address(2))
YES, NO, UNKNOWN, TAKEN = Item("yes"), Item("no"), Item("unknown"), Item("yes", "0x11")
TWO = Support(2 * ONE, 0, (A, B))
AGAINST = Support(0, ONE, (), (A,))
DISPUTED = "Disputed with weight 1 against 0 for it, where one reviewer weighs 1."
BY_ONE = "Endorsed with weight 1, where one reviewer weighs 1."
BY_TWO = BY_ONE.replace("weight 1", "weight 2")
ONE_OF_TWO = "Evidence found: 1 of 2. No counted reviewer has spoken."


def state(
    *evidence: Item, support: Support = NO_SUPPORT, expires: date = LATER, revoked_by: Address | None = None
) -> State:
    return state_of(Claim(evidence, expires, revoked_by, support), today=TODAY, rules=RULES)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (state(), State("claimed", "author", "It names no evidence.")),
        (state(UNKNOWN), State("claimed", "evidence check", "Its evidence was not checked yet.")),
        (state(NO, UNKNOWN), State("claimed", "evidence check", "Its evidence was not found where it should be.")),
        (state(TAKEN), State("claimed", "evidence check", "Its evidence backs an earlier claim already.")),
        (state(YES, NO), State("evidence_checked", "evidence check", ONE_OF_TWO)),
        (state(YES, support=TWO), State("endorsed", "reviewers", BY_TWO)),
        (state(YES, support=Support(ONE, 0, (A,))), State("endorsed", A, BY_ONE)),
        (state(YES, support=AGAINST), State("disputed", A, DISPUTED)),
        (state(support=AGAINST), State("disputed", A, DISPUTED)),
        (state(YES, support=TWO, revoked_by=B), State("revoked", B, "Withdrawn by its author.")),
        (
            state(YES, support=TWO, expires=TODAY),
            State("expired", "calendar", "Work that ended so long ago no longer counts, from 2026-11-22 on."),
        ),
    ],
)  # fmt: skip
def test_state__of_what_is_known__then_with_who_and_why(found: State, expected: State) -> None:
    assert found == expected


def test_state__when_the_evidence_of_an_endorsed_claim_is_gone__then_it_falls_back_and_returns_with_it() -> None:
    assert [state(item, support=TWO).name for item in (YES, NO, YES)] == ["endorsed", "claimed", "endorsed"]


def test_state__when_support_is_too_slight__then_the_evidence_stands_alone_and_says_so() -> None:
    found = state(YES, support=Support(ONE // 2, ONE // 4))
    assert found.name == "evidence_checked"
    assert found.why.endswith("Reviewers' weight for it 0.5, against it 0.25: not enough to endorse it.")


def test_state__of_the_same_evidence_in_any_order__then_the_same() -> None:
    assert len({state(*items, support=TWO) for items in permutations((YES, NO, UNKNOWN, TAKEN))}) == 1


@pytest.mark.parametrize(
    ("ppm", "text"),
    [(0, "0"), (1, "less than 0.01"), (10_000, "0.01"), (1_500_000, "1.5"), (2_000_000, "2"), (12_340_000, "12.34")],
)
def test_weight_text__of_a_weight__then_in_reviewers(ppm: int, text: str) -> None:
    assert weight_text(ppm) == text


def test_reviewers__of_the_main_network__then_none_until_people_appoint_them() -> None:
    assert reviewers_of(42161) == ()
    assert reviewers_of(1) == ()


def test_reviewers__of_the_simulated_network__then_dated_with_a_reason_each() -> None:
    found = reviewers_of(31337)
    assert len(found) == 3
    assert all(one.reason and one.address == one.address.lower() for one in found)
    assert seed_of(31337, date(2019, 12, 31)) == ()
    assert seed_of(31337, date(2020, 1, 1)) == tuple(one.address for one in found)


def test_reviewer__after_its_last_day__then_serves_no_more() -> None:
    one = Reviewer(A, "a", TODAY, TODAY + timedelta(days=1), "why")
    assert [one.serves(TODAY + timedelta(days=days)) for days in (-1, 0, 1, 2)] == [False, True, True, False]
