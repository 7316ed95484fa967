"""A fresh local chain with the real contracts, and an index over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_django import Settings

from apps.chain.client import ChainClient
from apps.devnet import moves
from apps.devnet.network import DeployConfig, Devnet, deploy, load_artifacts, start_anvil
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


@pytest.fixture
def local(tmp_path: Path, settings: Settings, db: None) -> Iterator[Local]:
    """A deployed protocol on anvil; every block is mined by a verb."""
    with start_anvil(anvil_binary(), tmp_path / "devnet") as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        deployment = deploy(client, load_artifacts(contract_artifacts()), DeployConfig(active_places=4))
        settings.CONTROLLER_ADDRESS = deployment.controller
        settings.CHAIN_RPC_URLS = [anvil.url]
        yield Local(Devnet(client, deployment, seed=7), client, Books())


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
