"""What must hold of the whole formula for any network."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.protocol.units import PPM, WEI, Address, EthWei, LptWei, Ppm, Round
from apps.scoring.facts import (
    Cuts,
    LinkFact,
    NetworkFacts,
    OrchestratorFacts,
    PaymentFact,
    Payments,
    RoundFact,
    Rounds,
    canonical,
    digest,
    facts_from,
)
from apps.scoring.formula import score
from apps.scoring.jobfacts import DeliveryFacts, QualityFact
from apps.scoring.results import Part, Result
from tests.unit.scoring.made import NOW, address, gateway, network, worsened

pytestmark = pytest.mark.unit

quick = settings(max_examples=25, deadline=None)
ppm = st.integers(0, PPM).map(Ppm)
past = st.integers(NOW - 90, NOW - 1).map(Round)
KINDS = (
    "funds",
    "withdraws_to",
    "hands_stake",
    "bonds_for",
    "delegates",
    "shares_key",
    "calls_reward_for",
    "unheard_of",
)
PURSE = Address("0x" + "77" * 20)


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


somebody = st.one_of(st.integers(1, 5).map(address), st.integers(1, 4).map(gateway), st.just(PURSE))


@st.composite
def links(draw: st.DrawFn) -> LinkFact:
    one, other, kind = draw(somebody), draw(somebody), draw(st.sampled_from(KINDS))
    amount = draw(st.one_of(st.none(), st.integers(0, 10**21)))
    return LinkFact(
        one, other, kind, Round(draw(st.integers(1, NOW))), "0x" + "00" * 32, draw(st.integers(0, 9)), amount
    )


@st.composite
def networks(draw: st.DrawFn) -> NetworkFacts:
    found = network(*(draw(nodes(number)) for number in range(1, draw(st.integers(1, 5)) + 1)))
    return replace(found, links=tuple(draw(st.lists(links(), max_size=5))))


def first_of(facts: NetworkFacts) -> Result:
    return next(one for one in score(facts) if one.address == address(1))


def part(result: Result, name: str) -> Part:
    return next(each for each in result.parts if each.name == name)


def with_first(facts: NetworkFacts, one: OrchestratorFacts) -> NetworkFacts:
    return replace(facts, orchestrators=(one, *facts.orchestrators[1:]))


def paying(one: OrchestratorFacts, *more: PaymentFact) -> OrchestratorFacts:
    return replace(one, payments=Payments.of((*one.payments, *more)))


def no_more(after: Result, before: Result) -> bool:
    """Neither the headline nor any part rose; what was unknown stayed so."""
    pairs = [(after.value, before.value)]
    pairs += [(part(after, each.name).value, each.value) for each in before.parts]
    return all(new is None if old is None else new is not None and new <= old for new, old in pairs)


@quick
@given(networks())
def test_every_number__lies_in_its_bounds_and_its_interval(facts: NetworkFacts) -> None:
    for result in score(facts):
        assert 0 <= result.low <= result.high <= 100
        assert 0 <= result.coverage <= 1
        assert result.value is None or result.low <= result.value <= result.high
        for each in result.parts:
            assert each.reason
            assert each.value is None or 0 <= each.low <= each.value <= each.high <= 100  # type: ignore[operator]


@settings(max_examples=60, deadline=None)
@given(networks(), past, st.integers(1, 4).map(gateway), st.integers(1, 10**21), st.integers(1, 9))
def test_work__with_more_fees_of_anyone__never_falls(
    facts: NetworkFacts, when: Round, payer: Address, more: int, tickets: int
) -> None:
    before = part(first_of(facts), "work").value
    paid = PaymentFact(when, payer, EthWei(more), tickets)
    after = part(first_of(with_first(facts, paying(facts.orchestrators[0], paid))), "work").value

    assert before is None or (after is not None and after >= before)


@quick
@given(networks(), past, st.integers(1, 10**21))
def test_work__with_more_payments_from_itself__stays(facts: NetworkFacts, when: Round, more: int) -> None:
    one = facts.orchestrators[0]
    after = with_first(facts, paying(one, PaymentFact(when, one.address, EthWei(more), 1)))

    assert part(first_of(after), "work").value == part(first_of(facts), "work").value


@quick
@given(networks(), past, st.integers(1, 10**21), st.integers(1, 50))
def test_nothing__rises__when_a_gateway_that_the_node_funds_pays_it(
    facts: NetworkFacts, when: Round, more: int, tickets: int
) -> None:
    own = gateway(99)
    funded = LinkFact(address(1), own, "funds", Round(NOW - 1), "0x" + "11" * 32, 1)
    paid = paying(facts.orchestrators[0], PaymentFact(when, own, EthWei(more), tickets))
    after = replace(with_first(facts, paid), links=(*facts.links, funded))

    assert no_more(first_of(after), first_of(facts))


def _split(one: OrchestratorFacts, payer: Address, into: Address, ppm_kept: int) -> OrchestratorFacts:
    rows = []
    for each in one.payments:
        if each.gateway != payer:
            rows.append(each)
            continue
        kept = EthWei(each.amount_eth_wei * ppm_kept // PPM)
        rows.append(replace(each, amount_eth_wei=kept))
        rows.append(replace(each, gateway=into, amount_eth_wei=EthWei(each.amount_eth_wei - kept), tickets=0))
    return replace(one, payments=Payments.of(rows))


@quick
@given(networks(), ppm, st.sampled_from(["own", "purse"]))
def test_nothing__rises__when_a_payer_splits_into_two_with_one_owner(
    facts: NetworkFacts, ppm_kept: Ppm, owner: str
) -> None:
    """The node's own two addresses, or any two with one purse: their number says nothing of demand."""
    into = gateway(98)
    purse = address(1) if owner == "own" else PURSE
    ties = tuple(LinkFact(purse, each, "funds", Round(NOW), "0x" + "22" * 32, 1) for each in (gateway(1), into))
    plain = replace(facts, links=())
    split = replace(
        plain, orchestrators=tuple(_split(one, gateway(1), into, ppm_kept) for one in facts.orchestrators), links=ties
    )

    assert no_more(first_of(split), first_of(plain))


