"""The overlap of stake and work over the rounds of the index."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from apps.network.models import OrchestratorRound
from apps.network.overlap import Matched
from apps.network.selectors import overlap
from tests import scenery
from tests.factories import OrchestratorRoundFactory, RoundFactory, TicketPaymentFactory, address

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, OTHER = address(1), address(2)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def lived(node: str, number: int, *, fees: int = 0, stake: int = 50) -> None:
    OrchestratorRoundFactory(orchestrator=node, round=number, stake_lpt_wei=stake, fees_eth_wei=fees)


def shares(first: int, last: int) -> list[tuple[int, float]]:
    return [(one.round, one.part / one.matched.whole) for one in overlap.series(first=first, last=last)]


def test_series__when_work_moves_to_the_stake__then_the_share_rises() -> None:
    for number in range(1, 5):
        lived(NODE, number, fees=10)
        lived(OTHER, number, fees=10 if number > 2 else 0)

    assert shares(1, 4) == [(1, 0.5), (2, 0.5), (3, 0.75), (4, pytest.approx(0.5 + 1 / 3))]


def test_series__when_longer_than_its_windows__then_old_fees_drop_out_of_each() -> None:
    lived(NODE, 1, fees=30)
    lived(OTHER, 1)
    lived(NODE, 30)
    lived(OTHER, 30, fees=10)
    lived(NODE, 31)
    lived(OTHER, 31)
    lived(NODE, 90)
    lived(OTHER, 90)
    lived(NODE, 91, stake=20)
    lived(OTHER, 91, stake=80)

    points = {one.round: one for one in overlap.series(first=1, last=91)}

    assert [points[number].fees_eth_wei for number in (1, 30, 31, 90, 91)] == [30, 40, 40, 40, 10]
    assert [points[number].recent_fees_eth_wei for number in (1, 30, 31, 90, 91)] == [30, 40, 10, 0, 0]
    assert points[30].matched == Matched(50 * 40 + 10 * 100, 100 * 40)
    assert points[31].recent == Matched(50 * 10, 100 * 10)
    assert not points[90].recent.known
    assert points[91].matched == Matched(80 * 10, 100 * 10)


def test_series__when_a_node_paid_itself__then_that_is_no_work() -> None:
    lived(NODE, 5, fees=30)
    lived(OTHER, 5, fees=10)
    TicketPaymentFactory(orchestrator=NODE, gateway=NODE, round=5, amount_eth_wei=20)

    (point,) = overlap.series(first=5, last=5)

    assert point.matched == Matched(10 * 100 + 10 * 100, 100 * 20)


def test_series__when_a_paid_node_is_not_active__then_its_fees_count_in_the_whole_only() -> None:
    lived(NODE, 5, fees=30)
    lived(OTHER, 5, fees=10)
    lived(OTHER, 6)
    OrchestratorRoundFactory(orchestrator=NODE, round=6, active=False, stake_lpt_wei=50)

    assert overlap.series(first=6, last=6)[0].matched == Matched(50 * 10, 50 * 40)


def test_series__of_a_lively_network__then_as_moments_say_round_by_round() -> None:
    scenery.network(nodes=6, rounds=40)
    OrchestratorRound.objects.filter(orchestrator=address(2), round__in=(20, 33)).update(active=False)
    TicketPaymentFactory(orchestrator=address(1), gateway=address(1), round=25, amount_eth_wei=10**9, block__number=30)

    points = overlap.series(first=1, last=40)

    assert len(points) == 40
    for point in points[::5]:
        assert point.matched == overlap.moment(point.round).matched
        assert point.recent == overlap.moment(point.round, window=30).matched


def test_history__when_a_round_ends__then_only_that_round_is_read(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(1, 7):
        lived(NODE, number, fees=number)
        lived(OTHER, number, fees=1)
    whole = overlap.history(before=7, chain="a")
    cache.clear()
    first = overlap.history(before=4, chain="a")
    OrchestratorRound.objects.filter(round=1).update(fees_eth_wei=99)

    with django_assert_num_queries(1):
        assert overlap.history(before=4, chain="a") == first
    then = overlap.history(before=7, chain="a")

    assert [one.round for one in first] == [1, 2, 3]
    assert then[:3] == whole[:3]
    assert [one.round for one in then] == [1, 2, 3, 4, 5, 6]
    assert overlap.history(before=3, chain="a") == whole[:2]


def test_history__when_the_chain_changed_its_past__then_it_is_read_anew() -> None:
    lived(NODE, 1, fees=1)
    assert overlap.history(before=2, chain="a")[0].fees_eth_wei == 1
    OrchestratorRound.objects.update(fees_eth_wei=7)

    assert overlap.history(before=2, chain="b")[0].fees_eth_wei == 7


def test_history__when_nothing_was_active__then_empty() -> None:
    assert overlap.history(before=100, chain="a") == []
    assert overlap.series(first=9, last=8) == []


def test_explained__when_stake_moved__then_node_by_node() -> None:
    lived(NODE, 10, fees=9, stake=20)
    lived(OTHER, 10, fees=1, stake=80)
    lived(NODE, 11, fees=9, stake=50)
    lived(OTHER, 11, fees=1, stake=50)

    found = overlap.explained(first=10, last=11)

    assert found is not None
    assert [(one.node, one.mover) for one in found.nodes] == [(NODE, "stake"), (OTHER, "neither")]
    assert found.ppb(found.by_stake) == 300_000_000


def test_last_whole_round__when_one_is_running__then_the_one_before() -> None:
    assert overlap.last_whole_round() is None
    RoundFactory(number=12)
    assert overlap.last_whole_round() == 11
