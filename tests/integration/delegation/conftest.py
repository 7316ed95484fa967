"""A small network on anvil for plans: orchestrators on too few places, delegators, a gateway."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from apps.chain.client import ChainClient
from apps.chain.readers import bonding, minter, read_all, rounds
from apps.delegation.plan.facts import Snapshot
from apps.delegation.snapshot import Contracts, Wanted, addresses_of, state_at
from apps.devnet.network import Account, DeployConfig, Devnet, Reverted, deploy, load_artifacts, start_anvil
from apps.protocol.bonding.rewards import Mint
from apps.protocol.bonding.state import Rules, State
from apps.protocol.units import Address, BlockNumber, LptWei
from tests.parts import anvil_binary, contract_artifacts

LPT = ETH = 10**18
FIRST = Rules(
    receiver_claims=False,
    bond_claims_for_owner=False,
    guards_claims=False,
    guards_leaving=False,
    guards_delegates=False,
    allowance_has_no_end=True,
)
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
        pairs = tuple((one, other) for one in who for other in who)
        return Wanted(who, pairs=pairs, likely=who)

    def state(self) -> State:
        return state_at(self.client, self.at, self.wanted(), rules=FIRST, block="latest")

    def snapshot(self) -> Snapshot:
        """Everything a plan is made from, at the newest block."""
        head = self.client.head()
        now = rounds.state(self.client, self.at.rounds_manager, block=head.number)
        bonds, mints = self.at.bonding_manager, self.net.deployment["Minter"]
        (mintable,) = read_all(self.client, [minter.mintable(mints)], block=head.number)
        (active,) = read_all(self.client, [bonding.active_stake(bonds)], block=head.number)
        state = state_at(self.client, self.at, self.wanted(), rules=FIRST, block=head.number)
        return Snapshot(
            state=state,
            mint=Mint(LptWei(mintable), active),
            chain_id=31337,
            block=BlockNumber(head.number),
            block_hash=head.hash,
            time=head.timestamp,
            blocks_left=now.blocks_left,
            manager=bonds,
            token=self.at.token,
            stranded={node: state.node(node).stake for node in state.nodes},
        )

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
