"""Two workers, a broker, and a node that can be held while a worker reads from it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from celery import Celery
from django.db import connection
from kombu import Queue

from config.env import env
from config.queues import QUEUES
from tests import composed
from tests.bench.history import Shape, logs
from tests.brokers import Redis
from tests.fakes.chain import ADDRESSES, FakeChain
from tests.fakes.nodes import FakeNode, Faults, served
from tests.integration.workers.crew import Crew, environment

SHAPE = Shape(nodes=6, rounds=60, tickets=4, moves=2)
WINDOW_BLOCKS = 60  # what the node allows: 62 windows for the whole chain, more than are asked for ahead
HELD_S = 20.0


class HeldNode(FakeNode):
    """A node that stops answering eth_getLogs from a block on, until it is let go."""

    def __init__(self, chain: FakeChain, faults: Faults) -> None:
        super().__init__(chain, faults)
        self._from: int | None = None
        self._go = threading.Event()
        self.is_asked = threading.Event()

    def hold(self, block: int) -> None:
        self._from = block
        self._go.clear()
        self.is_asked.clear()

    def release(self) -> None:
        self._from = None
        self._go.set()

    def reply(self, body: bytes) -> bytes:
        if self._from is not None and self._asks_beyond(body):
            self.is_asked.set()
            self._go.wait(HELD_S)
        return super().reply(body)

    def _asks_beyond(self, body: bytes) -> bool:
        asked = orjson.loads(body)
        wanted = (
            [one["params"][0] for one in asked if one["method"] == "eth_getLogs"] if isinstance(asked, list) else []
        )
        if isinstance(asked, dict) and asked["method"] == "eth_getLogs":
            wanted = [asked["params"][0]]
        return any(int(one.get("toBlock", "0x0"), 16) >= (self._from or 0) for one in wanted)


def made_chain() -> FakeChain:
    """The same history each time it is made."""
    chain = FakeChain()
    chain.load(logs(SHAPE))
    chain.skip(100)
    return chain


class Broker:
    """The broker of the tests, and an app that sends to it as beat does."""

    def __init__(self, url: str, redis: Redis | None) -> None:
        self.redis = redis
        self.url = url
        self.app = Celery("sender", broker=url)
        self.app.conf.task_queues = [Queue(name, routing_key=name) for name in QUEUES]
        self.app.conf.task_ignore_result = True

    def send(self, task_id: str | None = None) -> None:
        self.app.send_task("indexer.tasks.follow_chain", queue="indexer", task_id=task_id)

    def messages(self) -> int:
        """Those that wait, and where the broker tells also those that a worker holds."""
        if self.redis is not None:
            client = self.redis.client()
            return int(client.llen("indexer")) + int(client.hlen("unacked"))
        with self.app.connection_for_read() as line:
            channel: Any = line.default_channel  # kombu's types know no queue of a channel
            return int(channel.queue_declare("indexer", passive=True).message_count)

    def is_empty(self) -> bool:
        return self.messages() == 0


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """CELERY_BROKER_URL's where that is set, else a Redis of the tests' own."""
    if env.celery_broker_url:
        yield Broker(env.celery_broker_url, None)
        return
    program, *options = composed.services()["redis"]["command"]
    assert program == "redis-server"
    redis = Redis(tmp_path_factory.mktemp("redis"), options).start()
    yield Broker(redis.url, redis)
    redis.stop()


@pytest.fixture(scope="session")
def node() -> HeldNode:
    return HeldNode(made_chain(), Faults(max_range=WINDOW_BLOCKS))


@pytest.fixture(scope="session")
def node_url(node: HeldNode) -> Iterator[str]:
    with served(node) as url:
        yield url
        node.release()


@pytest.fixture(scope="session")
def production(broker: Broker, node_url: str, postgres_url: str, django_db_setup: None) -> dict[str, str]:
    """The environment of a production process on this run's database, broker and node."""
    name = str(connection.settings_dict["NAME"])
    return environment(
        "tests.integration.workers.settings",
        SECRET_KEY="for tests alone, and long enough for production to accept",
        ALLOWED_HOSTS="millrace.example",
        DATABASE_URL=urlsplit(postgres_url)._replace(path=f"/{name}").geturl(),
        CELERY_BROKER_URL=broker.url,
        ARBITRUM_RPC_URLS=node_url,
        CHAIN_ID="31337",
        CONTROLLER_ADDRESS=ADDRESSES["Controller"],
        FINALITY_DEPTH="64",
    )


@pytest.fixture(scope="session")
def crew(production: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    made = Crew(production, Path(tmp_path_factory.mktemp("workers")))
    yield made
    made.dismiss()
