"""How deep a reorg may be, and who is heard about it: fake chains, since anvil never disagrees with itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apps.chain.client import ChainClient
from indexer import sync
from indexer.errors import ReorgBelowFinality
from indexer.models import ChainLog, IndexState
from indexer.store import Books
from tests.fakes.chain import ADDRESSES, FakeChain
from tests.fakes.nodes import FakeNode, Faults, transport
from tests.soak.life import minter_address
from tests.soak.rows import difference, empty, snapshot
from tests.soak.run import CHAIN_ID, straight, surroundings
from tests.soak.world import World

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def around(db: None) -> Iterator[None]:
    with surroundings():
        yield


def client_of(**nodes: FakeNode) -> ChainClient:
    return ChainClient([f"http://{host}" for host in nodes], chain_id=CHAIN_ID, transport=transport(nodes))


def lived(seed: str, blocks: int) -> World:
    world = World(seed)
    world.grow(blocks)
    return world


def expect_straight(chain: FakeChain) -> None:
    found = snapshot()
    empty()
    straight(chain)
    assert difference(found, snapshot()) == ""


def test_follow__when_64_blocks_are_replaced__then_it_heals_and_equals_a_straight_run() -> None:
    world = lived("deep", 150)
    client, books = client_of(only=FakeNode(world.chain)), Books()
    sync.follow(client, books=books)

    assert world.reorg(64, 70) == 64
    sync.follow(client, books=books)

    assert IndexState.objects.get().reorgs == 1
    expect_straight(world.chain)


def test_follow__when_the_finalized_block_holds_nothing_of_ours__then_64_replaced_blocks_heal_all_the_same() -> None:
    world = lived("sparse", 20)
    client, books = client_of(only=FakeNode(world.chain)), Books()
    sync.follow(client, books=books)
    world.idle(90)  # the newest stored block below the fork lies far below the finalized one
    sync.follow(client, books=books)

    assert world.reorg(64, 80) == 64
    sync.follow(client, books=books)

    state = IndexState.objects.get()
    assert (state.reorgs, state.trouble) == (1, "")
    assert state.projected_to == world.chain.head
    expect_straight(world.chain)


@pytest.mark.parametrize("busy", [True, False], ids=["logs all over", "no log near"])
def test_follow__when_65_blocks_are_replaced__then_it_stops_and_says_what_to_do(busy: bool) -> None:
    world = lived("too deep", 150)
    if not busy:
        world.idle(100)
    client, books = client_of(only=FakeNode(world.chain)), Books()
    sync.follow(client, books=books)
    before, stood = snapshot(), IndexState.objects.get()

    world.chain.rollback(65)
    world.chain.skip(80)
    for _ in range(2):  # and stays so
        with pytest.raises(ReorgBelowFinality, match="check the RPC providers, then restore a backup"):
            sync.follow(client, books=books)

    state = IndexState.objects.get()
    assert (state.projected_to, state.finalized_block, state.reorgs) == (stood.projected_to, stood.finalized_block, 0)
    assert state.trouble == (
        f"The chain changed at or below the finalized block {stood.finalized_block}; "
        "check the RPC providers, then restore a backup or start with an empty database."
    )
    IndexState.objects.update(trouble="")
    assert difference(before, snapshot()) == ""


def test_follow__when_a_node_stays_on_the_branch_that_lost__then_the_index_leaves_it_as_soon_as_others_know() -> None:
    """The stale node answers about forks while the others already call a block final that it does not have."""
    world = lived("stale", 30)
    stale, right = FakeNode(world.chain), FakeNode(world.chain)
    books, both = Books(), client_of(stale=stale, right=right)
    sync.follow(both, books=books)
    stale.chain = world.chain.copy()
    world.reorg(20, 140)
    IndexState.objects.update(  # as a look noted it that asked the right node, after the stale one was asked for a fork
        finalized_block=world.final, finalized_hash=bytes.fromhex(world.chain.hash_of(world.final)[2:])
    )

    sync.follow(both, books=books)

    state = IndexState.objects.get()
    assert (state.projected_to, state.reorgs, state.trouble) == (world.chain.head, 1, "")
    expect_straight(world.chain)


def test_follow__when_the_only_node_is_behind_what_is_final__then_nothing_is_undone() -> None:
    world = lived("behind", 150)
    sync.follow(client_of(only=FakeNode(world.chain)), books=Books())
    logs = ChainLog.objects.count()
    late = world.chain.copy()
    late.rollback(100)
    late.skip(20)

    sync.follow(client_of(only=FakeNode(late)), books=Books())

    assert ChainLog.objects.count() == logs
    assert IndexState.objects.get().reorgs == 0


def test_follow__when_a_lagging_node_claims_the_head__then_no_log_is_missed() -> None:
    world = lived("lagging", 80)
    late = FakeNode(world.chain, Faults(lag_blocks=40, claims_head=True))

    sync.follow(client_of(late=late, right=FakeNode(world.chain)), books=Books())

    assert ChainLog.objects.count() == len([log for log in world.chain.raw_logs() if log.address in watched(world)])


def watched(world: World) -> set[str]:
    return {*ADDRESSES.values(), *(minter_address(n) for n in range(world.life.state.minters))}
