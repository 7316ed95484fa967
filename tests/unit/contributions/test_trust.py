"""Trust from a seed: what each word weighs, which do not count, and that rings of fresh accounts weigh nothing."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.contributions.trust import (
    CHAIN,
    COUNTED,
    FUNDED,
    GONE,
    LATER,
    MUTUAL,
    NO_TRUST,
    ONE,
    RELATED,
    SAME_OWNER,
    SELF,
    STATED,
    TWICE,
    Claimed,
    Relations,
    Rules,
    Trust,
    Weight,
    Word,
    states_conflict,
    trust_of,
)
from apps.protocol.units import Address, Ppm
from tests.factories import address

pytestmark = pytest.mark.unit

RULES = Rules(
    passed_on_ppm=Ppm(500_000),
    steps=4,
    most_ppm=Ppm(500_000),
    mutual_ppm=Ppm(250_000),
    stated_ppm=Ppm(500_000),
    least_ppm=1_000_000,
    full_ppm=2_000_000,
)
NOBODY = Relations()
quick = settings(max_examples=60, deadline=None)


def who(number: int) -> Address:
    return Address(address(number))


SEED_A, SEED_B, MAKER, OTHER, STRANGER = (who(number) for number in range(1, 6))
SEED = (SEED_A, SEED_B)


def claim(name: str, author: Address = MAKER, *more: Address) -> Claimed:
    return Claimed(name, (author, *more))


def word(attester: Address, of: str, *, endorses: bool = True, at: int = 1, conflict: str = "") -> Word:
    return Word(f"{attester}{of}{endorses}{at}", of, attester, endorses, at, conflict)


def trust(
    claims: list[Claimed], words: list[Word], relations: Relations = NOBODY, seed: tuple[Address, ...] = SEED
) -> Trust:
    return trust_of(claims, words, seed=seed, relations=relations, rules=RULES)


def test_trust__of_two_reviewers_of_the_seed__then_the_claim_stands_in_full() -> None:
    found = trust([claim("c")], [word(SEED_A, "c"), word(SEED_B, "c")]).support("c")

    assert (found.endorsed_ppm, found.disputed_ppm) == (2 * ONE, 0)
    assert (found.is_endorsed(RULES), found.standing_ppm(RULES)) == (True, ONE)
    assert set(found.endorsers) == set(SEED)


def test_trust__of_one_reviewer__then_half_of_it_stands() -> None:
    found = trust([claim("c")], [word(SEED_A, "c"), word(STRANGER, "c")])

    assert found.support("c").standing_ppm(RULES) == 500_000
    assert found.weights[word(STRANGER, "c").digest] == Weight(0, NO_TRUST)
    assert found.weights[word(SEED_A, "c").digest] == Weight(ONE, COUNTED)


def test_trust__without_a_seed__then_nothing_weighs_anything() -> None:
    found = trust([claim("c")], [word(SEED_A, "c"), word(SEED_B, "c")], seed=())

    assert not found.supports
    assert {weight.code for weight in found.weights.values()} == {NO_TRUST}


def test_trust__when_disputed__then_it_takes_what_an_endorsement_gives() -> None:
    words = [word(SEED_A, "c"), word(SEED_B, "c", endorses=False)]
    found = trust([claim("c")], words).support("c")

    assert (found.net_ppm, found.is_endorsed(RULES), found.is_disputed(RULES)) == (0, False, True)
    assert found.standing_ppm(RULES) == 0
    assert (
        trust([claim("c")], [*words, word(who(9), "c")], seed=(*SEED, who(9))).support("c").standing_ppm(RULES)
        == 500_000
    )


def test_trust__when_an_endorsed_account_endorses__then_half_a_reviewer_split_over_all_it_endorsed() -> None:
    claims = [claim("made"), claim("one", OTHER), claim("two", STRANGER)]
    words = [word(SEED_A, "made"), word(MAKER, "one"), word(MAKER, "two")]
    found = trust(claims, words)

    assert found.trusted_ppm == {SEED_A: ONE, SEED_B: ONE, MAKER: 500_000, OTHER: 125_000, STRANGER: 125_000}
    assert found.weights[word(MAKER, "one").digest] == Weight(500_000, COUNTED)
    assert not found.support("one").is_endorsed(RULES)


def test_trust__when_two_endorse_one_another__then_a_quarter_each() -> None:
    claims = [claim("made"), claim("seeds", SEED_A)]
    found = trust(claims, [word(SEED_A, "made"), word(MAKER, "seeds")])

    assert found.weights[word(SEED_A, "made").digest] == Weight(250_000, MUTUAL)
    assert found.trusted_ppm[MAKER] == 125_000  # a quarter of the half that is passed on
    assert found.weights[word(MAKER, "seeds").digest] == Weight(31_250, MUTUAL)


def test_trust__when_a_co_author_spoke_for_the_speaker__then_they_count_as_mutual() -> None:
    claims = [claim("made", MAKER, OTHER), claim("seeds", SEED_A)]
    found = trust(claims, [word(SEED_A, "made"), word(OTHER, "seeds")])

    assert found.weights[word(SEED_A, "made").digest].code == MUTUAL


def test_trust__when_a_conflict_is_stated__then_half() -> None:
    said = word(SEED_A, "c", conflict="I run a node for them")
    assert trust([claim("c")], [said]).weights[said.digest] == Weight(500_000, STATED)


@pytest.mark.parametrize(
    ("text", "stated"), [("", False), ("None.", False), (" n/a ", False), ("no", False), ("my client", True)]
)
def test_states_conflict__of_what_people_write__then_only_real_ones(text: str, stated: bool) -> None:
    assert states_conflict(text) is stated


@pytest.mark.parametrize(
    ("relations", "code"),
    [
        (Relations(owners={SEED_A: who(7), MAKER: who(7)}), SAME_OWNER),
        (Relations(delegates={SEED_A: MAKER}), CHAIN),
        (Relations(delegates={SEED_A: OTHER}, owners={OTHER: who(7), MAKER: who(7)}), CHAIN),
        (Relations(ties={SEED_A: {MAKER: FUNDED}}), FUNDED),
    ],
)
@pytest.mark.parametrize("endorses", [True, False])
def test_trust__between_related_accounts__then_shown_with_the_reason_and_not_counted(
    relations: Relations, code: str, endorses: bool
) -> None:
    said = word(SEED_A, "c", endorses=endorses)
    found = trust([claim("c")], [said], relations)

    assert found.weights == {said.digest: Weight(0, code)}
    assert found.weights[said.digest].sentence
    assert not found.supports


@pytest.mark.parametrize(
    "relations", [Relations(delegates={MAKER: SEED_A}), Relations(ties={MAKER: {SEED_A: RELATED}})]
)
def test_trust__when_the_author_made_the_tie__then_it_silences_no_dispute(relations: Relations) -> None:
    praise, blame = word(SEED_A, "c"), word(SEED_A, "c", endorses=False)

    assert not trust([claim("c")], [praise], relations).weights[praise.digest].counts
    assert trust([claim("c")], [blame], relations).weights[blame.digest] == Weight(ONE, COUNTED)


def test_trust__when_a_co_author_is_the_speaker__then_it_is_its_own_claim() -> None:
    said = word(SEED_A, "c")
    assert trust([claim("c", MAKER, SEED_A)], [said]).weights == {said.digest: Weight(0, SELF)}


def test_trust__of_two_accounts_of_one_owner__then_the_owner_counts_once() -> None:
    words = [word(SEED_A, "c"), word(SEED_B, "c")]
    found = trust([claim("c")], words, Relations(owners={SEED_A: who(7), SEED_B: who(7)}))

    assert sorted((weight.ppm, weight.code) for weight in found.weights.values()) == [(0, TWICE), (ONE, COUNTED)]
    assert found.support("c").endorsed_ppm == ONE


def test_trust__of_an_account_that_looks_like_a_reviewers_own__then_it_has_no_part_in_its_trust() -> None:
    """Whoever posts a reviewer's node key is taken for its owner: it may lose by that, and never gain."""
    alike = Relations(owners={SEED_A: who(7), STRANGER: who(7)})
    said = word(STRANGER, "c")
    found = trust([claim("c")], [said], alike)

    assert found.weights == {said.digest: Weight(0, NO_TRUST)}
    both = trust([claim("c")], [said, word(SEED_A, "c")], alike)
    assert both.support("c").endorsed_ppm == ONE


