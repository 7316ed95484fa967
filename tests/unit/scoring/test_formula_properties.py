"""What must hold of the formula for any network."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.protocol.units import PPM, WEI, EthWei, LptWei, Ppm, Round
from apps.scoring.facts import (
    Cuts,
    NetworkFacts,
    OrchestratorFacts,
    PaymentFact,
    Payments,
    RoundFact,
    Rounds,
    canonical,
    digest,
)
from apps.scoring.formula import score
from apps.scoring.results import Part, Result
from tests.unit.scoring.made import NOW, address, gateway, network, worsened

pytestmark = pytest.mark.unit

quick = settings(max_examples=40, deadline=None)
ppm = st.integers(0, PPM).map(Ppm)
past = st.integers(NOW - 90, NOW - 1).map(Round)


@st.composite
def payments(draw: st.DrawFn, payee: int) -> PaymentFact:
    payer = draw(st.one_of(st.integers(1, 4).map(gateway), st.just(address(payee))))
    return PaymentFact(draw(past), payer, EthWei(draw(st.integers(0, 10**21))), draw(st.integers(1, 50)))


@st.composite
def nodes(draw: st.DrawFn, number: int) -> OrchestratorFacts:
    first = draw(st.integers(NOW - 90, NOW))
    stake, cut, share = draw(st.integers(1, 10**7)), draw(ppm), draw(ppm)
    called = draw(st.sampled_from([1, 2, 3, 1000]))
    return OrchestratorFacts(
        address=address(number),
        registered=draw(st.booleans()),
        active=draw(st.booleans()),
        reward_cut_ppm=cut,
        fee_share_ppm=share,
        rounds=Rounds.of(
            RoundFact(Round(each), LptWei(stake * WEI), each % called != 0, cut, share, EthWei(0))
            for each in range(first, NOW)
        ),
        payments=Payments.of(draw(st.lists(payments(number), max_size=6))),
        cuts=Cuts.of(),
    )


@st.composite
def networks(draw: st.DrawFn) -> NetworkFacts:
    return network(*(draw(nodes(number)) for number in range(1, draw(st.integers(1, 5)) + 1)))


def first_of(facts: NetworkFacts) -> Result:
    return next(one for one in score(facts) if one.address == address(1))


def part(result: Result, name: str) -> Part:
    return next(each for each in result.parts if each.name == name)


def with_first(facts: NetworkFacts, one: OrchestratorFacts) -> NetworkFacts:
    return replace(facts, orchestrators=(one, *facts.orchestrators[1:]))


@quick
@given(networks())
def test_every_number__lies_in_its_bounds_and_its_interval(facts: NetworkFacts) -> None:
    for result in score(facts):
        assert 0 <= result.low <= result.high <= 100
        assert 0 <= result.coverage <= Decimal("0.8")
        assert result.value is None or result.low <= result.value <= result.high
        for each in result.parts:
            assert each.reason
            assert each.value is None or 0 <= each.low <= each.value <= each.high <= 100  # type: ignore[operator]


@quick
@given(networks(), past, st.integers(1, 4).map(gateway), st.integers(1, 10**21), st.integers(1, 9))
def test_work__with_more_organic_fees__never_falls(
    facts: NetworkFacts, when: Round, payer: object, more: int, tickets: int
) -> None:
    one = facts.orchestrators[0]
    paid = PaymentFact(when, payer, EthWei(more), tickets)  # type: ignore[arg-type]
    before = part(first_of(facts), "work").value
    after = part(first_of(with_first(facts, replace(one, payments=Payments.of((*one.payments, paid))))), "work").value

    assert before is None or (after is not None and after >= before)


@quick
@given(networks(), past, st.integers(1, 10**21))
def test_work__with_more_payments_from_itself__stays(facts: NetworkFacts, when: Round, more: int) -> None:
    one = facts.orchestrators[0]
    paid = PaymentFact(when, one.address, EthWei(more), 1)
    after = with_first(facts, replace(one, payments=Payments.of((*one.payments, paid))))

    assert part(first_of(after), "work").value == part(first_of(facts), "work").value


@quick
@given(networks(), st.integers(0, PPM), st.integers(0, PPM), st.integers(0, 89))
def test_terms__after_either_cut_worsened__never_rise(
    facts: NetworkFacts, rise: int, fall: int, rounds_ago: int
) -> None:
    one = facts.orchestrators[0]
    changed = worsened(
        one,
        reward_cut=min(PPM, one.reward_cut_ppm + rise),
        fee_share=max(0, one.fee_share_ppm - fall),
        rounds_ago=rounds_ago,
    )
    after, before = first_of(with_first(facts, changed)), first_of(facts)

    assert part(after, "terms").value <= part(before, "terms").value  # type: ignore[operator]
    assert part(after, "work").value == part(before, "work").value


@quick
@given(networks(), st.integers(NOW - 90, NOW - 1))
def test_terms__with_one_more_missed_reward_call__never_rise(facts: NetworkFacts, missed: int) -> None:
    one = facts.orchestrators[0]
    rounds = Rounds.of(replace(each, reward_called=each.reward_called and each.round != missed) for each in one.rounds)
    after = first_of(with_first(facts, replace(one, rounds=rounds)))

    assert part(after, "terms").value <= part(first_of(facts), "terms").value  # type: ignore[operator]


@quick
@given(networks())
def test_interval__when_the_work_part_becomes_unknown__only_widens(facts: NetworkFacts) -> None:
    one = facts.orchestrators[0]
    known, unknown = (
        first_of(facts),
        first_of(with_first(facts, replace(one, rounds=Rounds.of(), payments=Payments.of()))),
    )

    if part(known, "terms").coverage == 1:
        assert unknown.high - unknown.low >= known.high - known.low


@quick
@given(networks(), st.randoms(use_true_random=False))
def test_score_and_digest__for_any_order_of_rows__are_the_same(facts: NetworkFacts, random: object) -> None:
    def shuffled(rows: tuple) -> tuple:  # type: ignore[type-arg]
        return tuple(random.sample(rows, len(rows)))  # type: ignore[attr-defined]

    mixed = replace(
        facts,
        window=shuffled(facts.window),
        orchestrators=shuffled(
            tuple(replace(one, rounds=Rounds.of(shuffled(tuple(one.rounds)))) for one in facts.orchestrators)
        ),
    )

    assert score(mixed) == score(facts)
    assert canonical(mixed) == canonical(facts)
    assert digest(mixed) == digest(facts)