@quick
@given(networks(), ppm)
def test_nothing__rises__when_a_payer_of_this_node_alone_splits_with_no_link_known(
    facts: NetworkFacts, ppm_kept: Ppm
) -> None:
    others = tuple(
        replace(one, payments=Payments.of(each for each in one.payments if each.gateway != gateway(1)))
        for one in facts.orchestrators[1:]
    )
    plain = replace(facts, orchestrators=(facts.orchestrators[0], *others), links=())
    split = with_first(plain, _split(plain.orchestrators[0], gateway(1), gateway(98), ppm_kept))

    assert no_more(first_of(split), first_of(plain))


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
    assert after.value is not None
    assert before.value is not None
    assert after.value <= before.value


@quick
@given(networks(), st.integers(NOW - 90, NOW - 1))
def test_nothing__rises__with_one_more_missed_reward_call(facts: NetworkFacts, missed: int) -> None:
    one = facts.orchestrators[0]
    rounds = Rounds.of(replace(each, reward_called=each.reward_called and each.round != missed) for each in one.rounds)

    assert no_more(first_of(with_first(facts, replace(one, rounds=rounds))), first_of(facts))


def _quality(share_ppm: int) -> DeliveryFacts:
    sums = (1000, share_ppm * 1000, share_ppm * 1000)
    return DeliveryFacts((QualityFact("sla", "telemetry", *sums, 1000, PPM // 2 * 1000, PPM // 2 * 1000),))


@quick
@given(networks())
def test_work__with_unknown_delivery__neither_beats_known_good_nor_trails_known_bad(facts: NetworkFacts) -> None:
    def value(told: DeliveryFacts | None) -> Decimal | None:
        return part(first_of(with_first(facts, replace(facts.orchestrators[0], delivery=told))), "work").value

    good, unknown, bad = value(_quality(PPM)), value(None), value(_quality(0))

    if unknown is not None:
        assert good is not None
        assert bad is not None
        assert bad - 5 <= unknown <= good + 5  # small samples are drawn toward the others, on either side
        assert bad <= good


@quick
@given(networks())
def test_interval__when_the_work_part_becomes_unknown__only_widens(facts: NetworkFacts) -> None:
    one = facts.orchestrators[0]
    unseen = replace(one, rounds=Rounds.of(), payments=Payments.of())
    known, unknown = first_of(facts), first_of(with_first(facts, unseen))

    assert unknown.rank is None
    assert unknown.gates
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
        links=shuffled(facts.links),
        orchestrators=shuffled(
            tuple(
                replace(
                    one,
                    rounds=Rounds.of(shuffled(tuple(one.rounds))),
                    payments=Payments.of(shuffled(tuple(one.payments))),
                )
                for one in facts.orchestrators
            )
        ),
    )

    assert score(mixed) == score(facts)
    assert canonical(mixed) == canonical(facts)
    assert digest(mixed) == digest(facts)


@quick
@given(networks())
def test_score__of_the_facts_read_back_from_their_text__is_the_same(facts: NetworkFacts) -> None:
    again = facts_from(canonical(facts))

    assert canonical(again) == canonical(facts)
    assert score(again) == score(facts)
