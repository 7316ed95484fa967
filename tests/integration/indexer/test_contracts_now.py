"""Which of several contracts of one name is asked."""

from __future__ import annotations

import pytest

from apps.chain.client import ChainClient
from apps.chain.readers.controller import contract_id
from apps.network.models import ParameterRead
from indexer import parameters
from indexer.contracts import watched_now
from tests.factories import BlockFactory, ContractChangeFactory, WatchedContractFactory, address
from tests.fakes.chain import ADDRESSES
from tests.fakes.nodes import FakeNode, transport
from tests.soak.world import World

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_watched_now__when_a_minter_was_replaced_and_came_back__then_the_newest_registration_counts() -> None:
    first, second = address(1), address(2)
    for one in (second, first):  # as any order of rows may have it
        WatchedContractFactory(name="Minter", address=one)
    for number, one in ((10, first), (20, second), (30, first)):
        ContractChangeFactory(block=BlockFactory(number=number), contract_id=contract_id("Minter"), address=one)

    assert watched_now()["Minter"] == first


def test_watched_now__when_no_registration_was_seen__then_what_was_found_at_first_sight_counts() -> None:
    WatchedContractFactory(name="BondingManager", address=address(3))

    assert watched_now() == {"BondingManager": address(3)}


def test_read__when_the_block_goes_away_while_it_is_asked_about__then_nothing_is_kept() -> None:
    world = World("gone")
    for name in ("BondingManager", "RoundsManager", "Minter"):
        WatchedContractFactory(name=name, address=ADDRESSES[name])
    number = world.chain.head
    block = BlockFactory(number=number, hash=bytes.fromhex(world.chain.hash_of(number)[2:]))

    def reorg() -> None:
        block.__class__.objects.filter(number=number).update(hash=bytes(32))

    node = FakeNode(world.chain, before_answer=reorg)
    client = ChainClient(["http://node"], transport=transport(node))

    assert parameters.read(client, number) == 0
    assert ParameterRead.objects.count() == 0
