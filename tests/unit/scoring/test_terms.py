"""The terms part: what was kept, what worsened and when, and cuts raised around reward calls."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from apps.protocol.units import PPM, WEI, LptWei, Ppm, Round
from apps.scoring.facts import CutFact, Cuts, OrchestratorFacts, RaisedFact, RoundFact, Rounds
from apps.scoring.method import live
from apps.scoring.results import Part
from apps.scoring.terms import terms_part
from apps.scoring.worsening import judged, penalty
from tests.unit.scoring.made import NOW, gateway, network, node, worsened

pytestmark = pytest.mark.unit

STEADY = node(1)
HIGH, NONE = 1_000_000, 0


def terms(one: OrchestratorFacts) -> Part:
    return terms_part(one, network(one), live(), weight=3)


def changed(one: OrchestratorFacts, *changes: tuple[int, int, int]) -> OrchestratorFacts:
    """The node after changes (rounds ago, reward cut, fee share), each held by the rounds after it."""
    cuts, rounds = list(one.cuts), list(one.rounds)
    cut, share = one.reward_cut_ppm, one.fee_share_ppm
    for ago, new_cut, new_share in changes:
        when = Round(NOW - ago)
        cuts.append(CutFact(when, Ppm(new_cut), Ppm(new_share), cut, share))
        cut, share = Ppm(new_cut), Ppm(new_share)
        rounds = [
            replace(each, reward_cut_ppm=cut, fee_share_ppm=share) if each.round > when else each for each in rounds
        ]
    return replace(one, reward_cut_ppm=cut, fee_share_ppm=share, rounds=Rounds.of(rounds), cuts=Cuts.of(cuts))


def rewarded(one: OrchestratorFacts, amounts: dict[int, int]) -> OrchestratorFacts:
    """The node with the rewards, in LPT, of rounds so many ago whose cut was raised."""
    return replace(
        one, raised=tuple(RaisedFact(Round(NOW - ago), LptWei(lpt * WEI)) for ago, lpt in sorted(amounts.items()))
    )


def edited(one: OrchestratorFacts, **changes: object) -> OrchestratorFacts:
    def row(each: RoundFact) -> RoundFact:
        return replace(each, **changes)  # type: ignore[arg-type]

    return replace(one, rounds=Rounds.of(row(each) for each in one.rounds))


# ---- what was kept


def test_terms__when_rounds_had_another_cut_than_is_posted__are_half_of_each() -> None:
    one = edited(STEADY, reward_cut_ppm=Ppm(500_000))

    found = terms(one)

    assert found.value == Decimal("64.0000")  # 0.7 x (50 + 90) / 2 + 0.3 x 50
    assert (found.sources["rewards_kept_realised"], found.sources["rewards_kept_posted"]) == ("0.500000", "0.900000")


def test_fees_kept__are_weighted_by_fees__and_not_by_rounds() -> None:
    rows = [
        replace(each, fee_share_ppm=Ppm(NONE if each.round < NOW - 1 else HIGH), fees_eth_wei=each.fees_eth_wei)
        for each in node(1, fees={gateway(1): 1000}).rounds
    ]
    one = replace(STEADY, rounds=Rounds.of(rows))  # all fees came in the one round that passed everything on

    assert terms(one).sources["fees_kept_realised"] == "1.000000"


def test_fees_kept__without_any_fee__rest_on_what_is_posted() -> None:
    found = terms(STEADY)

    assert (found.sources["fees_kept_realised"], found.sources["fees_kept_posted"]) == (None, "0.500000")
    assert found.value == Decimal("78.0000")


def test_missed_rewards__leave_nothing__and_lower_what_the_posted_cut_promises() -> None:
    one = replace(STEADY, rounds=Rounds.of(replace(each, reward_called=each.round % 2 == 0) for each in STEADY.rounds))

    found = terms(one)

    assert found.sources["rewards_kept_posted"] == "0.450000"
    assert found.sources["rewards_kept_realised"] == "0.444802"  # the newest closed round is one without a call
    assert found.raises[0].startswith("Calling reward in every round: 45 missed reward calls in the window cost 31.7")


def test_interval__of_rounds_that_lay_apart__is_as_wide_as_they_were() -> None:
    one = replace(
        STEADY,
        rounds=Rounds.of(replace(each, reward_cut_ppm=Ppm(0 if each.round % 2 else HIGH)) for each in STEADY.rounds),
    )

    found = terms(one)

    assert found.sources["rounds_apart_points"] == "34.995330"  # 0.7 of a half
    assert (found.low, found.value, found.high) == (Decimal("46.7045"), Decimal("64.2022"), Decimal("81.6998"))
    assert found.sources["steady_rounds"] == 1


def test_interval__of_steady_terms__is_no_wider_than_the_value() -> None:
    found = terms(STEADY)

    assert (found.low, found.value, found.high) == (Decimal("78.0000"),) * 3
    assert found.sources["steady_rounds"] == 90


# ---- what worsened


def test_worsenings__of_both_cuts__cost_their_size_by_their_age() -> None:
    one = changed(STEADY, (61, 200_000, 500_000), (31, 200_000, 300_000), (1, 300_000, 300_000))

    worse = judged(one, live())

    assert [(each.reward_cut_rise, each.fee_share_fall, each.is_spike) for each in worse] == [
        (Decimal("0.1"), 0, False),
        (0, Decimal("0.2"), False),
        (Decimal("0.1"), 0, False),
    ]
    assert penalty(worse, live(), now=NOW) == Decimal("1.75") + Decimal(3) + Decimal(7)


def test_worsenings__however_many__cost_no_more_than_the_limit() -> None:
    one = changed(STEADY, *((ago, cut, 500_000) for ago in range(60, 0, -20) for cut in (0, HIGH)))

    assert penalty(judged(one, live()), live(), now=NOW) == 40


def test_improvements__cost_nothing() -> None:
    one = changed(STEADY, (40, 50_000, 600_000), (20, 0, PPM))

    assert judged(one, live()) == []
    assert terms(one).reason.endswith("Neither cut was worsened in the window.")


def test_first_setting__worsens_nothing() -> None:
    one = replace(STEADY, cuts=Cuts.of([CutFact(Round(NOW - 5), Ppm(HIGH), Ppm(0), None, None)]))

    assert judged(one, live()) == []


def test_rise_in_the_open_round__before_it_holds__lowers_terms_at_once() -> None:
    assert terms(worsened(STEADY, reward_cut=HIGH, fee_share=0)).value == Decimal("0.0000")
    assert terms(worsened(STEADY, reward_cut=200_000)).value == Decimal("67.5000")  # 78 - 3.5 posted - 7 for the rise


# ---- raised around reward calls


SPIKED = changed(STEADY, (20, HIGH, NONE), (19, 100_000, 500_000))


def test_spike__taken_back_after_one_reward__is_found_with_what_it_took() -> None:
    one = rewarded(edited(SPIKED, fees_eth_wei=4 * 10**15), {19: 30})

    (spike,) = judged(one, live())

    assert spike.is_spike
    assert (spike.change.round, spike.until) == (NOW - 20, NOW - 19)
    assert spike.cost is not None
    assert (spike.cost.calls, spike.cost.reward_lpt_wei, spike.cost.fees_eth_wei) == (1, 27 * WEI, 2 * 10**15)
    assert (
        "One time they were worse for a few rounds only, while rewards or fees came in, which took "
        "27.00\u00a0LPT and 0.002\u00a0ETH from delegators." in terms(one).reason
    )
    assert terms(one).sources["spikes_reward_lpt_wei"] == str(27 * WEI)


def test_spike__is_remembered_for_longer_than_another_worsening() -> None:
    spiked = penalty(judged(changed(STEADY, (91, 150_000, 500_000), (90, 100_000, 500_000)), live()), live(), now=NOW)
    plain = penalty(judged(changed(STEADY, (91, 150_000, 500_000)), live()), live(), now=NOW)

    assert (spiked, plain) == (Decimal("1.75"), Decimal("0.4375"))  # 3.5 points: half in 90 rounds, or in 30


@pytest.mark.parametrize(
    ("changes", "is_spike"),
    [
        (((20, 200_000, 500_000), (13, 150_000, 500_000)), True),  # half of it, seven rounds later
        (((20, 200_000, 500_000), (12, 100_000, 500_000)), False),  # eight rounds later is no spike
        (((20, 200_000, 500_000), (19, 150_001, 500_000)), False),  # less than half
        (((20, 100_000, 400_000), (19, 100_000, 450_000)), False),  # of fees, and none came in
        (((20, 200_000, 500_000), (20, 100_000, 500_000)), False),  # in the same round it never held
        (((20, 200_000, 500_000), (19, 100_000, 500_000), (19, 200_000, 500_000)), True),  # and up again
    ],
)
def test_spike__is_a_rise_soon_taken_back_after_a_reward_call(
    changes: tuple[tuple[int, int, int], ...], is_spike: bool
) -> None:
    assert judged(changed(STEADY, *changes), live())[0].is_spike is is_spike


def test_spike__in_rounds_without_a_reward_call__took_nothing_and_is_none() -> None:
    silent = replace(SPIKED, rounds=Rounds.of(replace(each, reward_called=False) for each in SPIKED.rounds))

    assert not judged(silent, live())[0].is_spike


def test_spike__of_rounds_older_than_the_facts__is_one_whose_cost_is_not_known() -> None:
    (old,) = judged(changed(node(1, rounds=10), (20, HIGH, NONE), (19, 100_000, 500_000)), live())

    assert old.cost is not None
    assert (old.is_spike, old.cost.reward_lpt_wei) == (True, None)


def test_spike__while_it_was_not_active__is_none() -> None:
    away = replace(SPIKED, rounds=Rounds.of(each for each in SPIKED.rounds if each.round < NOW - 30))

    assert not judged(away, live())[0].is_spike


# ---- what would raise it


def test_raises__name_points_of_the_cut_and_of_the_share() -> None:
    assert terms(STEADY).raises == (
        "A reward cut lower by 10\u00a0points: 3.5\u00a0points at once, and up to 3.5\u00a0points more as rounds pass.",
        "A fee share higher by 10\u00a0points: 1.5\u00a0points at once, "
        "and up to 1.5\u00a0points more as fees come in.",
    )


def test_raises__after_a_worsening__say_that_it_fades() -> None:
    found = terms(worsened(STEADY, reward_cut=200_000))

    assert found.raises[0] == ("Not worsening the cuts: worsenings cost 7\u00a0points now, half of that in 30 rounds.")


def test_raises__of_perfect_terms__are_none() -> None:
    assert terms(node(1, reward_cut=0, fee_share=PPM)).raises == ()
