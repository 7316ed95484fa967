"""Rows of the home page: who is named, who is gathered, and that nothing is lost on the way."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.network.overlap import Matched
from apps.network.selectors.flows import NodeFlow, matched
from apps.protocol.units import WEI, EthWei, LptWei
from apps.web.shares import channels_of, fewest_for_most, in_words, of_hundred, shares_of
from tests.factories import address

pytestmark = pytest.mark.unit


def flow(number: int, stake: int, fees: int) -> NodeFlow:
    return NodeFlow(address(number), LptWei(stake * WEI), EthWei(fees * WEI))


def rows(*flows: NodeFlow) -> list[tuple[str, int, int]]:
    found = shares_of(flows, matched(flows)).rows
    return [
        (row.label if not row.is_node else row.address, row.stake_lpt_wei // WEI, row.fees_eth_wei // WEI)
        for row in found
    ]


def test_shares__when_few__then_each_is_named_by_fees_per_stake() -> None:
    assert rows(flow(1, 100, 1), flow(2, 50, 5), flow(3, 10, 0)) == [
        (address(2), 50, 5),
        (address(1), 100, 1),
        (address(3), 10, 0),
    ]


def test_shares__when_many__then_thirteen_are_named_and_the_rest_stand_in_two_groups() -> None:
    paid = [flow(number, 100 + number, 10 + number) for number in range(15)]
    idle = [flow(100 + number, 7, 0) for number in range(3)]
    found = rows(*paid, *idle)
    assert len(found) == 15
    assert ("2 other nodes with paid work", 201, 21) in found
    assert found[-1] == ("3 nodes with no paid work", 21, 0)


def test_shares__when_one_would_be_alone_in_its_group__then_it_is_named() -> None:
    paid = [flow(number, 100 + number, 10 + number) for number in range(14)]
    idle = [flow(100 + number, 7, 0) for number in range(3)]
    assert all("other" not in label for label, _, _ in rows(*paid, *idle))


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**6)), max_size=120))
def test_shares__when_grouped__then_rows_add_up_and_stand_in_order(pairs: list[tuple[int, int]]) -> None:
    flows = [flow(at, stake, fees) for at, (stake, fees) in enumerate(pairs)]
    found = shares_of(flows, matched(flows))
    assert len(found.rows) <= 16
    assert sum(row.stake_lpt_wei for row in found.rows) == found.total.stake_lpt_wei
    assert sum(row.fees_eth_wei for row in found.rows) == found.total.fees_eth_wei
    assert sum(row.nodes for row in found.rows) == len(flows)
    for before, after in pairwise(row for row in found.rows if row.stake_lpt_wei):
        assert before.fees_eth_wei * after.stake_lpt_wei >= after.fees_eth_wei * before.stake_lpt_wei


@pytest.mark.parametrize(
    ("stakes", "fees", "expected"),
    [((75, 25), (25, 75), "+50.0"), ((50, 50), (50, 50), "0.0"), ((25, 75), (75, 25), "\u221250.0")],
)
def test_difference__when_shares_differ__then_it_is_signed(
    stakes: tuple[int, int], fees: tuple[int, int], expected: str
) -> None:
    flows = [flow(1, stakes[0], fees[0]), flow(2, stakes[1], fees[1])]
    found = {row.address: row.difference for row in shares_of(flows, matched(flows)).rows}
    assert found[address(2)] == expected


def test_difference__when_nobody_was_paid__then_there_is_none() -> None:
    flows = [flow(1, 100, 0)]
    assert shares_of(flows, matched(flows)).rows[0].difference is None


def test_channels__when_a_node_was_paid__then_its_note_says_how_many_times_its_stake() -> None:
    flows = [flow(1, 25, 75), flow(2, 75, 25), flow(3, 0, 0)]
    notes = [channel.note for channel in channels_of(shares_of(flows, matched(flows)), rounds=90)]
    assert notes == ["3.0 × its share of stake", "0.3 × its share of stake", "no fees in 90 rounds"]


def test_channels__when_paid_without_stake__then_it_says_so() -> None:
    flows = [flow(1, 0, 75), flow(2, 75, 25)]
    channel = channels_of(shares_of(flows, matched(flows)), rounds=90)[0]
    assert channel.note == "paid, and holds no stake"


def test_fewest_for_most__when_fees_are_uneven__then_the_largest_are_counted() -> None:
    few = fewest_for_most([flow(1, 10, 60), flow(2, 20, 15), flow(3, 70, 25)])
    assert few is not None
    assert (few.nodes, few.fees_eth_wei, few.stake_lpt_wei) == (2, 85 * WEI, 80 * WEI)
    assert fewest_for_most([flow(1, 10, 0)]) is None


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(0, 7, 0), (7, 7, 100), (1, 10_000, 1), (9_999, 10_000, 99), (435, 1000, 44)]
)
def test_of_hundred__when_rounded__then_never_to_the_ends(part: int, whole: int, expected: int) -> None:
    assert of_hundred(part, whole) == expected


def test_in_words__when_small__then_a_word() -> None:
    assert [in_words(count) for count in (0, 8, 12, 13, 1234)] == ["no", "eight", "twelve", "13", "1,234"]


def test_matched__when_shares_are_equal__then_all_stake_is_matched() -> None:
    assert matched([flow(1, 10, 1), flow(2, 30, 3)]) == Matched(1600 * WEI**2 // 10, 160 * WEI**2)


def test_matched__when_nobody_was_paid__then_unknown_and_not_zero() -> None:
    assert not matched([flow(1, 10, 0)]).known
    assert not matched([]).known
