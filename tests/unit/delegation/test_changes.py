"""Predicted beside actual, on documents of the fixture."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from apps.delegation.changes import compared, side_by_side
from apps.delegation.plan.intentions import Add, Intention, Undelegate
from tests.factories.plans import document_of
from tests.unit.delegation.fixture import T1, D, lpt

pytestmark = pytest.mark.unit

LPT = 10**18


def shown(wanted: Intention) -> Any:
    return document_of(wanted, identity="x")


def came(plan: Any, part: str, address: str, **changes: Any) -> Any:
    """The state that was promised, with figures of one account or node changed."""
    found = copy.deepcopy(plan["after"])
    next(each for each in found[part] if each["address"] == address).update(changes)
    return found


def test_comparison__when_all_came_as_predicted__then_each_figure_that_moved_is_equal() -> None:
    plan = shown(Add(D, lpt(100)))

    found = list(compared(plan, plan["after"]))

    assert all(one.is_equal for one in found)
    balance = next(one for one in found if one.where == f"accounts.{D}.balance_lpt_wei")
    assert (balance.before, balance.predicted, balance.actual) == (str(500 * LPT), str(400 * LPT), str(400 * LPT))
    assert not any(one.before == one.predicted for one in found)


def test_comparison__when_a_figure_that_was_to_stay_moved__then_it_is_told_too() -> None:
    plan = shown(Add(D, lpt(100)))

    found = [one for one in compared(plan, came(plan, "accounts", D, fees_eth_wei="7")) if not one.is_equal]

    assert [(one.where, one.before, one.predicted, one.actual, one.is_promised) for one in found] == [
        (f"accounts.{D}.fees_eth_wei", "0", "0", "7", True)
    ]


@pytest.mark.parametrize(
    ("figure", "value", "is_promised"),
    [
        ("stake_lpt_wei", "1", False),
        ("place_in_pool", 2, False),
        ("place_in_pool", None, True),
        ("active", False, True),
    ],
)
def test_comparison__when_a_node_is_another__then_only_what_others_always_move_is_not_promised(
    figure: str, value: Any, is_promised: bool
) -> None:
    plan = shown(Add(D, lpt(100)))

    found = {one.where: one for one in compared(plan, came(plan, "nodes", T1, **{figure: value}))}

    one = found[f"nodes.{T1}.{figure}"]
    assert (one.is_equal, one.is_promised) == (False, is_promised)


def test_comparison__when_a_lock_is_opened__then_it_is_a_figure_of_its_own() -> None:
    plan = shown(Undelegate(D, lpt(10)))
    lock = {"id": 0, "amount_lpt_wei": str(10 * LPT), "withdraw_round": 4007}

    found = {one.where: one for one in compared(plan, came(plan, "accounts", D, locks=[]))}

    one = found[f"accounts.{D}.locks.0"]
    assert (one.before, one.predicted, one.actual) == (None, lock, None)


def test_side_by_side__when_a_state_does_not_speak_of_an_account__then_it_is_left_out() -> None:
    plan = shown(Add(D, lpt(100)))

    assert list(side_by_side(plan["before"], {**plan["after"], "accounts": [], "nodes": []})) == []
