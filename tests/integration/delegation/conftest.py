"""A small network on anvil for plans: orchestrators on too few places, delegators, a gateway."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from apps.chain.client import ChainClient
from apps.chain.readers import rounds
from apps.delegation.plan.facts import Snapshot
from apps.delegation.snapshot import Contracts, Reading, Wanted, addresses_of, read_state
from apps.devnet.network import Account, DeployConfig, Devnet, Reverted, deploy, load_artifacts, start_anvil
from apps.protocol.bonding.state import State
from apps.protocol.units import Address, BlockNumber
from tests.parts import anvil_binary, contract_artifacts

LPT = ETH = 10**18
CLEAR_BLOCKS = 6  # kept before the end of a round: a plan has up to three steps


@dataclass(slots=True)
class Stage:
    """A small network on anvil: six orchestrators on four places, eight delegators, one gateway."""

    net: Devnet
    client: ChainClient
    at: Contracts
    nodes: list[Account]
    people: list[Account]
    gateway: Account

    @property
    def everyone(self) -> tuple[Address, ...]:
        return addresses_of(Address(one.address) for one in (*self.nodes, *self.people))

    def stay_inside_the_round(self) -> None:
        """A call is done in the block to come, which may be of the next round."""
        if rounds.state(self.client, self.at.rounds_manager, block="latest").blocks_left < CLEAR_BLOCKS:
            self.net.next_round()

    def wanted(self) -> Wanted:
        who = self.everyone
        return Wanted(who, receivers=who, likely=who)

    def state(self) -> State:
        return self.reading("latest").state

    def reading(self, block: int | str) -> Reading:
        """The state and what goes with it."""
        return read_state(self.client, self.at, self.wanted(), block=block)

    def snapshot(self) -> tuple[Snapshot, Reading]:
        """Everything a plan is made from, at the newest block."""
        head = self.client.head()
        read = self.reading(head.number)
        state = read.state
        made = Snapshot(
            state=state,
            mint=read.mint,
            chain_id=31337,
            block=BlockNumber(head.number),
            block_hash=head.hash,
            time=head.timestamp,
            blocks_left=read.blocks_left,
            manager=self.at.bonding_manager,
            token=self.at.token,
            stranded={node: state.node(node).stake for node in state.nodes},
        )
        return made, read

    def others_act(self, rng: random.Random) -> None:
        """What happens beside delegators: rewards, paid tickets, the next round."""
        node, dice = rng.choice(self.nodes), rng.random()
        try:
            if dice < 0.35:
                self.net.reward(node)
            elif dice < 0.55:
                self.net.redeem(self.gateway, node, rng.randrange(1, ETH // 10))
            else:
                self.net.next_round()
        except Reverted:
            return


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with start_anvil(anvil_binary(), tmp_path_factory.mktemp("model")) as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        made = deploy(client, load_artifacts(contract_artifacts()), DeployConfig(active_places=4))
        net = Devnet(client, made, seed=7)
        contracts = Contracts(
            Address(made.controller),
            Address(made["BondingManager"]),
            Address(made["RoundsManager"]),
            Address(made["LivepeerToken"]),
            Address(made["Minter"]),
        )
        nodes = [net.account(f"node {number}") for number in range(6)]
        people = [net.account(f"person {number}") for number in range(8)]
        gateway = net.account("gateway")
        for one in (*nodes, *people):
            net.give_lpt(one, 20_000 * LPT)
        net.next_round()
        for number, node in enumerate(nodes):
            net.bond(node, (1_000 + 100 * number) * LPT + number, node)
            net.set_cuts(node, 50_000 * number, 1_000_000 - 150_000 * number)
        net.fund_gateway(gateway, 20 * ETH, 2 * ETH)
        net.next_round()
        yield Stage(net, client, contracts, nodes, people, gateway)
