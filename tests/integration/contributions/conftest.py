"""One small chain for all tests of signatures: the real contracts, two orchestrators, and nothing that changes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from pytest_django import Settings

from apps.chain.client import ChainClient
from apps.chain.readers.controller import contract_id
from apps.contributions.services import Accepted, statement_submit
from apps.devnet.network import Account, DeployConfig, Devnet, deploy, load_artifacts, start_anvil
from apps.protocol.statements import Message, Refusal
from apps.protocol.units import WEI, Address
from tests.factories import ContractChangeFactory
from tests.parts import anvil_binary, contract_artifacts
from tests.signing import signed


@dataclass(slots=True)
class Place:
    """The chain, two registered orchestrators, and somebody who is none."""

    net: Devnet
    client: ChainClient
    one: Account
    two: Account
    nobody: Account
    manager: str
    extra: dict[str, str] = field(default_factory=dict)

    def submit(self, message: Message, by: Account, *, signer: str | None = None) -> Accepted | Refusal:
        """Signs the message with the account's key and hands it in."""
        made = signed(message, by)
        named = None if signer is None else Address(signer)
        return statement_submit(
            self.client, document=made.document, signature=made.signature, signer=named, source="api"
        )

    def accepted(self, message: Message, by: Account, *, signer: str | None = None) -> str:
        """As `submit`, for what has to be taken; its digest."""
        found = self.submit(message, by, signer=signer)
        assert isinstance(found, Accepted), found
        return found.digest


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with start_anvil(anvil_binary(), tmp_path_factory.mktemp("signatures")) as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        made = deploy(client, load_artifacts(contract_artifacts()), DeployConfig(active_places=4))
        net = Devnet(client, made, seed=11)
        one, two, nobody = (net.account(name) for name in ("one", "two", "nobody"))
        net.next_round()
        for node in (one, two):
            net.bond(node, 1_000 * WEI, node)
        yield Place(net, client, one, two, nobody, made["BondingManager"])


@pytest.fixture
def place(built: Place, settings: Settings, db: None) -> Place:
    """The chain, known to an index that has read its contracts. The head is as old as the session at most."""
    settings.HEAD_STALE_S = 100_000
    settings.CHAIN_RPC_URLS = [built.client.pool.providers[0].url]
    ContractChangeFactory(contract_id=contract_id("BondingManager"), address=built.manager)
    return built
