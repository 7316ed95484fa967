"""Filters, order and blame over plain rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.network.selectors.listquery import SORT_KEYS, ListQuery
from apps.network.selectors.orchestrators import OrchestratorRow, Standing, host_of
from apps.network.selectors.passing import Blame, blame, ordered, passing
from apps.protocol.units import WEI, Address, EthWei, LptWei, Ppm
from tests.factories import address

pytestmark = pytest.mark.unit


def standing(rank: int | None, value: float = 50.0) -> Standing:
    return Standing(value, value - 5, value + 5, 0.8, rank, value, value, None, None)


PLAIN = OrchestratorRow(
    address=Address(address(0)),
    host="node.example:8935",
    stake_lpt_wei=LptWei(1000 * WEI),
    reward_cut_ppm=Ppm(100_000),
    fee_share_ppm=Ppm(500_000),
    active=True,
    in_pool=True,
    registered=True,
    fees_eth_wei=EthWei(WEI),
    rate_eth_wei=EthWei(1000 * WEI),
    payers=2,
    calls_made=30,
    calls_due=30,
    worse=None,
    standing=standing(1),
)


def row(number: int, **changes: object) -> OrchestratorRow:
    return replace(PLAIN, **{"address": address(number), **changes})  # type: ignore[arg-type]


def addresses(rows: list[OrchestratorRow]) -> list[str]:
    return [one.address for one in rows]


def test_ordered__when_by_score__then_ranked_first_and_the_rest_by_stake() -> None:
    rows = [
        row(1, standing=standing(2)),
        row(2, standing=standing(None, 99.0), stake_lpt_wei=5),
        row(3, standing=None, stake_lpt_wei=9),
        row(4, standing=standing(1)),
    ]
    assert addresses(ordered(rows, ListQuery())) == [address(n) for n in (4, 1, 3, 2)]
    turned = ordered(rows, ListQuery(descending=False))
    assert addresses(turned) == [address(n) for n in (1, 4, 3, 2)]


def test_ordered__when_equal__then_by_rank_both_ways() -> None:
    rows = [row(1, standing=standing(2)), row(2, standing=standing(1)), row(3, standing=standing(3), payers=9)]
    assert addresses(ordered(rows, ListQuery(sort="payers"))) == [address(n) for n in (3, 2, 1)]
    assert addresses(ordered(rows, ListQuery(sort="payers", descending=False))) == [address(n) for n in (2, 1, 3)]


@pytest.mark.parametrize("descending", [True, False])
def test_ordered__when_unknown__then_last_both_ways(descending: bool) -> None:
    rows = [row(1, rate_eth_wei=None), row(2, rate_eth_wei=0), row(3, rate_eth_wei=7)]
    assert addresses(ordered(rows, ListQuery(sort="rate", descending=descending)))[-1] == address(1)


@pytest.mark.parametrize("key", SORT_KEYS)
def test_ordered__when_by_any_key__then_keeps_every_row(key: str) -> None:
    rows = [row(1), row(2, standing=None, rate_eth_wei=None, calls_due=0, calls_made=0), row(3)]
    query = ListQuery(sort=key)  # type: ignore[arg-type]
    assert sorted(addresses(ordered(rows, query))) == sorted(addresses(rows))


@pytest.mark.parametrize(
    ("query", "passes"),
    [
        (ListQuery(), [1, 2]),
        (ListQuery(status="pool"), [1, 2, 3]),
        (ListQuery(status="inactive"), [3, 4]),
        (ListQuery(status="all"), [1, 2, 3, 4]),
        (ListQuery(reward_cut_ppm_lte=0), [2]),
        (ListQuery(fee_share_ppm_gte=500_001), []),
        (ListQuery(stake_lpt_wei_gte=1001 * WEI), [2]),
        (ListQuery(has_fees=False), [2]),
        (ListQuery(has_fees=True), [1]),
        (ListQuery(score_gte=51), [2]),
        (ListQuery(text="OTHER"), [2]),
        (ListQuery(text=address(1)[:12].upper().replace("0X", "0x")), [1]),
    ],
)
def test_passing__when_filtered__then_only_those(query: ListQuery, passes: list[int]) -> None:
    rows = [
        row(1),
        row(
            2,
            reward_cut_ppm=0,
            stake_lpt_wei=2000 * WEI,
            fees_eth_wei=0,
            standing=standing(2, 60.0),
            host="other.example",
        ),
        row(3, active=False),
        row(4, active=False, in_pool=False),
    ]
    assert addresses(passing(rows, query)) == [address(number) for number in passes]


def test_passing__when_a_node_fails_a_gate__then_no_score_filter_passes_it() -> None:
    assert passing([row(1, standing=standing(None, 99.0)), row(2, standing=None)], ListQuery(score_gte=0)) == []


def test_blame__when_one_filter_hides_most__then_named_with_its_counts() -> None:
    rows = [row(1), row(2), row(3, host="other.example")]
    query = ListQuery(text="node", reward_cut_ppm_lte=20_000)
    assert passing(rows, query) == []
    assert blame(rows, query) == Blame("reward_cut_ppm_lte", alone=0, of=3, without=2)


def test_blame__when_nothing_was_filtered__then_nobody() -> None:
    assert blame([], ListQuery()) is None


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("https://node.example:8935", "node.example:8935"),
        ("https://user:secret@node.example/path?x", "node.example"),
        ("node.example:8935", "node.example:8935"),
        ("http://[::1", "http://[::1"),
        ("", ""),
        ("https://" + "a" * 100, "a" * 60),
    ],
)
def test_host_of__when_a_service_address_is_anything__then_a_short_text(uri: str, host: str) -> None:
    assert host_of(uri) == host
