"""The front page: its answer, its picture, its facts."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.network.models import OrchestratorRound
from apps.protocol.formats import checksummed, short_address
from apps.protocol.units import WEI
from tests import lives, scenery
from tests.factories import (
    BlockFactory,
    CutChangeFactory,
    IndexStateFactory,
    OrchestratorFactory,
    OrchestratorRoundFactory,
    ParameterReadFactory,
    PoolChangeFactory,
    PositionFactory,
    RoundFactory,
    TicketPaymentFactory,
    address,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

WORKER, WHALE, NEW, GATEWAY = address(1), address(2), address(3), address(11)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Past rounds are kept between requests, and tests make the same rounds with other figures."""
    cache.clear()


@pytest.fixture
def two_nodes() -> None:
    """Round 200 at block 1000: a worker with a quarter of the stake and three quarters of the fees, and a whale."""
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000)
    RoundFactory(number=199, block__number=960)
    RoundFactory(number=200, block__number=990, active_orchestrators=2, mintable_lpt_wei=6904 * WEI)
    ParameterReadFactory(name="pool_max_size", value=5, block__number=1000)
    ParameterReadFactory(name="lpt_total_supply", value=4000 * WEI, block__number=1000)
    OrchestratorFactory(address=WORKER, stake_lpt_wei=250 * WEI)
    OrchestratorFactory(address=WHALE, stake_lpt_wei=750 * WEI)
    for number in (160, 199, 200):
        OrchestratorRoundFactory(
            orchestrator=WORKER, round=number, stake_lpt_wei=200 * WEI, fees_eth_wei=3 * WEI, reward_called=number < 200
        )
        OrchestratorRoundFactory(orchestrator=WHALE, round=number, stake_lpt_wei=800 * WEI, fees_eth_wei=1 * WEI)
    PositionFactory(delegator=address(21), delegate=WORKER)
    TicketPaymentFactory(orchestrator=WORKER, gateway=GATEWAY, round=200, block__number=1000)


def text_of(client: Client, path: str = "/") -> str:
    """The page's words, markup taken out and white space joined."""
    body = client.get(path).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body)).replace("\u00a0", " ")


def test_home__when_there_are_nodes__then_it_answers_from_the_figures(client: Client, two_nodes: None) -> None:
    text = text_of(client)
    assert "In part. Of every 100 LPT staked, 50 stand where the fees are earned; the other 50 stand with nodes" in text
    assert "In round 160 it was 45." in text
    assert "One node earns 75.0 % of the fees and holds 25.0 % of the stake." in text


def test_home__when_there_are_nodes__then_facts_carry_their_units(client: Client, two_nodes: None) -> None:
    text = text_of(client)
    for fact in (
        "Stake1,000 LPT25.0 % of supply",
        "Fees, 90 rounds12.000 ETH",
        "Active orchestrators2 of 5 places",
        "With paid work, 90 rounds2",
        "Paying gateways, 90 rounds1",
        "Delegators with stake1",
        "Reward this round6,904.00 LPT",
        "Reward calls made, round 1991 of 2",
    ):
        assert fact in text


def test_home__when_there_are_nodes__then_picture_and_table_hold_the_same_shares(
    client: Client, two_nodes: None
) -> None:
    body = client.get("/").content.decode()
    for picture in re.findall(r'<svg class="chart"[^>]*Channels.*?</svg>', body, re.S):
        assert f">{short_address(WORKER)}</text>" in picture
        assert ">25.0</text>" in picture
        assert ">75.0</text>" in picture
    assert "3.0 × its share of stake" in body
    rows = re.findall(r'<a href="/orchestrators/(0x[0-9a-f]{40})/">', body)
    assert rows[:2] == [WORKER, WHALE]
    assert "+50.0" in body
    assert "\u221250.0" in body


def test_home__when_stake_moved_toward_work__then_it_says_so_and_by_whom(client: Client, two_nodes: None) -> None:
    for number in (170, 198):
        OrchestratorRoundFactory(orchestrator=WORKER, round=number, stake_lpt_wei=100 * WEI, fees_eth_wei=3 * WEI)
        OrchestratorRoundFactory(orchestrator=WHALE, round=number, stake_lpt_wei=900 * WEI, fees_eth_wei=1 * WEI)
    text = text_of(client)
    assert (
        "Stake moved toward work. From the end of round 170 to that of round 199 the matched share went from 35.0 to "
        "45.0 %: stake that moved added 10.0 points, work that moved changed nothing."
    ) in text
    assert f"{short_address(WORKER)}10.020.0+10.0+10.00.0" in text
    assert "No node\u2019s part shrank." in text
    assert "/api/v1/network/overlap/change?to_round=199&amp;rounds=29" in client.get("/").content.decode()


