"""The community part: what a claim brings, how it fades, where categories begin and end, and what stays unknown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.contributions.categories import CATEGORIES
from apps.protocol.units import Ppm
from apps.scoring.community import categories_of, community_part, kept_after
from apps.scoring.facts import ClaimFact, CommunityFacts, canonical, facts_from
from apps.scoring.formula import score
from apps.scoring.method import live, method_of
from apps.scoring.results import Part
from apps.scoring.windows import SCALE
from tests.unit.scoring.made import gateway, network, node

pytestmark = pytest.mark.unit

FULL, HALF = 1_000_000, 500_000
quick = settings(max_examples=100, deadline=None)


def claim(
    category: str = "software",
    *,
    standing: int = FULL,
    days: int = 0,
    authors: int = 1,
    state: str = "endorsed",
    n: int = 1,
) -> ClaimFact:
    return ClaimFact(f"0x{n:064x}", category, state, days, authors, 2 * standing, 0, Ppm(standing))


def part(*claims: ClaimFact, reviewers: int = 3) -> Part:
    one = replace(node(1), community=CommunityFacts(claims, reviewers))
    return community_part(one, live(), weight=1)


def test_categories__of_the_live_method__are_those_that_can_be_signed_each_with_room_between_least_and_most() -> None:
    found = categories_of(live())

    assert set(found) == set(CATEGORIES)
    assert all(0 < one.minimum <= one.claim <= one.maximum <= 30 for one in found.values())
    assert (live().whole("community", "half_life_days"), live().whole("community", "expiry_days")) == (180, 720)


@pytest.mark.parametrize(
    ("made", "value"),
    [
        (claim(), "12.0000"),
        (claim(standing=HALF), "6.0000"),
        (claim(days=180), "6.0000"),
        (claim(days=360), "3.0000"),
        (claim(authors=3), "4.0000"),
        (claim("support", days=90), "3.5355"),
    ],
)
def test_part__of_one_claim__is_its_points_times_standing_and_what_time_left(made: ClaimFact, value: str) -> None:
    found = part(made)

    assert (found.value, found.low, found.high) == (Decimal(value),) * 3
    assert found.coverage == Decimal("1.0000")


def test_part__of_two_categories__is_their_sum_and_says_so() -> None:
    found = part(
        claim(),
        claim("guides", days=180, standing=HALF, n=2),
        claim("support", state="evidence_checked", n=3, standing=0),
    )

    assert found.value == Decimal("14.0000")
    assert found.high == Decimal("19.0000")  # 5 more, were the claim that waits endorsed
    assert found.coverage == Decimal("0.7619")  # 12 + 4 of 21 points were judged
    assert found.reason == (
        "Two endorsed contributions in software and tools, guides and teaching, faded by age; "
        "one more waits to be endorsed."
    )
    assert found.raises == ("Endorsements for one waiting claim: the part would be 19 points at most.",)


def test_part__of_a_category_at_its_most__counts_no_further_and_asks_for_something_else() -> None:
    found = part(*(claim("other", n=n) for n in range(5)))

    assert found.value == Decimal("10.0000")
    assert found.raises == ("Something else than other, which counts for no more than it has.",)


def test_part__of_all_categories_at_their_most__is_a_hundred() -> None:
    assert part(*(claim(name, n=n) for n, name in enumerate(list(CATEGORIES) * 5))).value == Decimal("100.0000")


@pytest.mark.parametrize(
    ("claims", "reviewers", "reason"),
    [
        ((claim(state="claimed", standing=0),), 3, "its one claim is not endorsed"),
        ((claim(state="disputed", standing=0),), 3, "its one claim is disputed"),
        ((claim(days=361),), 3, "what counts of its one claim is below the least of software and tools"),
        ((claim(state="claimed", standing=0),), 0, "nobody has been appointed as a reviewer"),
        ((claim("poetry"),), 3, "its one claim is not endorsed"),
    ],
)
def test_part__without_a_claim_that_counts__is_unknown_and_not_zero(
    claims: tuple[ClaimFact, ...], reviewers: int, reason: str
) -> None:
    found = part(*claims, reviewers=reviewers)

    assert (found.value, found.low, found.high) == (None, None, None)
    assert found.reason.startswith("Unknown: ")
    assert reason in found.reason


def test_part__without_any_claim__is_unknown_and_says_what_would_raise_it() -> None:
    found = community_part(node(1), live(), weight=1)

    assert found.value is None
    assert found.raises[0].startswith("Sign a claim")


def test_part__by_method_1_0__is_unknown_whatever_was_claimed() -> None:
    before = method_of("1.0")
    assert before is not None
    one = replace(node(1), community=CommunityFacts((claim(),), 3))

    assert community_part(one, before, weight=1).value is None


def test_score__of_a_node_with_a_contribution__is_lifted_and_no_other_is_touched() -> None:
    one, other = node(1, fees={gateway(1): 500}), node(2, stake=5000, fees={gateway(2): 100})
    plain = {each.address: each for each in score(network(one, other))}
    giving = replace(one, community=CommunityFacts((claim(),), 3))
    lifted = {each.address: each for each in score(network(giving, other))}

    before, after = plain[one.address].value, lifted[one.address].value
    assert before is not None
    assert after == (before + (100 - before) * 12 / 1000).quantize(Decimal("0.0001"))
    assert lifted[other.address] == plain[other.address]


def test_facts__with_claims__are_restored_from_their_text() -> None:
    facts = network(replace(node(1), community=CommunityFacts((claim(), claim("other", n=2)), 3)))
    assert facts_from(canonical(facts)) == facts


def test_kept__after_its_expiry__is_nothing() -> None:
    assert [kept_after(days, live()) for days in (-3, 0, 180, 540, 720, 9999)] == [
        SCALE, SCALE, SCALE // 2, SCALE // 8, 0, 0,
    ]  # fmt: skip


claims = st.lists(
    st.builds(
        claim,
        st.sampled_from(sorted(CATEGORIES)),
        standing=st.integers(0, FULL),
        days=st.integers(0, 800),
        authors=st.integers(1, 4),
        state=st.sampled_from(["claimed", "evidence_checked", "endorsed", "disputed"]),
        n=st.integers(1, 99),
    ),
    max_size=12,
)


def value(made: list[ClaimFact]) -> Decimal:
    return part(*made).value or Decimal(0)


@quick
@given(claims, st.integers(0, 400))
def test_part__as_time_goes_by__never_rises(made: list[ClaimFact], days: int) -> None:
    later = [replace(one, age_days=one.age_days + days) for one in made]
    assert value(later) <= value(made)


@quick
@given(claims)
def test_part__of_any_claims__keeps_every_cap_and_its_interval(made: list[ClaimFact]) -> None:
    found = part(*made)
    if found.value is None:
        return
    rules = categories_of(live())
    counted = {name: each["counted_points"] for name, each in found.sources["categories"].items()}  # type: ignore[attr-defined]
    assert all(Decimal(points) <= rules[name].maximum for name, points in counted.items())
    assert 0 < found.value <= 100
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.value <= found.high <= 100
    assert 0 <= found.coverage <= 1


@quick
@given(claims)
def test_part__in_another_order_of_claims__has_the_same_value(made: list[ClaimFact]) -> None:
    assert value(made[::-1]) == value(made)


@quick
@given(claims, st.sampled_from(sorted(CATEGORIES)))
def test_part__with_one_more_endorsed_claim__is_never_lower(made: list[ClaimFact], category: str) -> None:
    assert value([*made, claim(category, n=100)]) >= value(made)
