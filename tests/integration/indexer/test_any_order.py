"""However the chain is cut into windows, and whoever writes them: the rows are the same."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from apps.chain.client import ChainClient
from indexer import sync
from indexer.errors import WindowTaken
from indexer.finality import look
from indexer.models import IndexState, WatchedContract
from indexer.sources.chain_logs import Batch, fetch
from indexer.store import Books, commit_window
from indexer.windows import Window
from tests.fakes.nodes import FakeNode, transport
from tests.soak.rows import Rows, difference, empty, snapshot
from tests.soak.run import CHAIN_ID, straight, surroundings
from tests.soak.world import World

pytestmark = pytest.mark.integration

BLOCKS = 120
WORLD = World("any order")
WORLD.grow(BLOCKS)
HEAD = WORLD.chain.head
SIDES = ("parameters", "state")  # read by following, which does not happen here

quick = examples(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def settled(transactional_db: None) -> Iterator[None]:
    with surroundings():
        yield
        empty()


def client() -> ChainClient:
    return ChainClient(["http://well"], chain_id=CHAIN_ID, transport=transport(FakeNode(WORLD.chain)))


def begin() -> None:
    """An empty index that knows its chain."""
    empty()
    chain = client()
    sync.ensure_state(chain, look(chain))


def contracts() -> dict[str, str]:
    return dict(WatchedContract.objects.values_list("address", "name"))


@cache
def expected() -> Rows:
    straight(WORLD.chain)
    return snapshot()


def apart(one: Rows, other: Rows) -> str:
    mine, theirs = ({name: rows for name, rows in each.items() if name not in SIDES} for each in (one, other))
    return difference(mine, theirs)


def cut(cuts: list[int]) -> list[Batch]:
    """The chain in windows that end at these blocks, read in order."""
    known, batches = contracts(), []
    for before, last in pairwise([-1, *sorted({*cuts, HEAD})]):
        batches.append(fetch(client(), Window(before + 1, last), known))
        known = batches[-1].contracts
    return batches


@quick
@given(cuts=st.lists(st.integers(0, HEAD), max_size=15), order=st.randoms(use_true_random=False))
def test_rows__when_windows_of_any_size_arrive_in_any_order_and_twice__then_they_are_those_of_one_window(
    settled: None, cuts: list[int], order: random.Random
) -> None:
    whole = expected()
    begin()
    arriving, books, stored = cut(cuts) * 2, Books(), 0
    order.shuffle(arriving)

    while IndexState.objects.get().projected_to < HEAD:
        for batch in arriving:
            try:
                commit_window(batch, books)
            except WindowTaken:
                continue
            stored += 1

    assert stored == len(arriving) // 2
    assert apart(snapshot(), whole) == ""


@quick
@given(seed=st.integers(0, 10**6))
def test_rows__when_two_writers_work_at_once__then_they_are_those_of_one_after_the_other(
    settled: None, seed: int
) -> None:
    whole = expected()
    begin()
    failures: list[BaseException] = []

    def write(rng: random.Random) -> None:
        chain, books = client(), Books()
        try:
            while (done := IndexState.objects.get().projected_to) < HEAD:
                window = Window(done + 1, min(HEAD, done + rng.randrange(1, 40)))
                batch = fetch(chain, window, contracts())
                try:
                    commit_window(batch, books)
                except WindowTaken:
                    continue
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(random.Random(f"{seed} {number}"),)) for number in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert failures == []
    assert apart(snapshot(), whole) == ""
