"""The script: the same for the same seed, alive in every round, and true to each character."""

from __future__ import annotations

from collections import Counter

import pytest

from apps.devnet.acts import LAST_SLOT, LAST_SLOT_FOR_CUTS, Act, Verb
from apps.devnet.cast import make_cast
from apps.devnet.polls import poll_address
from apps.devnet.script import acts_of_round

pytestmark = pytest.mark.unit

CAST = make_cast(1)
ROUNDS = {number: acts_of_round(CAST, number) for number in range(1, 201)}


def by(actor: str, verb: Verb) -> dict[int, list[Act]]:
    """The actor's acts of that kind, by round."""
    found = {number: [a for a in acts if a.actor == actor and a.verb is verb] for number, acts in ROUNDS.items()}
    return {number: acts for number, acts in found.items() if acts}


def test_acts_of_round__asked_twice__are_the_same() -> None:
    again = make_cast(1)
    assert {number: acts_of_round(again, number) for number in reversed(ROUNDS)} == ROUNDS


def test_acts_of_round__another_seed__are_others() -> None:
    assert acts_of_round(make_cast(2), 30) != ROUNDS[30]


def test_acts_of_round__every_round__are_in_order_and_within_the_round() -> None:
    for acts in ROUNDS.values():
        slots = [act.slot for act in acts]
        assert slots == sorted(slots)
        assert slots[0] >= 1
        assert slots[-1] <= LAST_SLOT
        assert all(act.slot <= LAST_SLOT_FOR_CUTS for act in acts if act.verb is Verb.SET_CUTS)


def test_acts_of_round__every_round_after_the_opening__has_rewards_and_work() -> None:
    for number in range(3, 201):
        verbs = Counter(act.verb for act in ROUNDS[number])
        assert verbs[Verb.REWARD] >= 15
        assert verbs[Verb.REDEEM] >= 10


def test_acts_of_round__tickets__never_share_a_number() -> None:
    numbers = Counter((a.target, a.nonce) for acts in ROUNDS.values() for a in acts if a.verb is Verb.REDEEM)
    assert set(numbers.values()) == {1}


def test_acts_of_round__a_name__acts_once_at_most_in_its_own_role_at_a_block() -> None:
    for acts in ROUNDS.values():
        moves = Counter((a.slot, a.actor, a.verb) for a in acts if a.verb is not Verb.REDEEM)
        assert set(moves.values()) == {1}


def test_cut_spiker__after_its_reward__goes_to_the_whole_and_back_a_round_later() -> None:
    changes = by("cut-spiker", Verb.SET_CUTS)
    assert [(number, acts[0].amount) for number, acts in changes.items()][1:5] == [
        (2, 50_000),
        (10, 1_000_000),
        (11, 50_000),
        (19, 1_000_000),
    ]
    rewards = by("cut-spiker", Verb.REWARD)
    assert all(acts[0].slot > rewards[number][0].slot for number, acts in changes.items() if number > 1)


def test_reward_misser__over_200_rounds__misses_about_a_third() -> None:
    assert 110 < len(by("reward-misser", Verb.REWARD)) < 150


def test_sleeper__from_its_thirteenth_round__never_calls_again() -> None:
    assert max(by("sleeper", Verb.REWARD)) == 12


def test_newcomer__before_its_round__does_nothing() -> None:
    assert min(by("newcomer", Verb.BOND)) == 20
    assert min(by("newcomer", Verb.REWARD)) == 21


def test_leaver__in_its_last_round__unbonds_everything_and_withdraws_at_maturity() -> None:
    assert {number: acts[0].part_ppm for number, acts in by("leaver", Verb.UNBOND).items()} == {46: 1_000_000}
    assert list(by("leaver", Verb.WITHDRAW_STAKE)) == [54]


def test_idle_whale__in_200_rounds__redeems_nothing() -> None:
    assert by("idle-whale", Verb.REDEEM) == {}


def test_self_dealer__is_paid_by_the_gateway_it_funds() -> None:
    payers = Counter(act.target for acts in by("self-dealer", Verb.REDEEM).values() for act in acts)
    assert payers["own-gateway"] > 0.9 * payers.total()
    assert {act.target for acts in by("self-dealer", Verb.FUND).values() for act in acts} == {"own-gateway"}


def test_many_payers__has_five_payers() -> None:
    payers = {act.target for acts in by("many-payers", Verb.REDEEM).values() for act in acts}
    assert len(payers) == 5


def test_passing_gateway__each_visit__funds_unlocks_and_withdraws() -> None:
    assert list(by("passing-gateway", Verb.FUND)) == [2, 42, 82, 122, 162]
    assert list(by("passing-gateway", Verb.UNLOCK)) == [22, 62, 102, 142, 182]
    assert list(by("passing-gateway", Verb.WITHDRAW)) == [30, 70, 110, 150, 190]


def test_astray__once__bonds_to_an_address_that_is_no_orchestrator() -> None:
    targets = [(number, acts[0].target) for number, acts in by("astray-1", Verb.BOND).items()]
    assert targets == [(1, "wandering-address"), (12, "nobody"), (15, "wandering-address")]


def test_swing__in_its_rhythm__lifts_the_one_and_then_the_other() -> None:
    targets = [(number, acts[0].target) for number, acts in by("backer-1", Verb.BOND).items()]
    assert targets[:4] == [(34, "edge-of-pool"), (56, "waiting-outside"), (68, "edge-of-pool"), (80, "waiting-outside")]


def test_acts_of_round__polls__are_opened_every_22_rounds_and_voted_on_in_the_next_four() -> None:
    opened = [number for number, acts in ROUNDS.items() if any(act.verb is Verb.CREATE_POLL for act in acts)]
    votes = Counter(number for number, acts in ROUNDS.items() for act in acts if act.verb is Verb.VOTE)
    assert opened == list(range(8, 201, 22))
    assert {(number - 8) % 22 for number in votes} == {1, 2, 3, 4}
    assert sum(votes[number] for number in range(9, 13)) == 13


def test_poll_address__of_a_creator_that_made_none__is_none() -> None:
    assert poll_address("0x" + "11" * 20, 1) is None
