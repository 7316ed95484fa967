"""What a worker learned of its providers is in the database, without their keys, and another worker starts from it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
import stamina
from pytest_django import DjangoAssertNumQueries, Settings

from apps.chain.client import ChainClient
from apps.chain.errors import Unreachable, WrongChain
from apps.chain.pool import ATTEMPTS
from indexer import providers, sync
from indexer.models import IndexState, ProviderState
from indexer.store import Books
from tests.factories import ProviderStateFactory
from tests.fakes.chain import ADDRESSES, FakeChain
from tests.fakes.nodes import FakeNode, Faults, transport

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

SECRET = "https://user:word@one/v2/SECRETKEY?k=SECRETKEY"


@pytest.fixture
def chain(settings: Settings) -> FakeChain:
    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    chain = FakeChain()
    chain.skip(300)
    return chain


def client_of(node: FakeNode, url: str = SECRET) -> ChainClient:
    return ChainClient([url], chain_id=31337, transport=transport(node))


def test_follow__leaves_a_row_for_its_provider__without_its_key(chain: FakeChain) -> None:
    began = datetime.now(UTC)
    sync.follow(client_of(FakeNode(chain)), books=Books())

    row = ProviderState.objects.get()
    assert (row.host, row.websocket, row.chain_id, row.head, row.finalized) == ("one", False, 31337, 300, 236)
    assert (row.failures, row.errors, row.last_error, row.range_ceiling, row.rests_until) == (0, 0, "", None, None)
    assert row.seen_at is not None
    assert row.seen_at >= began
    shown = " ".join(str(value) for value in ProviderState.objects.values_list()[0])
    assert "SECRETKEY" not in shown
    assert "word" not in shown


def test_key__of_two_urls_at_one_host__differs_and_is_stable() -> None:
    one, two = providers.key_of("https://arb.example/one"), providers.key_of("https://arb.example/two")
    assert (len(one), one) == (16, providers.key_of("https://arb.example/one"))
    assert one != two


def test_follow__that_fails__leaves_the_reason(chain: FakeChain) -> None:
    node = FakeNode(chain)
    client = client_of(node)
    sync.follow(client, books=Books())
    node.faults = Faults(failures=("refused",), failure_rate=1)
    with stamina.set_testing(True, attempts=ATTEMPTS), pytest.raises(Unreachable):
        sync.follow(client, books=Books())

    row = ProviderState.objects.get()
    assert (row.failures, row.errors) == (ATTEMPTS, ATTEMPTS)
    assert (
        row.last_error == "No node answers at https://one (connection refused); start it, or correct ARBITRUM_RPC_URLS."
    )
    assert row.rests_until is not None
    assert row.rests_until > datetime.now(UTC)


def test_follow__soon_after_another__writes_no_row(
    chain: FakeChain, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(FakeNode(chain))
    sync.follow(client, books=Books())
    with django_assert_num_queries(0):
        providers.recall(client)
        providers.keep(client)
    client.pool.providers[0].failed(Unreachable("gone"))
    with django_assert_num_queries(1):
        providers.keep(client)


def test_ceiling__learned_by_one_process__is_known_to_the_next(chain: FakeChain) -> None:
    node = FakeNode(chain, Faults(max_range=100))
    sync.follow(client_of(node), books=Books())
    assert ProviderState.objects.get().range_ceiling == 100
    later = client_of(node)
    providers.recall(later)

    assert later.pool.providers[0].range_ceiling == 100
    assert abs(later.pool.providers[0].ceiling_since - time.time()) < 60


def test_ceiling__older_than_a_day__is_tried_anew(chain: FakeChain) -> None:
    old = datetime.now(UTC) - timedelta(hours=24, seconds=1)
    ProviderStateFactory(key=providers.key_of(SECRET), range_ceiling=100, ceiling_since=old, errors=7)
    client = client_of(FakeNode(chain))
    sync.follow(client, books=Books())

    row = ProviderState.objects.get()
    assert (row.range_ceiling, row.ceiling_since, row.errors) == (None, None, 7)


def test_providers__that_are_no_longer_configured__are_forgotten(chain: FakeChain) -> None:
    ProviderStateFactory(key="gone")
    kept = ProviderStateFactory(key="socket", websocket=True)
    sync.follow(client_of(FakeNode(chain)), books=Books())

    assert set(ProviderState.objects.values_list("key", flat=True)) == {providers.key_of(SECRET), kept.key}


def test_follow__by_a_process_whose_provider_serves_another_chain__says_so_on_the_status(
    chain: FakeChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync.follow(client_of(FakeNode(chain)), books=Books())

    def refuse() -> ChainClient:
        raise WrongChain("https://one serves chain 1, not 31337; correct ARBITRUM_RPC_URLS or CHAIN_ID.")

    monkeypatch.setattr(sync, "client", refuse)
    with pytest.raises(WrongChain):
        sync.follow(books=Books())

    assert IndexState.objects.get().trouble.startswith("https://one serves chain 1, not 31337;")
