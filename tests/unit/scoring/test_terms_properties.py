"""What must hold of terms, and of fees by job type, for any history."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.protocol.units import PPM, WEI, EthWei, LptWei, Ppm, Round
from apps.scoring.attribution import Attribution, attribution, known_of
from apps.scoring.facts import CutFact, Cuts, OrchestratorFacts, PaymentFact, Payments, RaisedFact, RoundFact, Rounds
from apps.scoring.jobfacts import CertainFact, JobFacts, LabelFact, MarketFacts, OfferFact, WorkFact
from apps.scoring.method import live
from apps.scoring.terms import terms_part
from tests.unit.scoring.made import NOW, address, gateway, network, node

pytestmark = pytest.mark.unit

quick = settings(max_examples=30, deadline=None)
ppm = st.one_of(st.sampled_from([0, 50_000, 500_000, PPM]), st.integers(0, PPM)).map(Ppm)


@st.composite
def histories(draw: st.DrawFn) -> OrchestratorFacts:
    """A node whose terms changed a few times, with missed reward calls, idle rounds and fees."""
    cut, share = draw(ppm), draw(ppm)
    changes = sorted(draw(st.lists(st.integers(0, 200), max_size=5)), reverse=True)
    held: list[tuple[int, Ppm, Ppm]] = [(-1, cut, share)]
    cuts = []
    for ago in changes:
        new_cut, new_share = draw(ppm), draw(ppm)
        cuts.append(CutFact(Round(NOW - ago), new_cut, new_share, cut, share))
        held.append((NOW - ago, new_cut, new_share))
        cut, share = new_cut, new_share
    first, skips, misses = draw(st.integers(NOW - 90, NOW)), draw(st.integers(2, 60)), draw(st.integers(1, 9))
    fees = draw(st.integers(0, 10**18))
    rounds = []
    for number in range(first, NOW):
        _, at_cut, at_share = next(each for each in reversed(held) if each[0] < number)
        if number % skips:
            called = misses == 1 or number % misses != 0
            rounds.append(RoundFact(Round(number), LptWei(WEI), called, at_cut, at_share, EthWei(fees * (number % 3))))
    raised = tuple(RaisedFact(each.round, LptWei(WEI)) for each in rounds if each.reward_called)
    return replace(
        node(1),
        reward_cut_ppm=cut,
        fee_share_ppm=share,
        rounds=Rounds.of(rounds),
        cuts=Cuts.of(cuts),
        raised=raised,
    )


def value(one: OrchestratorFacts) -> Decimal:
    found = terms_part(one, network(one), live(), weight=3).value
    assert found is not None
    return found


def posted(one: OrchestratorFacts, when: Round, cut: Ppm, share: Ppm, *, holds: bool) -> OrchestratorFacts:
    """The node after one more change, posted in a round; where it holds, in every round after that one."""
    change = CutFact(when, cut, share, one.reward_cut_ppm, one.fee_share_ppm)
    rounds = [
        replace(each, reward_cut_ppm=cut, fee_share_ppm=share) if holds and each.round > when else each
        for each in one.rounds
    ]
    return replace(
        one,
        reward_cut_ppm=cut,
        fee_share_ppm=share,
        cuts=Cuts.of([*one.cuts, change]),
        rounds=Rounds.of(rounds),
    )


@st.composite
def worse(draw: st.DrawFn) -> tuple[OrchestratorFacts, Round, Ppm, Ppm]:
    """A history, and worse terms posted no earlier than its newest change."""
    one = draw(histories())
    when = draw(st.integers(max([NOW - 90, *one.cuts.round]), NOW))
    cut = Ppm(draw(st.integers(one.reward_cut_ppm, PPM)))
    share = Ppm(draw(st.integers(0, one.fee_share_ppm)))
    return one, Round(when), cut, share


@quick
@given(worse(), st.booleans())
def test_terms__after_a_worsening_of_either_cut__never_rise(
    case: tuple[OrchestratorFacts, Round, Ppm, Ppm], holds: bool
) -> None:
    one, when, cut, share = case

    assert value(posted(one, when, cut, share, holds=holds)) <= value(one)
    assert value(posted(one, when, cut, one.fee_share_ppm, holds=holds)) <= value(one)
    assert value(posted(one, when, one.reward_cut_ppm, share, holds=holds)) <= value(one)


@quick
@given(worse(), st.data())
def test_terms__after_a_larger_worsening__are_no_higher_than_after_a_smaller(
    case: tuple[OrchestratorFacts, Round, Ppm, Ppm], data: st.DataObject
) -> None:
    one, when, cut, share = case
    less_cut = Ppm(data.draw(st.integers(one.reward_cut_ppm, cut)))
    less_share = Ppm(data.draw(st.integers(share, one.fee_share_ppm)))

    smaller = posted(one, when, less_cut, less_share, holds=True)
    assert value(posted(one, when, cut, share, holds=True)) <= value(smaller)


@quick
@given(worse())
def test_terms__worsened_and_restored__are_no_higher_than_had_nothing_happened(
    case: tuple[OrchestratorFacts, Round, Ppm, Ppm],
) -> None:
    one, when, cut, share = case
    there = posted(one, when, cut, share, holds=True)
    back = posted(there, NOW, one.reward_cut_ppm, one.fee_share_ppm, holds=True)

    assert value(back) <= value(one)


@quick
@given(histories(), st.integers(NOW - 90, NOW - 1))
def test_terms__with_one_more_missed_reward__never_rise(one: OrchestratorFacts, missed: int) -> None:
    rounds = [replace(each, reward_called=each.reward_called and each.round != missed) for each in one.rounds]
    worse_off = value(replace(one, rounds=Rounds.of(rounds)))
    spared = _spikes(one) - _spikes(replace(one, rounds=Rounds.of(rounds)))

    assert worse_off <= value(one) or spared > 0  # a rise that took no reward is no spike any more


def _spikes(one: OrchestratorFacts) -> int:
    found = terms_part(one, network(one), live(), weight=3).sources["spikes"]
    assert isinstance(found, int)
    return found


# ---- attribution


JOB_TYPES = ("transcoding", "live-video-to-video", "llm", "41")
WEIS = st.integers(0, 10**21)


@st.composite
def told_nodes(draw: st.DrawFn) -> OrchestratorFacts:
    payers = [gateway(number) for number in range(1, 5)] + [address(1)]
    rows = {
        (draw(st.integers(NOW - 90, NOW - 1)), draw(st.sampled_from(payers))): draw(WEIS)
        for _ in range(draw(st.integers(0, 6)))
    }
    certain = [
        CertainFact(Round(when), payer, EthWei(draw(st.integers(0, amount))), 1)
        for (when, payer), amount in rows.items()
        if draw(st.booleans())
    ]
    offers = draw(st.lists(st.sampled_from(JOB_TYPES), unique=True))
    seen = draw(
        st.lists(
            st.builds(
                WorkFact,
                st.sampled_from(["naap", "gateway_events"]),
                st.sampled_from([*payers, ""]),
                st.sampled_from([*JOB_TYPES, ""]),
                st.integers(0, 100),
                st.one_of(st.none(), WEIS),
                st.one_of(st.none(), WEIS),
            ),
            max_size=6,
        )
    )
    jobs = JobFacts(
        draw(st.integers(0, 100)),
        tuple(certain),
        tuple(OfferFact(each, draw(st.integers(1, 100)), draw(st.integers(0, 10)), 1) for each in offers),
        tuple(seen),
    )
    payments = [PaymentFact(Round(when), payer, EthWei(amount), 3) for (when, payer), amount in rows.items()]
    return replace(node(1), payments=Payments.of(payments), jobs=jobs)


LABELLED = st.lists(
    st.builds(
        LabelFact,
        st.integers(1, 4).map(gateway),
        st.sampled_from(["transcoding", "ai", "mixed", "incentive_payout", "incident"]),
        st.sampled_from(["high", "medium", "low"]),
        st.just("a list"),
    ),
    max_size=4,
    unique_by=lambda each: each.gateway,
)


@quick
@given(told_nodes(), LABELLED)
def test_attribution__of_anything__adds_up_to_the_wei(one: OrchestratorFacts, labels: list[LabelFact]) -> None:
    found = _of(one, labels)
    known = sum(each.estimate_eth_wei for each in found.types)

    assert known + found.unknown_eth_wei == found.market_eth_wei == sum(found.by_class.values())
    assert found.unknown_eth_wei >= 0
    assert found.market_eth_wei + sum(each.amount_eth_wei for each in found.taken_out) == found.paid.total_eth_wei
    for each in found.types:
        assert 0 <= each.low_eth_wei <= each.estimate_eth_wei <= each.high_eth_wei <= found.market_eth_wei
        assert each.estimate_eth_wei > 0


@quick
@given(told_nodes(), LABELLED)
def test_attribution__in_any_order_of_facts__is_the_same(one: OrchestratorFacts, labels: list[LabelFact]) -> None:
    assert one.jobs is not None
    turned = replace(
        one,
        jobs=replace(one.jobs, offers=one.jobs.offers[::-1], work=one.jobs.work[::-1], certain=one.jobs.certain[::-1]),
    )
    assert _of(turned, labels[::-1]) == _of(one, labels)


@quick
@given(told_nodes(), LABELLED)
def test_attribution__of_an_ai_gateway__is_never_transcoding(one: OrchestratorFacts, labels: list[LabelFact]) -> None:
    only_ai = [replace(each, job_class="ai") for each in labels]
    paid_by_ai = {each.gateway for each in only_ai}
    paid = Payments.of(each for each in one.payments if each.gateway in paid_by_ai)

    assert "transcoding" not in {each.job_type for each in _of(replace(one, payments=paid), only_ai).types}


def _of(one: OrchestratorFacts, labels: list[LabelFact]) -> Attribution:
    facts = replace(network(one), demand=MarketFacts(100, 0, tuple(labels)))
    return attribution(one, known_of(facts), live(), first=Round(NOW - 90), end=NOW)
