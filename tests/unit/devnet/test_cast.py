"""The cast: who is in it, and that a seed decides everything about it."""

from __future__ import annotations

import pytest

from apps.devnet.cast import make_cast
from apps.devnet.roles import Habit
from apps.protocol.units import WEI

pytestmark = pytest.mark.unit


def test_make_cast__same_seed__is_equal() -> None:
    assert make_cast(7) == make_cast(7)


def test_make_cast__another_seed__shares_no_account() -> None:
    assert not set(make_cast(1).names) & set(make_cast(2).names)


def test_make_cast__any_seed__has_the_promised_numbers() -> None:
    cast = make_cast(3)
    assert (len(cast.orchestrators), len(cast.delegators), len(cast.gateways)) == (22, 50, 8)
    assert len(cast.names) == len(cast.accounts) == 22 + 50 + 8 + 3 + 1


def test_make_cast__any_seed__has_every_habit() -> None:
    cast = make_cast(3)
    assert [habit for habit in Habit if not cast.with_habit(habit)] == []


def test_make_cast__every_home_and_client__is_in_the_cast() -> None:
    cast = make_cast(1)
    names = {name for one in cast.delegators for name in (one.role.home, one.role.other) if name}
    names |= {name for one in cast.gateways for name, _ in one.role.clients}
    assert names - cast.accounts.keys() == set()


@pytest.mark.parametrize("seed", range(1, 21))
def test_make_cast__any_seed__bonds_about_half_of_the_supply(seed: int) -> None:
    cast = make_cast(seed)
    staked = sum(one.stake for one in cast.orchestrators) + sum(one.stake for one in cast.delegators)
    assert 14_000_000 * WEI < staked < 15_700_000 * WEI


def test_make_cast__service_uris__cannot_exist() -> None:
    cast = make_cast(1)
    assert cast.orchestrator("steady-worker").uri == "https://steady-worker.example:8935"
    assert [one.name for one in cast.orchestrators if not one.uri] == ["no-address"]
