"""Replay, double delivery and forks change nothing in the end state."""

from __future__ import annotations

import random

import pytest
from django.db import IntegrityError, connection, transaction

from apps.devnet.network import Devnet
from indexer import store, sync
from indexer.errors import ReorgBelowFinality, WindowTaken, WrongDatabase
from indexer.finality import look
from indexer.models import ChainLog, CoveredRange, IndexState
from indexer.projections.replay import replay
from indexer.projections.writer import DERIVED_TABLES, EVENT_TABLES
from indexer.sources.chain_logs import fetch
from indexer.store import Books
from indexer.verification import verify
from indexer.windows import Window
from tests.integration.indexer.snapshots import difference, projections
from tests.integration.indexer.test_exactness import act, found_network
from tests.local import Local

pytestmark = pytest.mark.integration


def live(net: Devnet, rng: random.Random, *, rounds: int) -> None:
    """Some rounds of random acts."""
    nodes, people, gateways = found_network(net)
    for _ in range(rounds):
        for _ in range(12):
            act(net, rng, nodes, people, gateways)
        net.next_round()


def empty_projections() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE " + ", ".join(EVENT_TABLES + DERIVED_TABLES))


def test_replay__after_dropping_all_projections__makes_identical_rows(local: Local) -> None:
    live(local.net, random.Random(11), rounds=5)
    local.follow()
    before = projections()
    empty_projections()
    assert all(not rows for rows in projections().values())

    done = replay()

    assert done == ChainLog.objects.count()
    assert difference(before, projections()) == {}


def test_following__block_by_block_and_all_at_once__makes_identical_rows(local: Local) -> None:
    rng = random.Random(12)
    nodes, people, gateways = found_network(local.net)
    for _ in range(3):
        for _ in range(10):
            act(local.net, rng, nodes, people, gateways)
            local.books.drop()  # as a new process would begin
            local.follow()
        local.net.next_round()
    local.follow()
    step_by_step = projections()

    replay()

    assert difference(step_by_step, projections()) == {}
    assert verify(local.client).drift == ()


def test_commit_window__delivered_twice__is_refused_and_changes_nothing(local: Local) -> None:
    live(local.net, random.Random(13), rounds=1)
    local.follow()
    before, logs = projections(), ChainLog.objects.count()
    state = IndexState.objects.get()
    contracts = dict(local.net.deployment.addresses)
    again = fetch(
        local.client,
        Window(state.projected_to - 9, state.projected_to),
        {address.lower(): name for name, address in contracts.items() if name in ("BondingManager", "TicketBroker")},
    )

    with pytest.raises(WindowTaken, match=f"The index stands at block {state.projected_to}"):
        store.commit_window(again, Books())

    assert difference(before, projections()) == {}
    assert ChainLog.objects.count() == logs


def test_covered_range__a_block_recorded_twice__is_refused_by_the_database(local: Local) -> None:
    local.follow()
    covered = CoveredRange.objects.get()
    assert covered.blocks.lower == 0
    assert covered.blocks.upper == IndexState.objects.get().projected_to + 1
    with pytest.raises(IntegrityError, match="no_block_covered_twice"), transaction.atomic():
        CoveredRange.objects.create(source="chain", blocks=(0, 1))


@pytest.mark.parametrize("depth", [1, 7, 40])
def test_follow__a_reorg_above_finality__ends_where_the_new_chain_does(local: Local, depth: int) -> None:
    rng = random.Random(depth)
    live(local.net, rng, rounds=3)
    local.follow()
    nodes, people, gateways = (
        [local.net.account(f"{kind} {number}") for number in range(count)]
        for kind, count in (("node", 6), ("person", 8), ("gateway", 2))
    )
    for _ in range(depth):
        act(local.net, rng, nodes, people, gateways)
        local.follow()

    local.client.rpc("anvil_rollback", [depth])
    for _ in range(depth + 2):
        act(local.net, rng, nodes, people, gateways)
    local.net.mine(depth)
    local.follow()

    healed = projections()
    assert verify(local.client).drift == ()
    assert IndexState.objects.get().reorgs == 1
    replay()
    assert difference(healed, projections()) == {}


def test_follow__a_reorg_below_finality__stops_and_says_what_to_do(local: Local) -> None:
    local.net.next_round()
    local.net.mine(200)
    local.follow()
    before = projections()
    final = IndexState.objects.get().finalized_block
    assert final is not None

    local.client.rpc("anvil_rollback", [65])
    local.client.rpc("anvil_mine", [hex(70), hex(2)])
    with pytest.raises(ReorgBelowFinality, match="check the RPC providers"):
        local.follow()

    state = IndexState.objects.get()
    assert state.finalized_block == final
    assert "finalized block" in state.trouble
    assert difference(before, projections()) == {}


def test_align__a_local_chain_came_back_younger__forgets_its_lost_blocks(local: Local) -> None:
    local.net.next_round()
    local.follow()
    local.net.mine(100)
    local.net.next_round()
    local.net.bond(local.net.account("late"), 5, local.net.account("node"))
    local.follow()

    head = look(local.client).head.number
    local.client.rpc("anvil_rollback", [90])

    assert sync.align(local.client) is not None
    assert IndexState.objects.get().projected_to <= head - 90
    local.follow()
    assert verify(local.client).drift == ()


def test_align__when_the_rows_are_of_another_chain__then_nothing_is_forgotten(local: Local) -> None:
    local.net.next_round()
    local.follow()
    IndexState.objects.update(chain_id=42161)
    logs = ChainLog.objects.count()

    with pytest.raises(WrongDatabase, match="set DATABASE_URL to a database of this chain's own"):
        sync.align(local.client)
    assert ChainLog.objects.count() == logs