def test_home__when_only_one_whole_round_had_work__then_nothing_is_compared(client: Client, two_nodes: None) -> None:
    OrchestratorRound.objects.filter(round=160).delete()
    assert "Two whole rounds with paid work have to pass before they can be compared." in text_of(client)


def test_home__when_stake_moved__then_gains_and_losses_leave_rewards_out(client: Client, two_nodes: None) -> None:
    text = text_of(client)
    assert f"{short_address(WORKER)}+50+25.0" in text
    assert f"{short_address(WHALE)}\u221250\u22126.3" in text
    assert text.count("Bonded less unbonded since round 199; rewards are not counted.") == 2


def test_home__when_something_changed__then_it_says_what_and_links_to_whom(client: Client, two_nodes: None) -> None:
    CutChangeFactory(
        orchestrator=WHALE, block__number=970, reward_cut_ppm=1_000_000, fee_share_ppm=400_000,
        old_reward_cut_ppm=100_000, old_fee_share_ppm=500_000,
    )  # fmt: skip
    PoolChangeFactory(orchestrator=NEW, block__number=980, effective_round=201)
    text = text_of(client)
    assert "raised its reward cut from 10 to 100 % and lowered its fee share from 50 to 40 %." in text
    assert f"{short_address(NEW)} joined as a new orchestrator, active from round 201." in text
    assert f"{short_address(WHALE)} missed its reward call in round 199, its 2nd miss of 30." not in text
    assert f"{short_address(WHALE)} missed its reward call in round 199." in text


def test_home__when_many_missed__then_one_line_names_two(client: Client, two_nodes: None) -> None:
    for number in range(30, 34):
        OrchestratorRoundFactory(orchestrator=address(number), round=199)
    assert "and 3 others missed their reward calls in round 199." in text_of(client)


def test_home__when_a_node_paid_itself__then_that_is_left_out_and_said(client: Client, two_nodes: None) -> None:
    TicketPaymentFactory(orchestrator=WHALE, gateway=WHALE, round=200, amount_eth_wei=2 * WEI, block__number=1000)
    text = text_of(client)
    assert "2.000 ETH of it from nodes to themselves" in text
    assert "2.000 ETH that nodes paid to themselves is left out" in text


def test_home__when_nobody_was_paid__then_it_does_not_pretend(client: Client, two_nodes: None) -> None:
    OrchestratorRound.objects.update(fees_eth_wei=0)
    text = text_of(client)
    assert "That cannot be said yet: nobody has been paid in the last 90 rounds." in text
    assert "No fees to draw." in text


def test_home__when_nothing_is_indexed__then_it_says_what_is_happening(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "No block has been read yet. This page fills by itself" in response.content.decode()


def test_home__when_no_round_has_begun__then_it_says_how_far_it_is(client: Client) -> None:
    BlockFactory(number=7)
    IndexStateFactory(projected_to=7)
    assert "Blocks are read up to 7, and no round has been found in them yet." in text_of(client)


def test_home__when_polled__then_only_what_changes_comes_and_304_after(client: Client, two_nodes: None) -> None:
    answer = client.get("/", headers={"HX-Request": "true"})
    body = answer.content.decode()
    assert "<html" not in body
    assert "stand where the fees are earned" in body
    again = client.get("/", headers={"HX-Request": "true", "If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_home__when_asked_again__then_past_rounds_are_not_read_again(
    client: Client, two_nodes: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/")
    with django_assert_num_queries(25):
        client.get("/")


def test_home__when_the_network_is_large__then_as_many_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lives.live(scenery.network(nodes=40, rounds=40))
    client.get("/")
    with django_assert_num_queries(24):  # nobody missed the last round, so earlier misses are not counted
        client.get("/")


def test_home__when_posted_to__then_refused(client: Client) -> None:
    assert client.post("/").status_code == 405


def test_shares_csv__when_asked__then_every_node_in_wei(client: Client, two_nodes: None) -> None:
    response = client.get("/stake-and-fees.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert rows[0] == {
        "orchestrator": checksummed(WORKER),
        "stake_lpt_wei": str(250 * WEI),
        "fees_eth_wei": str(9 * WEI),
        "paid_to_itself_eth_wei": "0",
        "in_pool": "true",
        "first_round": "111",
        "last_round": "200",
    }
    assert len(rows) == 2


def test_shares_csv__when_nothing_is_indexed__then_only_the_columns(client: Client) -> None:
    assert client.get("/stake-and-fees.csv").content.decode().count("\r\n") == 1
