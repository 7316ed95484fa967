"""From statements to points: rings of fresh accounts gain nothing, two reviewers give what the method says."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.contributions.reviewers import seed_of
from apps.contributions.states import Item
from apps.contributions.trust import CHAIN, FUNDED, RELATED, SAME_OWNER, Relations, Word
from apps.protocol.units import Address, Round
from apps.scoring.communal.inputs import facts_of
from apps.scoring.communal.judging import Judgement, judged
from apps.scoring.communal.reading import ClaimRow, Told
from apps.scoring.communal.relations import relations_of
from apps.scoring.community import community_part
from apps.scoring.facts import CommunityFacts, LinkFact
from apps.scoring.method import live
from tests.factories import address
from tests.unit.scoring.made import node

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
SEED = seed_of(31337, TODAY)
FOUND = (Item("yes"),)
quick = settings(max_examples=60, deadline=None)


def who(number: int) -> Address:
    return Address(address(number))


def row(
    name: str, author: Address, *, category: str = "software", ended: date = TODAY, evidence: tuple[Item, ...] = FOUND
) -> ClaimRow:
    return ClaimRow(name, author, category, ended, "claimed", (author,), evidence, None)


def word(attester: Address, claim: str, *, endorses: bool = True, at: int = 1) -> Word:
    return Word(f"{attester} {claim} {endorses} {at}", claim, attester, endorses, at)


def judgement(rows: list[ClaimRow], words: list[Word], relations: Relations | None = None) -> Judgement:
    return judged(Told(tuple(rows), tuple(words), ()), NOW, relations=relations or Relations(), method=live())


def points(rows: list[ClaimRow], words: list[Word], of: Address) -> Decimal:
    """The community part of one; 0 where it is unknown."""
    facts = facts_of(judgement(rows, words)).get(of, CommunityFacts((), 0))
    return community_part(replace(node(1), community=facts), live(), weight=1).value or Decimal(0)


def ring(size: int) -> tuple[list[ClaimRow], list[Word]]:
    """Fresh accounts with a claim in each category, of which up to fifty others endorse every one."""
    members = [who(10_000 + number) for number in range(size)]
    rows = [
        row(f"{member} {category}", member, category=category)
        for member in members
        for category in ("software", "guides")
    ]
    words = [
        word(members[(number // 2 + step) % size], one.digest)
        for number, one in enumerate(rows)
        for step in range(1, min(size, 51))
    ]
    return rows, words


@pytest.mark.parametrize("size", [5, 50, 500])
def test_points__of_a_ring_of_fresh_accounts__then_none_and_none_taken_from_others(size: int) -> None:
    rows, words = ring(size)
    true = row("true", who(1))
    told = [word(SEED[0], "true"), word(SEED[1], "true")]
    facts = facts_of(judgement([*rows, true], [*words, *told]))
    parts = [community_part(replace(node(1), community=facts[one.orchestrator]), live(), weight=1) for one in rows]

    assert {part.value for part in parts} == {None}
    assert points([*rows, true], [*words, *told], who(1)) == Decimal("12.0000")


@pytest.mark.parametrize("size", [5, 50, 500])
def test_points__of_a_member_with_a_true_contribution__then_its_ring_moves_them_by_nothing(size: int) -> None:
    rows, words = ring(size)
    praised = [word(SEED[0], rows[0].digest)]
    alone = points(rows, praised, rows[0].orchestrator)

    assert alone == Decimal("6.0000")
    assert abs(points(rows, [*words, *praised], rows[0].orchestrator) - alone) < 1


@pytest.mark.parametrize("size", [5, 50, 500])
def test_points__when_a_ring_hands_trust_round_and_no_two_endorse_each_other__then_less_than_one_more(
    size: int,
) -> None:
    """Who deceived a reviewer endorses a first rank, that one a second, that one a third; the later two praise it."""
    members = [who(10_000 + number) for number in range(size)]
    rows = [row(f"{member}", member) for member in members]
    ranks = [members[:1], members[1::3], members[2::3], members[3::3]]
    down = [word(one, str(next_)) for giver, got in pairwise(ranks) for one in giver for next_ in got]
    back = [word(one, str(members[0])) for rank in ranks[2:] for one in rank]
    praised = [word(SEED[0], str(members[0]))]
    alone, ringed = (points(rows, words, members[0]) for words in (praised, [*down, *back, *praised]))

    assert alone == Decimal("6.0000")
    assert alone < ringed < alone + 1


@pytest.mark.parametrize("size", [5, 50, 500])
def test_points__when_a_ring_disputes_another__then_they_move_by_nothing(size: int) -> None:
    rows, words = ring(size)
    told = [word(SEED[0], "true"), word(SEED[1], "true")]
    against = [word(one.orchestrator, "true", endorses=False) for one in rows]

    assert points([*rows, row("true", who(1))], [*words, *against, *told], who(1)) == Decimal("12.0000")


@pytest.mark.parametrize(("seeds", "expected"), [(0, "0"), (1, "6.0000"), (2, "12.0000"), (3, "12.0000")])
def test_points__of_a_true_contribution__then_what_the_method_says(seeds: int, expected: str) -> None:
    words = [word(one, "true") for one in SEED[:seeds]]
    assert points([row("true", who(1))], words, who(1)) == Decimal(expected)


def test_judgement__of_a_claim__then_its_state_and_standing() -> None:
    rows = [
        row("praised", who(1)),
        row("bare", who(2), evidence=()),
        row("doubted", who(3)),
        row("old", who(4), ended=TODAY - timedelta(days=720)),
        replace(row("withdrawn", who(5)), revoked_by=who(5)),
        row("young", who(6), ended=TODAY - timedelta(days=719)),
    ]
    words = [word(one, claim.digest, endorses=claim.digest != "doubted") for claim in rows for one in SEED[:2]]
    found = {one.row.digest: (one.state.name, int(one.standing_ppm)) for one in judgement(rows, words).claims}

    assert found == {
        "praised": ("endorsed", 1_000_000),
        "bare": ("claimed", 0),
        "doubted": ("disputed", 0),
        "old": ("expired", 0),
        "withdrawn": ("revoked", 0),
        "young": ("endorsed", 1_000_000),
    }
    assert set(facts_of(judgement(rows, words))) == {who(1), who(2), who(3), who(6)}


def test_judgement__late_in_a_day_and_early_in_it__then_the_same_facts() -> None:
    told = Told((row("a", who(1), ended=TODAY - timedelta(days=3)),), (word(SEED[0], "a"),), ())
    found = [
        facts_of(judged(told, at, relations=Relations(), method=live()))
        for at in (NOW.replace(hour=0), NOW.replace(hour=23, minute=59))
    ]
    assert found[0] == found[1]
    assert found[0][who(1)].claims[0].age_days == 3


statements = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 4), st.booleans(), st.integers(1, 4)), max_size=25, unique=True
)


def told_by(made: list[tuple[int, int, bool, int]]) -> list[Word]:
    """Words of three reviewers and seven others on five claims."""
    speakers = [*SEED, *(who(number) for number in range(1, 8))]
    return [word(speakers[speaker], f"c{claim}", endorses=endorses, at=at) for speaker, claim, endorses, at in made]


ROWS = [row(f"c{number}", who(number + 1), category=("software", "guides")[number % 2]) for number in range(5)]


@quick
@given(statements, st.randoms(use_true_random=False))
def test_judgement__in_any_order_of_arrival__then_the_same(
    made: list[tuple[int, int, bool, int]], dice: random.Random
) -> None:
    words = told_by(made)
    assert judgement(dice.sample(ROWS, 5), dice.sample(words, len(words))) == judgement(ROWS, words)


@quick
@given(statements)
def test_judgement__when_all_of_a_reviewer_is_revoked__then_as_if_it_had_never_spoken(
    made: list[tuple[int, int, bool, int]],
) -> None:
    words = told_by(made)
    others = [one for one in words if one.attester != SEED[0]]
    never = told_by([one for one in made if one[0] != 0])

    assert judgement(ROWS, others) == judgement(ROWS, never)


@quick
@given(statements, st.integers(0, 400))
def test_points__as_claims_grow_older__then_never_rise(made: list[tuple[int, int, bool, int]], days: int) -> None:
    older = [replace(one, ended=TODAY - timedelta(days=days)) for one in ROWS]
    for one in ROWS:
        assert points(older, told_by(made), one.orchestrator) <= points(ROWS, told_by(made), one.orchestrator)


# relations


def link(one: int, other: int, kind: str, amount: int | None = 10) -> LinkFact:
    return LinkFact(who(one), who(other), kind, Round(5), "0x1", 0, amount)


def tied(
    *links: LinkFact, delegates: dict[Address, Address] | None = None, keys: tuple[tuple[Address, Address], ...] = ()
) -> Relations:
    return relations_of(
        links,
        delegates=delegates or {},
        keys=keys,
        parties=[who(number) for number in range(1, 9)],
        material_share=Decimal("0.1"),
        path_links=3,
    )


@pytest.mark.parametrize(
    ("relations", "praise", "blame"),
    [
        (tied(link(1, 2, "shares_key", None)), SAME_OWNER, SAME_OWNER),
        (tied(keys=((who(1), who(2)),)), SAME_OWNER, SAME_OWNER),
        (tied(keys=((who(2), who(1)),)), SAME_OWNER, None),  # to name a key takes no consent of its holder
        (tied(delegates={who(1): who(2)}), CHAIN, CHAIN),
        (tied(delegates={who(2): who(1)}), CHAIN, None),
        (tied(link(1, 2, "hands_stake")), RELATED, RELATED),
        (tied(link(2, 1, "bonds_for")), RELATED, None),
        (tied(link(1, 2, "calls_reward_for", None)), RELATED, None),  # the author let the speaker in
        (tied(link(2, 1, "withdraws_to")), FUNDED, None),
        (tied(link(1, 90, "withdraws_to"), link(90, 2, "withdraws_to")), FUNDED, FUNDED),
        (tied(link(1, 2, "funds", 1), link(3, 2, "funds", 999)), FUNDED, FUNDED),  # too little for one owner
        (tied(link(1, 2, "funds")), SAME_OWNER, SAME_OWNER),
        (tied(link(3, 4, "funds")), None, None),
        (tied(link(1, 2, "waves_at")), None, None),
    ],
)
def test_relations__of_links__then_who_may_not_speak_of_whom(
    relations: Relations, praise: str | None, blame: str | None
) -> None:
    assert relations.conflict(who(1), who(2), endorses=True) == praise
    assert relations.conflict(who(1), who(2), endorses=False) == blame
