"""One seed with real processes: workers are killed at random moments while the chain goes on."""

from __future__ import annotations

import random
import time

from django.db import connection

from apps.chain.client import ChainClient
from indexer import sync
from indexer.models import IndexState
from indexer.store import Books
from tests.fakes.chain import ADDRESSES
from tests.fakes.nodes import FakeNode, Faults, served, transport
from tests.soak.child import running
from tests.soak.rows import difference, empty, snapshot
from tests.soak.run import CHAIN_ID, Wrong, straight
from tests.soak.world import World

KILLS = 3
LONGEST_LIFE_S = 0.5
START_S = 20.0  # until the first worker has written something
SERVER_GRACE_S = 5.0  # until the database has noticed that a killed process is gone


def play_killed(seed: int) -> None:
    """Raises Wrong where the rows differ from those of a straight run after workers were killed."""
    empty()
    rng, world = random.Random(f"killed {seed}"), World(f"killed {seed}")
    world.grow(60)
    node = FakeNode(world.chain)
    fields = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    database = {name: connection.settings_dict[name] for name in fields}
    with served(node) as url:
        for _ in range(KILLS):
            node.faults = _faulty(rng)
            with running(database, ADDRESSES["Controller"], url, workers=rng.choice((1, 1, 2))):
                _live_on(rng, world)
    node.faults = Faults()
    world.all_well()
    _wait_for_the_dead()
    sync.follow(ChainClient(["http://well"], chain_id=CHAIN_ID, transport=transport(node)), books=Books())
    found = snapshot()
    straight(world.chain)
    if apart := difference(found, snapshot()):
        raise Wrong(f"killed, seed {seed}: other rows (-) than a straight run (+):\n{apart}")


def _faulty(rng: random.Random) -> Faults:
    """What a node over a real line does wrong; never silence, which only costs time."""
    sick = Faults(failures=("429", "503", "500", "html", "cut"), failure_rate=0.2, seed=rng.randrange(10**6))
    return rng.choice((Faults(), sick, Faults(max_range=40), Faults(latency_s=0.003)))


def _live_on(rng: random.Random, world: World) -> None:
    """Blocks and reorgs while the worker reads, until the moment it is killed; the first one is let begin."""
    patience_ends = time.monotonic() + START_S
    while not IndexState.objects.exists():
        if time.monotonic() > patience_ends:
            raise Wrong("no worker read anything")
        time.sleep(0.01)
    ends = time.monotonic() + rng.uniform(0.05, LONGEST_LIFE_S)
    while time.monotonic() < ends:
        if rng.random() < 0.2:
            depth = rng.choice((1, 3, 20, 64))
            world.reorg(depth, depth + rng.randrange(4))
        else:
            world.grow(rng.randrange(1, 6))
        time.sleep(rng.uniform(0.001, 0.03))


def _wait_for_the_dead() -> None:
    """The killed processes' connections may still hold the writer's turn for a moment."""
    ends = time.monotonic() + SERVER_GRACE_S
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            if cursor.fetchone()[0] == 0:
                return
            time.sleep(0.02)
