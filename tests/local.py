"""A local chain with the real contracts, as if nobody had been there before, and an index over it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytest_django import Settings

from apps.chain.client import ChainClient
from apps.devnet import moves
from apps.devnet.network import DeployConfig, Deployment, Devnet, deploy, load_artifacts, start_anvil
from apps.protocol.units import WEI, Address
from indexer import sync
from indexer.store import Books
from tests.parts import anvil_binary, contract_artifacts


@dataclass(slots=True)
class Local:
    """The network's verbs, a client for its chain, and books kept between calls of `follow`."""

    net: Devnet
    client: ChainClient
    books: Books

    def follow(self) -> sync.Progress:
        """Index up to the head."""
        return sync.follow(self.client, books=self.books)

    def allow(self, owner: Address, lpt_wei: int) -> None:
        """What the staking contract may draw of this account is exactly that, whatever its acts had approved."""
        self.net.send(moves.approve(self.net.deployment, owner, lpt_wei))


@dataclass(frozen=True, slots=True)
class Ground:
    """A deployed protocol on which nothing has happened yet."""

    url: str
    deployment: Deployment


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """One node for all tests of a process, which each brings back to where it was."""
    with start_anvil(anvil_binary(), tmp_path_factory.mktemp("local")) as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        config = DeployConfig(active_places=4)
        yield Ground(anvil.url, deploy(client, load_artifacts(contract_artifacts()), config))


@pytest.fixture
def local(ground: Ground, settings: Settings, db: None) -> Iterator[Local]:
    """A deployed protocol on anvil; every block is mined by a verb, the first of them now."""
    client = ChainClient([ground.url], chain_id=31337)
    kept = client.rpc("evm_snapshot", [])
    client.rpc("evm_setNextBlockTimestamp", [int(time.time())])  # no plan is made on an old head
    settings.CONTROLLER_ADDRESS = ground.deployment.controller
    settings.CHAIN_RPC_URLS = [ground.url]
    try:
        yield Local(Devnet(client, ground.deployment, seed=7), client, Books())
    finally:
        client.rpc("anvil_dropAllTransactions", [])
        client.rpc("evm_revert", [kept])
        client.close()


def living(here: Local) -> tuple[Address, Address, Address]:
    """Two orchestrators and a delegator with stake with the first, which has called reward; all of it indexed."""
    people = settle(here.net)
    here.follow()
    return people


def settle(net: Devnet) -> tuple[Address, Address, Address]:
    """The same on the chain alone."""
    one, two, saver = (net.account(name) for name in ("one", "two", "saver"))
    net.next_round()
    for node in (one, two):
        net.bond(node, 1_000 * WEI, node)
        net.set_cuts(node, 100_000, 500_000)
    net.bond(saver, 100 * WEI, one)
    net.give_lpt(saver, 50 * WEI)
    net.next_round()
    net.reward(one)
    return Address(one.address), Address(two.address), Address(saver.address)
