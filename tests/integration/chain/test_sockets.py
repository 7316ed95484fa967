"""The client over real connections: kept open, shared by threads, cut, refused and silent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stamina
from httpcore._backends.sync import SyncBackend

from apps.chain.client import ChainClient
from apps.chain.errors import LyingNode, ProviderBusy, TimedOut, TooManyLogs, Unreachable
from apps.chain.pool import ATTEMPTS
from tests.fakes.chain import FakeChain, encode_log
from tests.fakes.nodes import Failure, FakeNode, Faults, served, served_elsewhere

pytestmark = pytest.mark.integration

SOMEBODY = "0x" + "a1" * 20
BLOCKS = 200


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries happen without their waits."""
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield


def make_chain() -> FakeChain:
    chain = FakeChain()
    for amount in range(BLOCKS):
        chain.mine(encode_log("Reward", transcoder=SOMEBODY, amount=amount))
    return chain


def make_node() -> FakeNode:
    """For a process of its own."""
    return FakeNode(make_chain())


def test_client__over_a_socket__reads_every_log() -> None:
    node = make_node()
    with served(node) as url:
        assert ChainClient([url]).logs(1, BLOCKS) == node.chain.raw_logs()


def test_client__asked_again__keeps_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    connect = SyncBackend.connect_tcp

    def counted(*arguments: Any, **named: Any) -> Any:
        opened.append(arguments)
        return connect(*arguments, **named)

    monkeypatch.setattr(SyncBackend, "connect_tcp", counted)
    with served(make_node()) as url:
        client = ChainClient([url])
        for _ in range(20):
            client.chain_id()

    assert len(opened) == 1


def test_client__shared_by_threads__gives_each_its_own_answer() -> None:
    with served(make_node()) as url, ThreadPoolExecutor(8) as threads:
        client = ChainClient([url])
        found = list(threads.map(lambda n: client.logs(n, n)[0].block_number, range(1, BLOCKS + 1)))

    assert found == list(range(1, BLOCKS + 1))


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        ("429", ProviderBusy),
        ("500", Unreachable),
        ("html", Unreachable),
        ("cut", Unreachable),
        ("refused", Unreachable),
    ],
)
def test_client__on_a_failing_line__says_so_after_a_few_tries(failure: Failure, error: type[Exception]) -> None:
    node = FakeNode(make_chain(), Faults(failures=(failure,), failure_rate=1))
    with served(node) as url, pytest.raises(error):
        ChainClient([url]).head()

    assert node.requests == ATTEMPTS


def test_client__on_a_silent_line__stops_waiting() -> None:
    node = FakeNode(make_chain(), Faults(failures=("timeout",), failure_rate=1))
    with served(node) as url:
        client = ChainClient([url], timeout_s=0.1)
        with pytest.raises(TimedOut):
            client.head()
        with pytest.raises(TooManyLogs):
            client.logs(1, BLOCKS)


def test_client__whose_server_came_back__connects_again() -> None:
    node = make_node()
    with served(node) as first, served(node) as second:
        client = ChainClient([first, second])
        assert client.head().number == BLOCKS
        with served(node) as third:
            moving = ChainClient([third, second])
            moving.head()
        assert moving.head().number == BLOCKS


def test_client__with_everything_going_wrong_at_once__ends_right() -> None:
    chain = make_chain()
    failures: tuple[Failure, ...] = ("429", "503", "500", "html", "refused", "cut")
    flaky = FakeNode(chain, Faults(failures=failures, failure_rate=0.3, seed=5))
    liar = FakeNode(chain, Faults(repeats=True))
    lagging = FakeNode(chain, Faults(lag_blocks=100, claims_head=True))
    with served(flaky) as one, served(liar) as two, served(lagging) as three:
        client = ChainClient([two, three, one], chain_id=chain.chain_id)
        found = [log for first in range(1, BLOCKS + 1, 10) for log in client.logs(first, first + 9)]

    assert found == chain.raw_logs()


def test_client__with_liars_only__keeps_nothing() -> None:
    with served(FakeNode(make_chain(), Faults(outside=1))) as url, pytest.raises(LyingNode):
        ChainClient([url]).logs(5, 9)


def test_served_elsewhere__a_node_of_another_process__ends_with_the_block() -> None:
    threads = threading.active_count()
    with served_elsewhere(make_node) as url:
        assert len(ChainClient([url]).logs(1, BLOCKS)) == BLOCKS

    with pytest.raises(Unreachable):
        ChainClient([url]).head()
    assert threading.active_count() <= threads
