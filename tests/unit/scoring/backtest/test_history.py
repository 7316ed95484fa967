"""What a standpoint knows: everything up to its block, and not a row more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.scoring.backtest.history import History, LookAhead, Reach, RoundStart, known_at, refuse_look_ahead
from apps.scoring.facts import LinkFact, NetworkFacts, digest
from apps.scoring.method import live
from tests.unit.scoring.backtest.worlds import block_of, ended_at, with_cut, without_registration, world
from tests.unit.scoring.made import address, gateway

pytestmark = pytest.mark.unit

HERE = 60
REACH = Reach.of(live())


def start(history: History, number: int = HERE) -> RoundStart:
    return next(one for one in history.starts if one.number == number)


def known(history: History) -> NetworkFacts:
    return known_at(history, start(history), REACH)


def test_known_at__a_past_round__is_what_was_known_when_the_index_stood_there() -> None:
    history = world(lasting=False, nodes=6, rounds=100)

    assert digest(known(history)) == digest(known(ended_at(history, HERE)))


def test_known_at__when_all_that_comes_after_changes__is_the_same() -> None:
    one, other = (world(lasting=False, nodes=6, rounds=100, seed=seed) for seed in (1, 2))
    past = {
        node: replace(
            life,
            rounds=type(life.rounds).of(
                [*life.rounds.between(0, HERE + 1), *other.lives[node].rounds.between(HERE + 1, 999)]
            ),
            payments=type(life.payments).of(
                [*life.payments.between(0, HERE), *other.lives[node].payments.between(HERE, 999)]
            ),
        )
        for node, life in one.lives.items()
    }

    assert known(replace(one, lives=past)) == known(one)


def test_known_at__a_cut_in_the_block_after__does_not_see_it() -> None:
    history, node = world(lasting=True, nodes=5, rounds=100), address(3)
    before = known(history)

    after = with_cut(history, node, at=HERE, block=block_of(HERE) + 1, reward_cut=900_000)
    at_once = with_cut(history, node, at=HERE, block=block_of(HERE), reward_cut=900_000)

    assert known(after) == before
    assert next(one for one in known(at_once).orchestrators if one.address == node).reward_cut_ppm == 900_000


def test_known_at__a_registration_that_ends_later__still_holds() -> None:
    history, node = world(lasting=True, nodes=5, rounds=100), address(3)

    later = without_registration(history, node, block=block_of(HERE) + 1)
    before = without_registration(history, node, block=block_of(HERE))

    assert known(later) == known(history)
    assert not next(one for one in known(before).orchestrators if one.address == node).registered


def test_known_at__of_the_open_round__knows_who_is_active_and_nothing_they_did() -> None:
    history = world(lasting=True, nodes=5, rounds=100)

    facts = known(history)

    assert all(one.active for one in facts.orchestrators)
    assert max(facts.window) == HERE - 1
    assert {one.rounds.round[-1] for one in facts.orchestrators} == {HERE - 1}
    assert {one.payments.round[-1] for one in facts.orchestrators} == {HERE - 1}


@pytest.mark.parametrize("row", ["rounds", "payments", "cuts", "window", "round", "links"])
def test_refuse_look_ahead__of_a_planted_row__raises(row: str) -> None:
    history = world(lasting=True, nodes=5, rounds=100)
    honest, later = known(history), known_at(history, start(history, HERE + 2), REACH)
    refuse_look_ahead(honest, start(history))

    if row in ("rounds", "payments"):
        seen = replace(honest.orchestrators[0], **{row: getattr(later.orchestrators[0], row)})
        leaky = replace(honest, orchestrators=(seen, *honest.orchestrators[1:]))
    elif row == "cuts":
        planted = known_at(
            with_cut(history, address(1), at=HERE + 1, block=block_of(HERE + 1), reward_cut=1),
            start(history, HERE + 2),
            REACH,
        )
        leaky = replace(honest, orchestrators=(replace(honest.orchestrators[0], cuts=planted.orchestrators[0].cuts),))
    elif row == "links":
        link = LinkFact(address(1), gateway(1), "funds", start(history, HERE + 1).number, "0x" + "1" * 64, 0)
        leaky = replace(honest, links=(link,))
    else:
        leaky = replace(honest, **{row: getattr(later, row)})

    with pytest.raises(LookAhead):
        refuse_look_ahead(leaky, start(history))
