"""What stands behind an address: on Safe's own contracts, on others, and where nobody answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from apps.chain.client import ChainClient
from apps.chain.readers.accounts import AccountKind, account_kinds
from apps.delegation.accounts import kinds_of
from apps.delegation.wallets import Wallet, wallet_of
from apps.devnet.calldata import calldata
from apps.devnet.keys import account
from apps.devnet.network import start_anvil
from apps.devnet.wire import Call, mine, send
from apps.protocol.formats import NBSP
from apps.protocol.hashing import keccak
from apps.protocol.units import WEI, Address, EthWei, LptWei
from tests.factories import ContractChangeFactory, address
from tests.parts import anvil_binary
from tests.safes import Safes

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ANN = Address(address(21))
SAFE = Address(address(41))
# code that answers every call alike
ECHO = "0x3660006000373660006000f3"  # with what it was asked
ZEROS = "0x60206000f3"  # with 32 zeros
REFUSES = "0x60006000fd"
ENDLESS = "0x5b600056"
SEVENS = "0x67" + f"{7 * 10**18:016x}" + "5f5260205ff3"  # with 7e18


@pytest.fixture(scope="module")
def client_of_chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChainClient]:
    with start_anvil(anvil_binary(), tmp_path_factory.mktemp("accounts")) as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        client.rpc("evm_setBlockGasLimit", [hex(50_000_000)])  # as nodes cap a call: code without end ends soon
        yield client


@pytest.fixture(autouse=True)
def configured(client_of_chain: ChainClient, settings: Settings) -> None:
    """The site on that chain; nothing kept of another test."""
    cache.clear()
    settings.CHAIN_RPC_URLS = [client_of_chain.pool.providers[0].url]


def put(client: ChainClient, code: str, where: str = SAFE) -> AccountKind:
    """What an account is that has this code."""
    client.rpc("anvil_setCode", [where, code])
    return account_kinds(client, [Address(where)])[0]


def test_account__when_it_is_a_safe__then_its_owners_threshold_and_version(client_of_chain: ChainClient) -> None:
    owners = [Address(account(7, name).address) for name in ("third", "second", "first")]
    safes = Safes(client_of_chain)
    safe = Address(safes.create(account(7, "first")))
    assert account_kinds(client_of_chain, [safe])[0].threshold == 1
    client_of_chain.rpc("anvil_setBalance", [safe, hex(10**20)])
    for number, owner in enumerate(reversed(owners[:2])):
        data = calldata("addOwnerWithThreshold(address,uint256)", owner, min(number + 1, 2))
        send(client_of_chain, [Call(safe, safe, data)])
        mine(client_of_chain)

    (found,) = account_kinds(client_of_chain, [safe])

    assert (found.kind, found.threshold, found.version, found.block) == (
        "safe",
        2,
        "1.4.1",
        client_of_chain.head().number,
    )
    assert found.owners == tuple(owners)


@pytest.mark.parametrize("code", [ECHO, ZEROS, REFUSES, ENDLESS])
def test_account__when_its_code_is_another__then_it_is_a_contract(client_of_chain: ChainClient, code: str) -> None:
    assert put(client_of_chain, code).kind == "contract"


def test_account__when_a_key_runs_the_code_of_another__then_whose(client_of_chain: ChainClient) -> None:
    found = put(client_of_chain, "0xef0100" + ANN[2:])

    assert (found.kind, found.runs) == ("delegated", ANN)


def test_accounts__when_some_have_code__then_each_is_told_in_its_place_and_asked_once(
    client_of_chain: ChainClient, settings: Settings
) -> None:
    client_of_chain.rpc("anvil_setCode", [SAFE, ZEROS])

    found = kinds_of([ANN, SAFE, ANN])
    settings.CHAIN_RPC_URLS = []

    assert {who: one.kind for who, one in found.items() if one} == {ANN: "key", SAFE: "contract"}
    assert kinds_of([SAFE, ANN]) == found  # no chain is needed for what is kept
    assert kinds_of([Address(address(42))]) == {address(42): None}


def test_pages__when_an_account_is_a_contract__then_it_is_named_as_such(
    client: Client, client_of_chain: ChainClient
) -> None:
    client_of_chain.rpc("anvil_setCode", [SAFE, ZEROS])

    page = client.get(f"/stake/{SAFE}/").content.decode()
    together = client.get(f"/stake/{SAFE}/?and={ANN}").content.decode()
    told = client.get(f"/api/v1/positions/{SAFE}").json()["data"]["account"]

    assert "A contract account: its code decides who may act for it." in page
    assert together.count('<span class="sub">contract</span>') == 1
    assert (told["kind"], told["owners"], told["threshold"], told["runs"]) == ("contract", [], None, None)
    assert "contract account" not in client.get(f"/stake/{ANN}/").content.decode()


def test_form__when_the_chain_answers__then_what_the_wallet_holds_stands_beside_it(
    client: Client, client_of_chain: ChainClient
) -> None:
    for name in ("LivepeerToken", "BondingManager"):
        ContractChangeFactory(contract_id=keccak(name.encode()), address=address(50))
    client_of_chain.rpc("anvil_setCode", [address(50), SEVENS])
    client_of_chain.rpc("anvil_setBalance", [ANN, hex(2 * WEI)])

    found = wallet_of(ANN)
    page = client.get(f"/stake/{ANN}/plan/?kind=add").content.decode()

    assert found == Wallet(LptWei(7 * WEI), EthWei(2 * WEI), LptWei(7 * WEI), client_of_chain.head().number)
    assert f">7{NBSP}LPT</data>" in page
    assert f">2.000{NBSP}ETH</data>" in page


def test_form__when_the_chain_is_away__then_the_wallet_is_unknown_and_the_form_stands(
    client: Client, settings: Settings
) -> None:
    for name in ("LivepeerToken", "BondingManager"):
        ContractChangeFactory(contract_id=keccak(name.encode()), address=address(50))
    settings.CHAIN_RPC_URLS = []

    page = client.get(f"/stake/{ANN}/plan/?kind=add")

    assert page.status_code == 200
    assert page.content.decode().count("the chain does not answer just now") == 3


def test_pages__when_the_chain_does_not_answer__then_what_an_account_is_is_unknown(
    client: Client, settings: Settings
) -> None:
    settings.CHAIN_RPC_URLS = []

    page = client.get(f"/stake/{SAFE}/")

    assert page.status_code == 200
    assert "Whether this is a contract could not be read." in page.content.decode()
    assert client.get(f"/api/v1/positions/{SAFE}").json()["data"]["account"] is None
