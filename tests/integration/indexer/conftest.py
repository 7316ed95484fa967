"""Chains to index: of encoded logs, and one that tests of a file share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from apps.chain.client import ChainClient
from apps.devnet.network import DeployConfig, Devnet, deploy, load_artifacts, start_anvil
from apps.protocol.units import WEI
from indexer import sync
from indexer.store import Books
from tests.fakes.chain import ADDRESSES, FakeChain, FakeLog
from tests.fakes.nodes import FakeNode, transport
from tests.local import Local
from tests.parts import anvil_binary, contract_artifacts


@dataclass(slots=True)
class Encoded:
    """A chain of encoded logs, for what the local contracts lack."""

    chain: FakeChain

    def mine(self, *logs: FakeLog) -> None:
        self.chain.mine(list(logs))

    def follow(self) -> None:
        client = ChainClient(["http://node"], transport=transport(FakeNode(self.chain)))
        sync.follow(client, books=Books())


@pytest.fixture
def encoded(settings: Settings, db: None) -> Encoded:
    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]
    return Encoded(FakeChain())


@pytest.fixture(scope="module")
def settled(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Local]:
    """A node with two rewards and a paid ticket, and a delegator with a claim and an open lock, indexed.

    One chain for all tests of a file: they may change rows, which every test gets back, but mine nothing.
    """
    folder = tmp_path_factory.mktemp("settled")
    with start_anvil(anvil_binary(), folder) as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        deployment = deploy(client, load_artifacts(contract_artifacts()), DeployConfig(active_places=4))
        local = Local(Devnet(client, deployment, seed=7), client, Books())
        _settle(local.net)
        contracts = override_settings(CONTROLLER_ADDRESS=deployment.controller, CHAIN_RPC_URLS=[anvil.url])
        with django_db_blocker.unblock(), contracts, transaction.atomic():
            local.follow()
            yield local
            transaction.set_rollback(True)


def _settle(net: Devnet) -> None:
    node, delegator, gateway = (net.account(name) for name in ("node", "delegator", "gateway"))
    net.next_round()
    net.bond(node, 1_000 * WEI, node)
    net.set_cuts(node, 200_000, 500_000)
    net.bond(delegator, 250 * WEI, node)
    net.fund_gateway(gateway, WEI, WEI)
    net.next_round()
    net.reward(node)
    net.redeem(gateway, node, WEI // 2)
    net.unbond(delegator, 50 * WEI)
    net.next_round()
    net.reward(node)
