"""One seed: a storm, then calm, and the rows have to be those of a straight run over the chain as it ended."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

import psycopg
import stamina
from django.db import Error as DatabaseError
from django.db import connection
from django.test import override_settings

from apps.chain.client import ChainClient
from apps.chain.errors import ChainError
from apps.chain.pool import ATTEMPTS
from indexer import sync
from indexer.errors import ReorgBelowFinality
from indexer.models import IndexState
from indexer.projections.replay import replay
from indexer.store import Books
from tests.fakes.chain import ADDRESSES, FINALIZED_DEPTH, FakeChain
from tests.fakes.nodes import FakeNode, transport
from tests.soak.rows import difference, empty, snapshot
from tests.soak.trouble import (
    COMMIT_FAULTS,
    STATEMENT_FAULTS,
    Death,
    Moments,
    Watched,
    database_trouble,
    one_thread,
)
from tests.soak.world import HOSTS, World, random_faults, told

CHAIN_ID = 31337
WITH_THREADS = 5  # one seed in so many reads with real threads, and may go another way the next time
SETTLE_RUNS = 4  # runs that a calm network may need until all is read


class Wrong(AssertionError):
    """What the seed found, with the story that led there."""


@contextmanager
def surroundings() -> Iterator[psycopg.Connection[Any]]:
    """Settings for fake chains, retries without their waits, and a connection that stands beside ours."""
    with ExitStack() as stack:
        controller = {"CONTROLLER_ADDRESS": ADDRESSES["Controller"], "FINALITY_DEPTH": FINALIZED_DEPTH}
        stack.enter_context(override_settings(CHAIN_ID=CHAIN_ID, **controller))
        stack.enter_context(stamina.set_testing(True, attempts=ATTEMPTS))
        stack.callback(logging.disable, logging.root.manager.disable)
        logging.disable(logging.WARNING)  # what a run says of its troubles is not news here
        connection.ensure_connection()
        side = psycopg.connect(connection.connection.info.dsn, password=connection.settings_dict["PASSWORD"] or None)
        side.autocommit = True
        yield stack.enter_context(side)


class Worker:
    """What a process holds: its client and its books. `die` leaves neither."""

    def __init__(self, world: World, moments: Moments) -> None:
        self._world, self._moments = world, moments
        self.die()

    def die(self) -> None:
        inner = transport(self._world.nodes)
        watched = Watched(inner, self._moments.passed)
        urls = [f"http://{host}" for host in HOSTS]
        self.client, self.books = ChainClient(urls, chain_id=CHAIN_ID, transport=watched), Books()

    def follow(self) -> None:
        sync.follow(self.client, books=self.books)


class Storm:
    """Lets the world and the workers run into each other, as the seed says."""

    def __init__(self, seed: int, side: psycopg.Connection[Any]) -> None:
        self.rng = random.Random(f"storm {seed}")
        self.world = World(str(seed))
        self.moments = Moments()
        self.worker, self.other = (Worker(self.world, self.moments) for _ in range(2))
        self.story: list[str] = []
        self._side = side
        self._final = -1
        self._turn_taken = False
        for node in self.world.nodes.values():
            node.before_answer = self.moments.passed

    def rage(self) -> None:
        """Some rounds of change and reading, each with its own trouble."""
        for _ in range(self.rng.randrange(4, 9)):
            self._change()
            self._read()
            self._check_state()

    def calm(self) -> None:
        """Everything is well again, and the index gets to the head."""
        self.world.all_well()
        self.moments.plan({})
        if self.rng.random() < 0.5:
            self.worker.die()
        for _ in range(SETTLE_RUNS):
            self.worker.follow()
            if IndexState.objects.get().projected_to == self.world.chain.head:
                return
        raise Wrong(f"the index stands at {IndexState.objects.get()} and the head is {self.world.chain.head}")

    # --- the world

    def _change(self) -> None:
        changes: list[Callable[[], str]] = [self._grow, self._grow, self._reorg, self._faults, self._faults, self._fork]
        for change in self.rng.sample(changes, self.rng.randrange(1, 4)):
            self.story.append(change())

    def _grow(self) -> str:
        blocks = self.rng.choice((1, 3, 12, 40))
        self.world.grow(blocks)
        if self.rng.random() < 0.1:
            idle = self.rng.choice((100, 2_500, 9_000))
            self.world.idle(idle)
            return f"{blocks} blocks, then {idle} empty ones"
        return f"{blocks} blocks"

    def _reorg(self) -> str:
        depth = self.rng.choice((1, 2, 5, self.rng.randrange(1, 65), 64))
        depth = self.world.reorg(depth, max(0, depth + self.rng.randrange(-3, 9)))
        return f"a reorg of {depth}, head {self.world.chain.head}"

    def _faults(self) -> str:
        host = self.rng.choice(HOSTS)
        self.world.nodes[host].faults = faults = random_faults(self.rng)
        return f"{host}: {told(faults)}"

    def _fork(self) -> str:
        """A node that will not hear of the next reorg, or one that hears of it at last."""
        host = self.rng.choice(HOSTS)
        if self.world.nodes[host].chain is self.world.chain:
            self.world.leave_on_fork(host)
            return f"{host} keeps to its branch; {self._reorg()}"
        self.world.rejoin(host)
        return f"{host} is back"

    # --- reading it

    def _read(self) -> None:
        self.moments.plan(self._moments())
        trouble = self._database_trouble()
        self._turn_taken = "turn_taken" in trouble
        self.story.append(f"read, with {sorted(self.moments.due)} {trouble}")
        try:
            with database_trouble(self._side, **trouble):
                self.worker.follow()
        except Death:
            self.worker.die()
            connection.close()
            self.story.append("  died")
        except (ChainError, ReorgBelowFinality) as error:
            self._expect_lie(error)
            self.story.append(f"  {type(error).__name__}: {error}")
        except DatabaseError as error:
            if not trouble:
                raise
            connection.close()
            self.story.append(f"  {type(error).__name__}")

    def _moments(self) -> dict[int, Callable[[], None]]:
        doing: list[Callable[[], object]] = [self._grow, self._reorg, self._faults, self._second_worker, self._dies]
        chosen = [self.rng.choice(doing) for _ in range(self.rng.choice((0, 0, 1, 1, 2, 4)))]
        return {self.rng.randrange(1, 40): lambda act=act: self._note(act) for act in chosen}  # type: ignore[misc]

    def _note(self, act: Callable[[], object]) -> None:
        self.story.append(f"  meanwhile {act.__name__}")
        told = act()
        if told:
            self.story[-1] += f": {told}"

    def _dies(self) -> None:
        raise Death

    def _second_worker(self) -> str:
        """The same task, delivered twice: the other worker does all of it while this one waits for an answer."""
        if self._turn_taken:
            return "not now"
        failures: list[BaseException] = []

        def work() -> None:
            try:
                self.other.follow()
            except BaseException as error:
                failures.append(error)
            finally:
                connection.close()

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        if failures and not isinstance(failures[0], ChainError | ReorgBelowFinality):
            raise Wrong(f"the second worker failed: {failures[0]!r}") from failures[0]
        for error in failures:
            self._expect_lie(error)
        return repr(failures)

    def _expect_lie(self, error: BaseException) -> None:
        """Nothing final ever changes here, but a node on a branch that lost may say so while the others are silent."""
        misled = any(node.chain is not self.world.chain for node in self.world.nodes.values())
        if isinstance(error, ReorgBelowFinality) and not misled:
            raise Wrong(f"a stop that nothing calls for: {error}") from error

    def _database_trouble(self) -> dict[str, Any]:
        kind = self.rng.random()
        if kind < 0.2:
            return {"statement": (self.rng.randrange(1, 90), self.rng.choice(STATEMENT_FAULTS))}
        if kind < 0.35:
            return {"commit": (self.rng.randrange(1, 5), self.rng.choice(COMMIT_FAULTS))}
        return {"turn_taken": True} if kind < 0.4 else {}

    def _check_state(self) -> None:
        state = IndexState.objects.first()
        if state is None or state.finalized_block is None:
            return
        if state.finalized_block < self._final:
            raise Wrong(f"the finalized block went from {self._final} back to {state.finalized_block}")
        self._final = state.finalized_block


def play(seed: int, side: psycopg.Connection[Any]) -> None:
    """Raises Wrong where the seed ends in other rows than a straight run, or in an error that nobody caused."""
    empty()
    storm = Storm(seed, side)
    try:
        with nullcontext() if seed % WITH_THREADS == 0 else one_thread():
            storm.rage()
            storm.calm()
            _compare(storm)
    except Exception as error:
        story = "\n".join(storm.story)
        raise Wrong(f"seed {seed}: {error}\n{story}") from error


def _compare(storm: Storm) -> None:
    found = snapshot()
    if storm.rng.random() < 0.05:
        replay()
        _expect(found, "a replay")
    straight(storm.world.chain)
    _expect(found, "a straight run")


def _expect(found: Any, other: str) -> None:
    apart = difference(found, snapshot())
    if apart:
        raise Wrong(f"other rows (-) than {other} (+):\n{apart}")


def straight(chain: FakeChain) -> None:
    """Empties the database and reads the whole chain at once, from one node that is well."""
    empty()
    client = ChainClient(["http://well"], chain_id=CHAIN_ID, transport=transport(FakeNode(chain)))
    sync.follow(client, books=Books())
