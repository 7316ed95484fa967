"""The model of the BondingManager predicts what the contract does, to the wei, refusals included."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from apps.chain.client import ChainClient
from apps.chain.readers import bonding, read, rounds
from apps.delegation.snapshot import Contracts, Wanted, addresses_of, state_at
from apps.devnet import network as devnet
from apps.devnet.network import Account, DeployConfig, Devnet, deploy, load_artifacts, start_anvil
from apps.protocol.bonding import steps
from apps.protocol.bonding.state import Rules, State
from apps.protocol.bonding.steps import Reverted, Stepped
from apps.protocol.units import Address, EthWei, LptWei, Ppm
from tests.parts import anvil_binary, contract_artifacts

pytestmark = pytest.mark.integration

LPT = ETH = 10**18
FIRST = Rules(
    receiver_claims=False,
    bond_claims_for_owner=False,
    guards_claims=False,
    guards_leaving=False,
    guards_delegates=False,
    allowance_has_no_end=True,
)
ACTS = 150
CLEAR_BLOCKS = 4


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

    def state(self) -> State:
        pairs = tuple((Address(one.address), Address(node.address)) for one in self.people for node in self.nodes)
        pairs += tuple((Address(one.address), Address(node.address)) for one in self.nodes for node in self.nodes)
        wanted = Wanted(self.everyone, pairs=pairs, likely=self.everyone)
        return state_at(self.client, self.at, wanted, rules=FIRST, block="latest")


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


Act = tuple[str, Callable[[], object], Callable[[State], Stepped]]


def acts(stage: Stage, rng: random.Random, now: State) -> Act:
    """One act of a delegator's, done on the chain and done in the model."""
    net = stage.net
    node, person, other = rng.choice(stage.nodes), rng.choice(stage.people), rng.choice([*stage.people, *stage.nodes])
    who = rng.choice([person, person, node])
    me, to, them = Address(who.address), Address(node.address), Address(other.address)
    amount = LptWei(rng.randrange(1, 300 * LPT))
    lock = rng.choice([*now.accounts[me].locks, 0])
    held = LptWei(net.pending_stake(who) * rng.choice((1, 2, 4, 4)) // 4)
    fees = EthWei(net.pending_fees(who) * rng.choice((1, 2)) // 2)
    cut, share = Ppm(rng.randrange(1_000_001)), Ppm(rng.randrange(1_000_001))
    return rng.choice(
        [
            ("bond", lambda: net.bond(who, amount, node), lambda now: steps.bond(now, me, me, amount, to)),
            ("move", lambda: net.bond(who, 0, node), lambda now: steps.bond(now, me, me, LptWei(0), to)),
            (
                "bond for",
                lambda: net.bond_for(who, amount, other, node),
                lambda now: steps.bond(now, me, them, amount, to),
            ),
            ("unbond", lambda: net.unbond(who, held), lambda now: steps.unbond(now, me, held)),
            ("rebond", lambda: net.rebond(who, lock), lambda now: steps.rebond(now, me, lock)),
            (
                "rebond elsewhere",
                lambda: net.rebond_from_unbonded(who, node, lock),
                lambda now: steps.rebond_from_unbonded(now, me, to, lock),
            ),
            (
                "transfer",
                lambda: net.transfer_bond(who, other, amount),
                lambda now: steps.transfer_bond(now, me, them, amount),
            ),
            ("withdraw", lambda: net.withdraw_stake(who, lock), lambda now: steps.withdraw_stake(now, me, lock)),
            (
                "withdraw fees",
                lambda: net.withdraw_fees(who, fees),
                lambda now: steps.withdraw_fees(now, me, me, fees),
            ),
            (
                "set terms",
                lambda: net.set_cuts(node, cut, share),
                lambda now: steps.set_terms(now, to, cut, share),
            ),
        ]
    )


def of_others(stage: Stage, rng: random.Random) -> None:
    """What happens beside delegators: rewards, paid tickets, the next round."""
    node, dice = rng.choice(stage.nodes), rng.random()
    try:
        if dice < 0.35:
            stage.net.reward(node)
        elif dice < 0.55:
            stage.net.redeem(stage.gateway, node, rng.randrange(1, ETH // 10))
        else:
            stage.net.next_round()
    except devnet.Reverted:
        return


@pytest.mark.parametrize("seed", [3])
def test_model__when_delegators_act_at_random__then_state_and_refusals_are_the_contract_s(
    stage: Stage, seed: int
) -> None:
    rng = random.Random(seed)
    done: dict[str, list[int]] = {}
    for _ in range(ACTS):
        if rng.random() < 0.4:
            of_others(stage, rng)
        stage.stay_inside_the_round()
        before = stage.state()
        name, really, as_modelled = acts(stage, rng, before)
        predicted: State | str
        try:
            predicted = as_modelled(before).state
        except Reverted as refusal:
            predicted = refusal.reason
        try:
            really()
            refused = None
        except devnet.Reverted as error:
            refused = str(error)
        tally = done.setdefault(name, [0, 0])
        tally[refused is not None] += 1
        if isinstance(predicted, str):
            assert predicted in (refused or "nothing"), name
            continue
        assert refused is None, f"{name}: {refused}"
        after = stage.state()
        assert_same(predicted, after, name)
        assert_worth(stage, after)
    assert all(passed for passed, _ in done.values()), done


def assert_same(predicted: State, after: State, name: str) -> None:
    assert [(one.address, one.stake) for one in predicted.pool.members] == [
        (one.address, one.stake) for one in after.pool.members
    ], name
    for address, one in after.accounts.items():
        assert predicted.accounts[address] == one, name
        assert predicted.worth(address) == after.worth(address), name
    for address, node in after.nodes.items():
        assert predicted.nodes[address] == node, name


def assert_worth(stage: Stage, now: State) -> None:
    for who in stage.everyone:
        worth = now.worth(who)
        stake = read(stage.client, bonding.pending_stake(stage.at.bonding_manager, who), block="latest")
        fees = read(stage.client, bonding.pending_fees(stage.at.bonding_manager, who), block="latest")
        assert (worth.stake, worth.fees) == (stake, fees), who
