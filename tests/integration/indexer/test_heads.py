"""Heads by subscription ask for follows: one at a time, through restarts, and the status says where heads come from."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from apps.chain.client import ChainClient
from apps.chain.errors import ProviderBusy, WrongChain
from apps.devnet.network import start_anvil
from indexer import heads, sync, tasks
from indexer.models import HeadWatch, ProviderState
from tests.factories import HeadWatchFactory, IndexStateFactory, ProviderStateFactory
from tests.fakes.sockets import FakeSocketNode, listening
from tests.parts import anvil_binary

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def queued() -> list[str]:
    HeadWatchFactory()
    return []


def ask(queued: list[str], after_s: float = 0) -> bool:
    return heads.ask_follow(lambda: queued.append("follow"), now=NOW + timedelta(seconds=after_s))


def test_heads__many_at_once__queue_one_follow(queued: list[str]) -> None:
    assert [ask(queued) for _ in range(5)] == [True, False, False, False, False]
    assert queued == ["follow"]


def test_head__after_the_follow_began__queues_another(queued: list[str]) -> None:
    ask(queued)
    heads.follow_begins()
    ask(queued)

    assert queued == ["follow"] * 2


def test_head__when_the_message_was_lost__queues_another_once_it_has_expired(queued: list[str]) -> None:
    assert [ask(queued, after_s) for after_s in (0, 9.9, 10.1)] == [True, False, True]


def test_head__when_the_broker_is_gone__leaves_the_place_free(queued: list[str]) -> None:
    def refuse() -> None:
        raise OSError("no broker")

    with pytest.raises(OSError, match="no broker"):
        heads.ask_follow(refuse, now=NOW)
    assert ask(queued)


def test_follow__that_a_head_asked_for__frees_the_place_and_that_of_beat_does_not(
    queued: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "follow", lambda **_: sync.Progress(logs=3))
    ask(queued)
    assert tasks.follow_chain() == 3
    assert not ask(queued)
    assert tasks.follow_chain(for_head=True) == 3
    assert ask(queued)


@pytest.mark.parametrize(
    ("watch", "looked_s_ago", "logs"),
    [({}, 0, 0), ({}, 2, 3), ({"subscribed_since": None}, 0, 3)],
)
def test_follow__of_beat__is_left_to_the_subscription_while_that_works(
    watch: dict[str, object], looked_s_ago: int, logs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "follow", lambda **_: sync.Progress(logs=3))
    HeadWatchFactory(**watch)
    IndexStateFactory(looked_at=datetime.now(UTC) - timedelta(seconds=looked_s_ago))

    assert tasks.follow_chain() == logs
    assert tasks.follow_chain(for_head=True) == 3


def test_watch__through_a_restart_of_the_node__goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "FIRST_WAIT_S", 0.05)
    monkeypatch.setattr(heads, "LONGEST_WAIT_S", 0.2)
    stop, came, url, failed = threading.Event(), threading.Event(), threading.Event(), []
    address: list[str] = []

    def play() -> None:  # a node, then no node, then one again at the same place
        try:
            for life in range(2):
                port = int(address[0].rpartition(":")[2]) if life else 0
                with start_anvil(anvil_binary(), tmp_path / f"devnet{life}", port) as anvil:
                    address[:] = [anvil.url]
                    url.set()
                    client = ChainClient([anvil.url])
                    came.clear()
                    for _ in range(200):
                        client.rpc("anvil_mine", ["0x1"])
                        if came.wait(0.05):
                            break
                    else:
                        failed.append(life)
        finally:
            url.set()
            stop.set()

    def queue() -> None:
        came.set()
        heads.follow_begins()

    player = threading.Thread(target=play)
    player.start()
    url.wait(20)
    heads.watch([address[0].replace("http", "ws")], queue=queue, stop=stop)
    player.join()

    assert failed == []
    row = ProviderState.objects.get()
    assert row.websocket
    assert row.errors >= 1
    assert "ARBITRUM_RPC_URLS" in row.last_error
    assert HeadWatch.objects.get().subscribed_since is None  # ended in order: heads come by polling


def test_watch__when_one_line_is_dead__listens_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "FIRST_WAIT_S", 0.01)
    ProviderStateFactory(key="gone", websocket=True)
    kept = ProviderStateFactory(key="http")
    stop = threading.Event()
    seen: list[Any] = []

    def queue() -> None:
        seen.append(heads.head_source())
        stop.set()

    with listening(FakeSocketNode()) as dead:
        pass
    with listening(FakeSocketNode(heads=[41])) as url:
        heads.watch([dead + "/SECRETKEY", url], queue=queue, stop=stop)

    (source,) = seen
    assert (source.by_subscription, source.host, source.error) == (True, url.removeprefix("ws://"), "")
    rows = ProviderState.objects.exclude(pk=kept.pk)
    assert sorted((row.failures, row.head) for row in rows) == [(0, 41), (1, None)]
    assert not any("SECRETKEY" in row.last_error + row.host for row in rows)


def test_watch__when_every_line_serves_another_chain__stops() -> None:
    with listening(FakeSocketNode(chain_id=1)) as url, pytest.raises(WrongChain):
        heads.watch([url], queue=lambda: None, stop=threading.Event())


def test_wait__after_failures__doubles_with_jitter_and_obeys() -> None:
    line = heads.Line("ws://node")
    assert line.wait_s() == 0
    waits = []
    for line.failures in range(1, 9):
        waits.append(line.wait_s())
    assert all(0.5 * 2**n * 0.5 <= wait <= 0.5 * 2**n for n, wait in enumerate(waits[:6]))
    assert all(15 <= wait <= 30 for wait in waits[6:])
    assert heads.Line("ws://node", failures=1).wait_s(ProviderBusy("busy", retry_after_s=7)) == 7


@pytest.mark.parametrize(
    ("row", "by_subscription"),
    [
        ({}, True),
        ({"subscribed_since": None}, False),
        ({"alive_at": datetime(2026, 1, 1, tzinfo=UTC)}, False),  # the process was killed
        ({"alive_at": None}, False),
    ],
)
def test_source__of_heads__is_a_subscription_while_its_process_lives(
    row: dict[str, object], by_subscription: bool
) -> None:
    HeadWatchFactory(**row)

    assert heads.head_source().by_subscription is by_subscription


def test_command__without_a_websocket_url__says_so_and_waits(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("signal.signal", lambda number, handler: None)
    monkeypatch.setattr(threading.Event, "wait", lambda self, timeout=None: True)
    call_command("heads")

    assert capsys.readouterr().err == (
        "ARBITRUM_RPC_URLS holds no ws:// or wss:// URL; heads come by polling every 1 s, "
        "and this process waits to be stopped.\n"
    )
