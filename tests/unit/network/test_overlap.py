"""The overlap of stake and work, and what moved it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.network.overlap import Change, Matched, Moment, change, matched_of

pytestmark = pytest.mark.unit

amounts = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 10**27), max_size=5)
moments = st.builds(Moment, st.just(1), amounts, amounts)


def overlap(stakes: dict[str, int], fees: dict[str, int]) -> Fraction:
    nodes = stakes.keys() | fees.keys()
    stake, paid = sum(stakes.values()), sum(fees.values())
    return sum((min(Fraction(stakes.get(n, 0), stake), Fraction(fees.get(n, 0), paid)) for n in nodes), Fraction(0))


def changed(first: Moment, last: Moment) -> Change:
    found = change(first, last)
    assert found is not None
    return found


def test_matched__when_stake_and_fees_stand_apart__then_only_the_smaller_shares_count() -> None:
    assert matched_of({"a": 1, "b": 3}, {"a": 3, "b": 1}) == Matched(8, 16)
    assert matched_of({"a": 1, "b": 3}, {"a": 3, "b": 1}).ppb == 500_000_000


def test_matched__when_nobody_was_paid_or_nothing_is_staked__then_unknown() -> None:
    assert matched_of({"a": 1}, {}).ppb is None
    assert matched_of({}, {"a": 1}).ppb is None


def test_change__when_stake_moves_to_the_worker__then_stake_is_credited() -> None:
    before = Moment(1, {"worker": 20, "whale": 80}, {"worker": 9, "whale": 1})
    after = Moment(2, {"worker": 50, "whale": 50}, {"worker": 9, "whale": 1})

    found = changed(before, after)

    assert [(one.node, one.mover, found.ppb(one.moved)) for one in found.nodes] == [
        ("worker", "stake", 300_000_000),
        ("whale", "neither", 0),
    ]
    assert (found.ppb(found.before), found.ppb(found.after)) == (300_000_000, 600_000_000)
    assert (found.ppb(found.by_stake), found.by_fees) == (300_000_000, 0)


def test_change__when_work_leaves_the_staked__then_fees_are_to_blame() -> None:
    before = Moment(1, {"a": 50, "b": 50}, {"a": 50, "b": 50})
    after = Moment(2, {"a": 50, "b": 50}, {"a": 100})

    found = changed(before, after)

    assert [(one.node, one.mover, found.ppb(one.moved)) for one in found.nodes] == [
        ("a", "neither", 0),
        ("b", "fees", -500_000_000),
    ]
    assert (found.by_stake, found.ppb(found.by_fees)) == (0, -500_000_000)


def test_change__when_one_moment_has_no_overlap__then_none() -> None:
    assert change(Moment(1, {"a": 1}, {}), Moment(2, {"a": 1}, {"a": 1})) is None


@given(moments, moments)
def test_change__of_any_two_moments__then_both_causes_of_all_nodes_are_the_difference(
    first: Moment, last: Moment
) -> None:
    found = change(first, last)
    if found is None:
        return
    before, after = (overlap(dict(one.stakes), dict(one.fees)) for one in (first, last))
    assert Fraction(found.before, found.whole) == before
    assert Fraction(found.after, found.whole) == after
    assert Fraction(found.by_stake + found.by_fees, found.whole) == after - before
    assert Fraction(*_pair(first.matched)) == before
    assert all(one.after - one.before == one.moved for one in found.nodes)


def _pair(matched: Matched) -> tuple[int, int]:
    return matched.part, matched.whole
