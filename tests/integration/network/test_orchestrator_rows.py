"""Rows of the list from the tables: windows, payers, terms."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.network.selectors import orchestrators
from apps.network.selectors.orchestrators import OrchestratorRow, WorseTerms
from apps.protocol.units import WEI, Address, Ppm
from tests.factories import (
    CutChangeFactory,
    OrchestratorFactory,
    OrchestratorRoundFactory,
    TicketPaymentFactory,
    address,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = 200
NODE = Address(address(1))


def the_row(round_number: int | None = NOW) -> OrchestratorRow:
    (row,) = orchestrators.rows(round_number, {})
    return row


def test_rows__when_a_node_worked__then_fees_of_the_last_90_rounds_with_the_running_one() -> None:
    OrchestratorFactory(address=NODE, stake_lpt_wei=2_000_000 * WEI)
    for number, fees in ((NOW - 90, 1000), (NOW - 89, 20), (NOW, 3)):
        OrchestratorRoundFactory(orchestrator=NODE, round=number, fees_eth_wei=fees * WEI)
    row = the_row()
    assert row.fees_eth_wei == 23 * WEI
    assert row.rate_eth_wei == 23 * WEI // 2


def test_rows__when_a_node_paid_itself__then_left_out_of_fees_and_payers() -> None:
    OrchestratorFactory(address=NODE)
    OrchestratorRoundFactory(orchestrator=NODE, round=NOW, fees_eth_wei=10 * WEI)
    TicketPaymentFactory(orchestrator=NODE, gateway=NODE, round=NOW, amount_eth_wei=4 * WEI)
    TicketPaymentFactory(orchestrator=NODE, gateway=address(7), round=NOW, amount_eth_wei=5 * WEI)
    TicketPaymentFactory(orchestrator=NODE, gateway=address(7), round=NOW, amount_eth_wei=WEI)
    TicketPaymentFactory(orchestrator=NODE, gateway=address(8), round=NOW - 90, amount_eth_wei=WEI)
    row = the_row()
    assert (row.fees_eth_wei, row.payers) == (6 * WEI, 1)


def test_rows__when_calls_were_missed__then_counted_over_the_last_30_whole_rounds() -> None:
    OrchestratorFactory(address=NODE)
    for number in range(NOW - 31, NOW + 1):
        OrchestratorRoundFactory(orchestrator=NODE, round=number, reward_called=number % 10 != 0)
    row = the_row()
    assert (row.calls_made, row.calls_due) == (27, 30)


def test_rows__when_not_active_in_a_round__then_no_call_was_due() -> None:
    OrchestratorFactory(address=NODE)
    OrchestratorRoundFactory(orchestrator=NODE, round=NOW - 2, active=False)
    OrchestratorRoundFactory(orchestrator=NODE, round=NOW - 1, active=True)
    row = the_row()
    assert (row.calls_made, row.calls_due) == (0, 1)


@pytest.mark.parametrize(
    ("begins", "ends", "active"),
    [(NOW, None, True), (NOW + 1, None, False), (1, NOW, False), (1, NOW + 1, True), (None, None, False)],
)
def test_rows__when_activity_begins_or_ends__then_active_by_round(
    begins: int | None, ends: int | None, active: bool
) -> None:
    OrchestratorFactory(activation_round=begins, deactivation_round=ends)
    assert the_row().active is active


def test_rows__when_terms_got_worse__then_the_last_change_with_what_held_before() -> None:
    OrchestratorFactory(address=NODE, reward_cut_ppm=200_000)
    CutChangeFactory(orchestrator=NODE, round=150, reward_cut_ppm=150_000, old_reward_cut_ppm=50_000, **SAME)
    CutChangeFactory(orchestrator=NODE, round=160, reward_cut_ppm=200_000, old_reward_cut_ppm=150_000, **SAME)
    assert the_row().worse == WorseTerms(160, Ppm(150_000), None)


def test_rows__when_terms_got_better__then_nothing_to_warn_of() -> None:
    OrchestratorFactory(address=NODE)
    CutChangeFactory(orchestrator=NODE, round=150, reward_cut_ppm=50_000, old_reward_cut_ppm=150_000, **SAME)
    CutChangeFactory(orchestrator=NODE, round=1, reward_cut_ppm=90_000, old_reward_cut_ppm=50_000, **SAME)
    CutChangeFactory(orchestrator=NODE, round=151)
    assert the_row().worse is None


SAME = {"fee_share_ppm": 500_000, "old_fee_share_ppm": 500_000}


def test_rows__when_stake_is_parked_with_somebody_else__then_no_orchestrator() -> None:
    OrchestratorFactory(ever_registered=False, registered=False)
    assert orchestrators.rows(NOW, {}) == []


def test_rows__when_no_round_has_begun__then_still_rows() -> None:
    OrchestratorFactory(stake_lpt_wei=0, activation_round=5)
    row = the_row(None)
    assert (row.active, row.rate_eth_wei, row.calls_due) == (False, None, 0)


def test_rows__when_there_are_many__then_seven_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(5):
        OrchestratorFactory()
    with django_assert_num_queries(7):
        assert len(orchestrators.rows(NOW, {})) == 5


def test_sparks__when_drawn__then_thirty_sums_of_three_rounds_oldest_first() -> None:
    for number in (NOW - 90, NOW - 89, NOW - 87, NOW - 86, NOW - 2, NOW):
        OrchestratorRoundFactory(orchestrator=NODE, round=number, fees_eth_wei=WEI)
    assert orchestrators.sparks([NODE, address(2)], NOW) == {NODE: [2e18, 1e18, *[0.0] * 27, 2e18]}
