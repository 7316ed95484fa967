"""The rows kept from block to block: equal to rows made anew, and made with less."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from apps.network.models import Block, Orchestrator
from apps.network.selectors import orchestrators
from apps.network.selectors.board import Board, Boards, Moment
from apps.network.selectors.orchestrators import Standing
from apps.protocol.units import WEI, Address
from tests.factories import (
    BlockFactory,
    CutChangeFactory,
    IdentityFactory,
    OfferFactory,
    OrchestratorFactory,
    OrchestratorRoundFactory,
    TicketPaymentFactory,
    address,
    hash_of,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ONE, OTHER = Address(address(1)), Address(address(2))
NOBODY: Mapping[Address, Standing] = {}


def moment(block: int = 1000, *, round_number: int = 200, sources: object = None) -> Moment:
    return Moment(block, hash_of(f"block {block}"), round_number, None, sources)


def at(boards: Boards, when: Moment) -> Board:
    """The board of a moment, which has to hold what the tables give."""
    board = boards.at(when, lambda run: NOBODY)
    assert list(board.order) == sorted(board.rows.values(), key=lambda row: (-row.stake_lpt_wei, row.address))
    assert {row.address: row for row in orchestrators.rows(when.round, {})} == board.rows
    return board


@pytest.fixture
def boards() -> Boards:
    """With the board of block 1000, at which there are two nodes."""
    for number in (1000, 1001, 1002):
        BlockFactory(number=number)
    for node in (ONE, OTHER):
        OrchestratorFactory(address=node, updated_block=900)
        OrchestratorRoundFactory(orchestrator=node, round=200)
    made = Boards()
    at(made, moment())
    return made


def paid(node: str, block: int, round_number: int = 200) -> None:
    TicketPaymentFactory(
        orchestrator=node, round=round_number, amount_eth_wei=WEI, block=Block.objects.get(number=block)
    )
    CutChangeFactory(
        orchestrator=node,
        round=round_number,
        reward_cut_ppm=9,
        old_reward_cut_ppm=1,
        block=Block.objects.get(number=block),
    )
    Orchestrator.objects.filter(address=node).update(updated_block=block, stake_lpt_wei=5 * WEI, reward_cut_ppm=9)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE network_orchestrator_round SET fees_eth_wei = %s WHERE orchestrator = %s", [WEI, node])


def test_board__of_the_next_block__then_only_what_a_log_changed_is_another(boards: Boards) -> None:
    before = at(boards, moment())
    paid(ONE, 1001)
    after = at(boards, moment(1001))
    assert after.rows[ONE].fees_eth_wei == WEI
    assert after.rows[ONE].worse is not None
    assert after.rows[OTHER] is before.rows[OTHER]


def test_board__of_an_older_block_than_the_last__then_it_is_still_there(boards: Boards) -> None:
    paid(ONE, 1001)
    at(boards, moment(1001))
    assert boards.at(moment(), lambda run: NOBODY).rows[ONE].fees_eth_wei == 0


def test_board__of_the_same_moment__then_two_queries(
    boards: Boards, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        boards.at(moment(), lambda run: NOBODY)
    with django_assert_num_queries(3):  # and the nodes that changed, of which there are none
        boards.at(moment(1001), lambda run: NOBODY)


def test_board__of_another_round__then_made_anew(boards: Boards) -> None:
    OrchestratorRoundFactory(orchestrator=ONE, round=201, fees_eth_wei=WEI)
    assert at(boards, moment(1001, round_number=201)).rows[ONE].fees_eth_wei == WEI


def test_board__when_its_block_was_replaced__then_made_anew(boards: Boards) -> None:
    Block.objects.filter(number=1000).update(hash=hash_of("another branch"))
    Orchestrator.objects.filter(address=ONE).update(stake_lpt_wei=7 * WEI)
    assert at(boards, moment(1001)).rows[ONE].stake_lpt_wei == 7 * WEI


def test_board__when_the_tables_were_filled_anew__then_made_anew(boards: Boards) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE network_orchestrator")
    OrchestratorFactory(address=ONE, stake_lpt_wei=3 * WEI)
    assert at(boards, moment()).rows[ONE].stake_lpt_wei == 3 * WEI


def test_board__when_sources_or_names_changed__then_those_too(boards: Boards) -> None:
    OfferFactory(orchestrator=ONE, job_type="llm")
    IdentityFactory(address=OTHER, name="mill.eth")
    board = at(boards, moment(sources="read anew"))
    assert (board.jobs, board.rows[ONE].jobs[0].key) == (frozenset({"llm"}), "llm")
    name = board.rows[OTHER].name
    assert name is not None
    assert name.text == "mill.eth"


def test_board__when_a_node_is_new__then_in_its_place(boards: Boards) -> None:
    OrchestratorFactory(address=address(3), stake_lpt_wei=10**6 * WEI, updated_block=1001)
    assert at(boards, moment(1001)).order[0].address == address(3)