def test_trust__when_an_account_speaks_again__then_its_later_word_counts_and_revoking_it_restores_the_first() -> None:
    first, later = word(SEED_A, "c", at=1), word(SEED_A, "c", endorses=False, at=2)
    found = trust([claim("c")], [later, first])

    assert found.weights == {first.digest: Weight(0, LATER), later.digest: Weight(ONE, COUNTED)}
    assert found.support("c").net_ppm == -ONE
    assert trust([claim("c")], [first]).support("c").net_ppm == ONE


def test_trust__of_a_claim_that_does_not_stand__then_its_words_weigh_nothing() -> None:
    said = word(SEED_A, "gone")
    assert trust([claim("c")], [said]).weights == {said.digest: Weight(0, GONE)}


def ring(size: int, start: int = 1000) -> tuple[list[Claimed], list[Word]]:
    """Fresh accounts, each with a claim that every other one (the next fifty at most) endorses."""
    members = [who(start + number) for number in range(size)]
    claims = [claim(f"ring {number}", member) for number, member in enumerate(members)]
    words = [
        word(members[(number + step) % size], f"ring {number}")
        for number in range(size)
        for step in range(1, min(size, 51))
    ]
    return claims, words


@pytest.mark.parametrize("size", [5, 50, 500])
def test_trust__of_a_ring_of_fresh_accounts__then_no_claim_of_it_stands(size: int) -> None:
    claims, words = ring(size)
    found = trust([*claims, claim("true")], [*words, word(SEED_A, "true"), word(SEED_B, "true")])

    assert set(found.supports) == {"true"}
    assert set(found.trusted_ppm) == {SEED_A, SEED_B, MAKER}


