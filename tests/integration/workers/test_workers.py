"""Two and more Celery workers on a real broker: whatever happens to them, nothing is lost and nothing is double."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from apps.chain.client import ChainClient
from indexer import sync
from indexer.models import CoveredRange, IndexState
from indexer.store import Books
from tests.fakes.chain import ADDRESSES, FakeChain
from tests.fakes.nodes import FakeNode, transport
from tests.integration.indexer.snapshots import difference, projections
from tests.integration.workers.conftest import Broker, HeldNode, made_chain
from tests.integration.workers.crew import Crew, until

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

Rows = dict[str, list[Any]]
EARLY, MIDDLE = 500, 2_000  # blocks on the way
GRACE_S = 10  # much less than a container is given to end


@pytest.fixture(autouse=True)
def chain(node: HeldNode, settings: Settings, broker: Broker) -> Iterator[FakeChain]:
    """A chain of the test's own, which the node of the whole run shows."""
    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    node.chain = made_chain()
    yield node.chain
    node.release()
    until(broker.is_empty, "every message is done with")


def rows() -> Rows:
    """Everything that was read and made of it."""
    found = projections()
    with connection.cursor() as cursor:
        cursor.execute("SELECT block_id, log_index, tx_hash, address, topics, data FROM indexer_chain_log")
        found["logs"] = [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor.fetchall()]
        cursor.execute("SELECT lower(blocks), upper(blocks) FROM indexer_covered_range")
        found["covered"] = cursor.fetchall()
    return found


def straight_run(chain: FakeChain) -> Rows:
    """The rows that one process makes of the final chain; leaves the database empty."""
    call_command("flush", interactive=False, verbosity=0)
    sync.follow(ChainClient(["http://node"], transport=transport(FakeNode(chain))), books=Books())
    made = rows()
    call_command("flush", interactive=False, verbosity=0)
    return made


@cache
def straight() -> Rows:
    return straight_run(made_chain())


def stands_at(block: int) -> bool:
    return IndexState.objects.filter(projected_to=block).exists()


def assert_complete(broker: Broker, head: int, wanted: Rows) -> None:
    """Waits for the end of the work, then compares every row."""
    until(lambda: stands_at(head), f"the index stands at {head}")
    until(broker.is_empty, "every message is done with")
    assert difference(wanted, rows()) == {}
    assert len(wanted["logs"]) > 500
    assert [tuple(row) for row in wanted["covered"]] == [(0, head + 1)]


def test_delivery__when_twice_and_to_two_workers_at_once__then_every_row_is_there_once(
    crew: Crew, broker: Broker, chain: FakeChain
) -> None:
    wanted = straight()
    two = crew.of(2)
    for number in range(4):
        broker.send(task_id=f"same-{number}")
        broker.send(task_id=f"same-{number}")
    assert_complete(broker, chain.head, wanted)
    windows = [event for worker in two for event in worker.events() if event["event"] == "window"]
    assert sum(event["logs"] for event in windows) == len(wanted["logs"])
    assert {event["task_id"] for event in windows} <= {f"same-{number}" for number in range(4)}
    assert all(event["source"] == "chain" and event["ms"] >= 0 for event in windows)
    assert min(event["from_block"] for event in windows) == 0


def test_reorg__when_two_workers_meet_it_at_once__then_healed_once(
    crew: Crew, broker: Broker, chain: FakeChain
) -> None:
    crew.of(2)
    broker.send()
    until(lambda: stands_at(chain.head), "the index stands at the head")
    chain.reorg(40)
    chain.skip(5)
    for _ in range(6):
        broker.send()
    until(lambda: stands_at(chain.head), "the index stands at the new head")
    until(broker.is_empty, "every message is done with")
    assert IndexState.objects.get().reorgs == 1
    found = rows()
    assert difference(straight_run(chain), found) == {}


def test_kill__when_the_processes_that_run_tasks_die__then_the_task_is_handed_out_again(
    crew: Crew, broker: Broker, node: HeldNode, chain: FakeChain
) -> None:
    wanted = straight()
    two = crew.of(2)
    node.hold(MIDDLE)
    broker.send()
    assert node.is_asked.wait(10)
    for worker in two:
        worker.kill_pool()
    node.release()
    assert_complete(broker, chain.head, wanted)
    assert [worker.process.poll() for worker in two] == [None, None]


def test_broker__when_it_is_killed_and_started_again__then_what_was_sent_is_done(
    crew: Crew, broker: Broker, node: HeldNode, chain: FakeChain
) -> None:
    if broker.redis is None:
        pytest.skip("the broker is not ours to kill")
    wanted = straight()
    crew.of(2)
    node.hold(0)
    for _ in range(3):
        broker.send()
    assert node.is_asked.wait(10)
    until(lambda: broker.messages() == 3, "three tasks wait or are held")
    broker.redis.kill()
    broker.redis.start()
    until(lambda: broker.messages() == 3, "it has them all again")
    node.release()
    assert_complete(broker, chain.head, wanted)


def test_broker__when_it_lost_everything__then_the_next_beat_goes_on(
    crew: Crew, broker: Broker, node: HeldNode, chain: FakeChain
) -> None:
    if broker.redis is None:
        pytest.skip("the broker is not ours to empty")
    wanted = straight()
    crew.of(2)
    node.hold(MIDDLE)
    broker.send()
    assert node.is_asked.wait(10)
    broker.redis.client().flushall()
    node.release()
    broker.send()
    assert_complete(broker, chain.head, wanted)


def test_kill__when_a_whole_worker_dies__then_the_broker_hands_out_what_it_held(
    crew: Crew, broker: Broker, node: HeldNode, chain: FakeChain
) -> None:
    wanted = straight()
    crew.of(2)
    node.hold(MIDDLE)
    broker.send()
    assert node.is_asked.wait(10)
    crew.busy().kill()
    assert not stands_at(chain.head)
    node.release()
    assert_complete(broker, chain.head, wanted)


def test_stop__when_a_worker_is_told_to_end__then_it_ends_between_two_windows(
    crew: Crew, broker: Broker, node: HeldNode, chain: FakeChain
) -> None:
    wanted = straight()
    [worker] = crew.of(1)
    node.hold(EARLY)
    broker.send()
    until(lambda: IndexState.objects.filter(projected_to__gt=0).exists(), "a first window is stored")
    worker.process.terminate()
    node.release()
    assert worker.process.wait(GRACE_S) == 0
    stood = IndexState.objects.get().projected_to
    assert 0 < stood < chain.head
    assert [(row.blocks.lower, row.blocks.upper) for row in CoveredRange.objects.all()] == [(0, stood + 1)]
    assert broker.is_empty()  # the task ended well, and beat would send the next
    sync.follow(ChainClient(["http://node"], transport=transport(FakeNode(chain))), books=Books())
    assert_complete(broker, chain.head, wanted)
