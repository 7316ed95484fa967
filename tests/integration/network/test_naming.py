"""From names to addresses, on ENS's own contracts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import Settings

from apps.chain.client import ChainClient
from apps.devnet.network import start_anvil
from apps.network import naming
from apps.network.naming import address_named
from apps.protocol.names import namehash
from apps.protocol.units import AddressError
from tests.ens import OWNER, NameService
from tests.factories import IdentityFactory, address
from tests.parts import anvil_binary

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

LOCAL = 31337
ANN, BOB = address(31), address(32)


@pytest.fixture(scope="module")
def ens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameService]:
    """A chain with ENS on it."""
    with start_anvil(anvil_binary(), tmp_path_factory.mktemp("naming")) as anvil:
        made = NameService(ChainClient([anvil.url], timeout_s=60))
        made.give("ann.eth", ANN)
        made.give("b\u00fccher.eth", BOB)
        made.register("nowhere.eth", resolver=made.resolver)
        made.register("bare.eth")
        yield made


@pytest.fixture(autouse=True)
def configured(ens: NameService, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node of Ethereum with that registry; nothing kept of another test."""
    cache.clear()
    settings.ETHEREUM_RPC_URL = ens.client.pool.providers[0].url
    monkeypatch.setattr(naming, "ETHEREUM", LOCAL)
    monkeypatch.setattr(naming, "REGISTRY", ens.registry)
    naming.ethereum.cache_clear()


def test_name__when_it_leads_somewhere__then_that_address_however_it_was_typed() -> None:
    assert address_named("ann.eth") == ANN
    assert address_named(" Ann.ETH ") == ANN
    assert address_named("B\u00dcCHER.eth") == BOB


def test_name__when_it_has_an_address_of_its_own_for_this_chain__then_that_one(ens: NameService) -> None:
    node = namehash("ann.eth")
    coin = 0x80000000 | LOCAL
    ens.tell(OWNER, ens.resolver, "setAddr(bytes32,uint256,bytes)", node, coin, bytes.fromhex(BOB[2:]))
    try:
        assert address_named("ann.eth") == BOB
    finally:
        ens.tell(OWNER, ens.resolver, "setAddr(bytes32,uint256,bytes)", node, coin, b"")


@pytest.mark.parametrize(
    "name",
    ["nobody.eth", "nowhere.eth", "bare.eth", "a..eth", ".eth", "xn--ann.eth", "ann\u202e.eth", "x" * 200 + ".eth"],
)
def test_name__when_it_leads_nowhere__then_it_is_said(name: str) -> None:
    with pytest.raises(AddressError, match="leads to no address"):
        address_named(name)


def test_name__when_it_was_asked_for_a_moment_ago__then_no_node_is_asked_again(ens: NameService) -> None:
    address_named("ann.eth")
    naming.ethereum.cache_clear()
    ens.give("ann.eth", BOB)
    try:
        assert address_named("ann.eth") == ANN
        cache.clear()
        assert address_named("ann.eth") == BOB
    finally:
        ens.give("ann.eth", ANN)


def test_name__when_the_url_serves_another_chain__then_only_proved_names_lead_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(naming, "ETHEREUM", 1)
    IdentityFactory(address=BOB, name="bob.eth")
    assert address_named("bob.eth") == BOB
    with pytest.raises(AddressError, match="does not answer just now"):
        address_named("ann.eth")