@pytest.mark.parametrize("size", [5, 50, 500])
def test_trust__when_a_ring_deceived_a_reviewer_once__then_all_of_it_weighs_less_than_one(size: int) -> None:
    claims, words = ring(size)
    found = trust(claims, [*words, word(SEED_A, "ring 0")])

    fresh = {owner: ppm for owner, ppm in found.trusted_ppm.items() if owner not in SEED}
    assert sum(fresh.values()) <= ONE
    deceived = [one.digest for one in claims if found.support(one.digest).is_endorsed(RULES)]
    assert deceived == ["ring 0"]


def test_trust__when_a_ring_disputes_a_true_claim__then_it_stands_as_before() -> None:
    claims, words = ring(50)
    attack = [word(one.authors[0], "true", endorses=False) for one in claims]
    found = trust([*claims, claim("true")], [*words, *attack, word(SEED_A, "true"), word(SEED_B, "true")])

    assert found.support("true").standing_ppm(RULES) == ONE


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[Claimed], list[Word]]:
    authors = draw(st.lists(st.integers(1, 8), min_size=1, max_size=6))
    claims = [claim(f"c{number}", who(author)) for number, author in enumerate(authors)]
    pairs = draw(
        st.lists(
            st.tuples(st.integers(1, 8), st.integers(0, len(claims) - 1), st.booleans(), st.integers(1, 3)),
            max_size=30,
            unique=True,
        )
    )
    return claims, [word(who(a), f"c{c}", endorses=e, at=t) for a, c, e, t in pairs]


@quick
@given(networks(), st.randoms(use_true_random=False))
def test_trust__in_any_order_of_arrival__then_the_same(
    made: tuple[list[Claimed], list[Word]], dice: random.Random
) -> None:
    claims, words = made
    mixed_claims, mixed_words = dice.sample(claims, len(claims)), dice.sample(words, len(words))

    assert trust(mixed_claims, mixed_words, seed=SEED[::-1]) == trust(claims, words)


@quick
@given(networks(), st.booleans())
def test_trust__when_a_word_comes_and_is_revoked__then_all_is_as_before(
    made: tuple[list[Claimed], list[Word]], endorses: bool
) -> None:
    claims, words = made
    before = trust(claims, words)
    trust(claims, [*words, word(SEED_A, claims[0].digest, endorses=endorses, at=9)])

    assert trust(claims, list(words)) == before


@quick
@given(networks())
def test_trust__whoever_speaks__then_nobody_outside_the_seed_has_more_than_the_rules_allow(
    made: tuple[list[Claimed], list[Word]],
) -> None:
    found = trust(*made)

    outside = {owner: ppm for owner, ppm in found.trusted_ppm.items() if owner not in SEED}
    assert all(ppm <= RULES.most_ppm for ppm in outside.values())
    assert sum(outside.values()) <= len(SEED) * ONE  # 1/2 + 1/4 + 1/8 + 1/16 of it, at the most
    assert all(found.trusted_ppm[one] == ONE for one in SEED)


@quick
@given(networks())
def test_trust__when_fresh_accounts_join_in__then_nothing_of_the_others_changes(
    made: tuple[list[Claimed], list[Word]],
) -> None:
    claims, words = made
    fresh_claims, fresh_words = ring(5)
    found, before = trust([*claims, *fresh_claims], [*words, *fresh_words]), trust(claims, words)

    assert found.supports == before.supports
    assert found.trusted_ppm == before.trusted_ppm


@quick
@given(networks())
def test_trust__when_every_verdict_is_turned_round__then_a_seed_alone_weighs_the_same_against(
    made: tuple[list[Claimed], list[Word]],
) -> None:
    claims, words = made
    spoken = [one for one in words if one.attester in SEED]
    turned = [replace(one, endorses=not one.endorses) for one in spoken]
    found, other = trust(claims, spoken), trust(claims, turned)

    for one in claims:
        assert found.support(one.digest).net_ppm == -other.support(one.digest).net_ppm
