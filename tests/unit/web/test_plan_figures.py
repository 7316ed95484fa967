"""The tables of a plan: what changes, and what was predicted beside what came."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from apps.delegation.plan.intentions import Delegate, Undelegate
from apps.protocol.formats import NBSP, short_address
from apps.web.plan import figures
from tests.factories.plans import document_of
from tests.unit.delegation.fixture import D2, T1, D, lpt

pytestmark = pytest.mark.unit


def named(address: str) -> str:
    return f"one.eth ({short_address(address)})" if address == T1 else short_address(address)


def rows(groups: tuple[figures.Group, ...]) -> dict[str, list[tuple[Any, ...]]]:
    return {group.words: [(row.words, *row.texts, row.change) for row in group.rows] for group in groups}


def test_changes__when_stake_is_undelegated__then_account_lock_and_orchestrator() -> None:
    found = rows(figures.changes(document_of(Undelegate(D, lpt(10)), identity="x"), named))

    account, lpt_of = found["Your account"], f"{NBSP}LPT"
    assert account[0] == ("Stake, with all that is pending", f"1,002.88{lpt_of}", f"992.88{lpt_of}", "\u221210")
    assert account[-1] == ("Unbonding lock 0", "\u2013", f"10{lpt_of}, from round 4,007", "")
    assert found["Orchestrator one.eth (0x1111…1111)"] == [
        ("Stake with it", f"10,000{lpt_of}", f"9,990{lpt_of}", "\u221210"),
        ("Place by stake", "1", "2", ""),
    ]


def test_changes__when_stake_is_the_first__then_from_when_on_it_counts() -> None:
    found = rows(figures.changes(document_of(Delegate(D2, T1, lpt(100)), identity="x"), named))

    told = {words: (now, after) for words, now, after, _ in found["Your account"]}
    assert told["Counts from round"] == ("\u2013", "4,001")
    assert told["Orchestrator"] == ("none", "one.eth (0x1111…1111)")
    assert told["Status"] == ("Unbonded", "Pending")


def test_outcome__when_all_came__then_every_row_is_equal_and_nothing_is_other() -> None:
    plan = document_of(Undelegate(D, lpt(10)), identity="x")

    found = figures.outcome(plan, plan["after"], 1_001, named)  # type: ignore[arg-type]

    assert (found.other, found.is_restless, found.figures) == (0, False, 5)
    assert found.groups[0].rows[0].texts[1:] == (f"992.88{NBSP}LPT",) * 2


def test_outcome__when_others_moved_something__then_what_was_promised_and_what_not() -> None:
    plan: Any = document_of(Undelegate(D, lpt(10)), identity="x")
    actual = copy.deepcopy(plan["after"])
    next(one for one in actual["accounts"] if one["address"] == D)["fees_eth_wei"] = str(10**18)
    next(one for one in actual["nodes"] if one["address"] == T1)["stake_lpt_wei"] = "0"

    found = figures.outcome(plan, actual, 1_001, named)

    assert (found.other, found.is_restless) == (1, True)
    odd = [(row.words, row.texts[-1], row.change) for group in found.groups for row in group.rows if not row.is_equal]
    assert odd == [
        ("Fees, with all that is pending", f"1{NBSP}ETH", "+1"),
        ("Stake with it", f"0{NBSP}LPT", "\u22129,990"),
    ]
