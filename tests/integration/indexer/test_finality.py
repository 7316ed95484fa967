"""Head, safe and finalized of several providers: the lowest of the healthy counts, and nothing ever moves back."""

from __future__ import annotations

import pytest
import stamina
from pytest_django import Settings

from apps.chain.client import ChainClient
from apps.chain.pool import ATTEMPTS
from indexer import sync
from indexer.errors import ProvidersDisagree
from indexer.finality import look, note_heads
from indexer.models import IndexState
from indexer.store import Books, time_of
from tests.fakes.chain import ADDRESSES, FakeChain
from tests.fakes.nodes import FakeNode, Faults, transport

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def chain(settings: Settings) -> FakeChain:
    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    chain = FakeChain()
    chain.skip(300)
    return chain


def client_of(**nodes: FakeNode) -> ChainClient:
    return ChainClient([f"http://{name}" for name in nodes], transport=transport(nodes))


def ends(state: IndexState | None = None) -> tuple[int | None, int | None, int | None]:
    state = state or IndexState.objects.get()
    return state.head_block, state.safe_block, state.finalized_block


def test_follow__of_two_providers__takes_the_highest_head_and_the_lowest_ends(chain: FakeChain) -> None:
    sync.follow(client_of(one=FakeNode(chain), two=FakeNode(chain, Faults(lag_blocks=7))), books=Books())

    assert ends() == (300, 261, 229)
    assert IndexState.objects.get().projected_to == 300


def test_follow__when_the_slower_one_is_sick__counts_without_it(chain: FakeChain) -> None:
    sick = FakeNode(chain, Faults(lag_blocks=7, failures=("500",), failure_rate=1))
    sync.follow(client_of(one=FakeNode(chain), sick=sick), books=Books())

    assert ends() == (300, 268, 236)


def test_follow__by_a_slower_provider_later__never_moves_back(chain: FakeChain) -> None:
    sync.follow(client_of(one=FakeNode(chain)), books=Books())
    later = look(client_of(slow=FakeNode(chain, Faults(lag_blocks=9))))
    note_heads(IndexState.objects.get(), later, head_time=time_of(later.head))

    assert ends() == (291, 268, 236)  # the head is what was seen, the rest is kept


def test_note__by_a_worker_that_looked_earlier__never_moves_back(chain: FakeChain) -> None:
    client = client_of(one=FakeNode(chain))
    sync.follow(client, books=Books())
    early, state = look(client), IndexState.objects.get()
    chain.skip(10)
    sync.follow(client, books=Books())
    note_heads(state, early, head_time=time_of(early.head))

    assert ends(state) == ends() == (300, 278, 246)


def test_follow__without_tags__is_final_at_a_depth_and_knows_no_safe(chain: FakeChain, settings: Settings) -> None:
    settings.FINALITY_DEPTH = 240
    sync.follow(client_of(one=FakeNode(chain, Faults(no_tags=True))), books=Books())

    assert ends() == (300, None, 60)


def test_follow__one_without_tags__counts_at_its_depth_too(chain: FakeChain, settings: Settings) -> None:
    settings.FINALITY_DEPTH = 240
    nodes = {"one": FakeNode(chain), "two": FakeNode(chain, Faults(no_tags=True))}
    sync.follow(client_of(**nodes), books=Books())

    assert ends() == (300, 268, 60)


def test_safe__above_a_fork__is_read_anew(chain: FakeChain) -> None:
    slow = FakeNode(chain)
    client = client_of(one=FakeNode(chain), slow=slow)
    chain.rollback(50)
    for _ in range(2):
        sync.follow(client, books=Books())
        chain.skip(50)
    chain.rollback(90)
    chain.skip(40)  # block 250 is the last of both
    slow.faults.lag_blocks = 6
    sync.follow(client, books=Books())

    assert ends() == (300, 262, 236)
    assert IndexState.objects.get().reorgs == 1


def test_providers__with_different_final_blocks__stop_the_index_and_are_named(chain: FakeChain) -> None:
    other = FakeChain(seed="millrace")
    other.skip(200)
    other.rollback(1)  # from block 200 on it is another history
    other.skip(101)
    client = client_of(one=FakeNode(chain), two=FakeNode(other), three=FakeNode(chain))

    with pytest.raises(ProvidersDisagree):
        sync.follow(client, books=Books())
    sync.follow(client_of(one=FakeNode(chain)), books=Books())
    with pytest.raises(ProvidersDisagree):
        sync.follow(client, books=Books())

    assert IndexState.objects.get().trouble == (
        "Providers hold different blocks 236, which all of them call final: "
        "http://one and http://three against http://two; "
        "compare that block with a block explorer and take the wrong side out of ARBITRUM_RPC_URLS."
    )


def test_providers__that_differ_above_finality__are_no_trouble(chain: FakeChain) -> None:
    other = FakeChain(seed="millrace")
    other.skip(290)
    other.rollback(10)
    other.skip(20)
    sync.follow(client_of(one=FakeNode(chain), two=FakeNode(other)), books=Books())

    assert IndexState.objects.get().trouble == ""


def test_providers__that_agreed__are_not_asked_again_at_the_same_height(chain: FakeChain) -> None:
    nodes = {"one": FakeNode(chain), "two": FakeNode(chain)}
    client = client_of(**nodes)
    look(client)
    asked = nodes["two"].requests
    look(client)
    assert nodes["two"].requests == asked + 1
    chain.skip(1)
    look(client)

    assert nodes["two"].requests == asked + 3


def test_follow__with_a_provider_that_lags__reads_on_by_the_other(chain: FakeChain) -> None:
    late = FakeNode(chain, Faults(lag_blocks=3))
    client = client_of(late=late, one=FakeNode(chain))
    with stamina.set_testing(True, attempts=ATTEMPTS):
        for _ in range(5):
            chain.skip(4)
            sync.follow(client, books=Books())

    assert IndexState.objects.get().projected_to == 320
    assert [provider.errors for provider in client.pool.providers] == [0, 0]
