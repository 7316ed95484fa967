"""A small network on anvil for plans, looked at as a whole, block by block, in as few requests as that takes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from apps.chain.client import ChainClient
from apps.chain.errors import CallFailed
from apps.chain.readers import bonding, read_all, rounds
from apps.chain.records import BlockId, Header, header_of, header_request
from apps.delegation.plan.build import Plan, Step
from apps.delegation.plan.facts import Snapshot
from apps.delegation.plan.intentions import Intention, concerned, target
from apps.delegation.snapshot import Contracts, Reading, Wanted, addresses_of, read_state
from apps.devnet import moves, wire
from apps.devnet.deploy import RICH_ETH_WEI
from apps.devnet.network import Account, DeployConfig, Deployment, Devnet, deploy, load_artifacts, start_anvil
from apps.devnet.wire import Call
from apps.protocol.bonding.state import State
from apps.protocol.earnings import Earnings
from apps.protocol.units import Address, BlockNumber, EthWei
from tests.parts import anvil_binary, contract_artifacts

LPT = ETH = 10**18
CLEAR_BLOCKS = 6  # kept before the end of a round: a plan has up to three steps

Receipt: TypeAlias = dict[str, Any]
Target: TypeAlias = tuple[str, bytes]


class Remembered:
    """Answers of contracts at one block. What the block before was asked goes along with the first question."""

    def __init__(self, client: ChainClient) -> None:
        self._client = client
        self._block: BlockId | None = None
        self._known: dict[Target, bytes | CallFailed] = {}
        self._asked: dict[Target, None] = {}

    def calls(self, targets: Sequence[Target], *, block: BlockId) -> list[bytes | CallFailed]:
        usual: Collection[Target] = ()
        if block != self._block:
            self._block, usual = block, self._asked
            self._known, self._asked = {}, {}
        missing = [each for each in targets if each not in self._known]
        if missing:
            asked = list(dict.fromkeys([*missing, *usual]))
            self._known.update(zip(asked, self._client.calls(asked, block=block), strict=True))
        self._asked.update(dict.fromkeys(targets))
        return [self._known[each] for each in targets]


@dataclass(frozen=True, slots=True)
class Moment:
    """Everybody at one block. `own` is what pendingStake and pendingFees answer, `eth` the wallets' ETH."""

    head: Header
    state: State
    blocks_left: int  # of the round
    own: Mapping[Address, Earnings]
    eth: Mapping[Address, int]


@dataclass(slots=True)
class Stage:
    """The network's verbs and everybody on it; whatever is asked of a block is asked once."""

    net: Devnet
    client: ChainClient
    at: Contracts
    nodes: list[Account]
    people: list[Account]
    gateway: Account
    told: Remembered
    nonces: dict[str, int] = field(default_factory=dict)

    @property
    def everyone(self) -> tuple[Address, ...]:
        return addresses_of(Address(one.address) for one in (*self.nodes, *self.people))

    def look(self) -> Moment:
        """Everybody at the newest block."""
        who, manager = self.everyone, self.at.bonding_manager
        newest = [header_request("latest"), *(("eth_getBalance", [one, "latest"]) for one in who)]
        answer, *balances = self.client.batch(newest)
        head = header_of(answer, "latest")
        read = self.reading(head, Wanted(who, likely=who))
        stakes = read_all(self.told, [bonding.pending_stake(manager, one) for one in who], block=head.hash)
        fees = read_all(self.told, [bonding.pending_fees(manager, one) for one in who], block=head.hash)
        worth = {one: Earnings(stake, fee) for one, stake, fee in zip(who, stakes, fees, strict=True)}
        eth = {one: int(each, 16) for one, each in zip(who, balances, strict=True)}
        return Moment(head, read.state, read.blocks_left, worth, eth)

    def wanted(self) -> Wanted:
        """Everybody, each of whom may receive stake of each."""
        return Wanted(self.everyone, receivers=self.everyone, likely=self.everyone)

    def snapshot(self) -> tuple[Snapshot, Reading]:
        """What a plan for anybody can be made from, at the newest block."""
        head = self.client.head()
        read = self.reading(head, self.wanted())
        return self.snapshot_of(head, read), read

    def reading(self, head: Header, wanted: Wanted) -> Reading:
        """As much as is wanted of that block."""
        return read_state(self.told, self.at, wanted, block=head.hash)

    def wanted_for(self, wanted: Intention, mine: Collection[Address] = ()) -> Wanted:
        """What is read for an intention, and no more."""
        named, to = concerned(wanted), target(wanted)
        nodes = addresses_of([to] if to else [])
        return Wanted(addresses_of([*named, *mine]), nodes, receivers=addresses_of(named), likely=self.everyone)

    def snapshot_of(self, head: Header, read: Reading, *, mine: Collection[Address] = ()) -> Snapshot:
        """Everything a plan is made from."""
        state = read.state
        own = {who: state.worth(who).stake for who in state.accounts if state.account(who).delegate == who}
        return Snapshot(
            state=state,
            mint=read.mint,
            chain_id=31337,
            block=BlockNumber(head.number),
            block_hash=head.hash,
            time=head.timestamp,
            blocks_left=read.blocks_left,
            manager=self.at.bonding_manager,
            token=self.at.token,
            mine=frozenset(mine),
            stranded={who: max(0, state.node(who).stake - own.get(who, 0)) for who in state.nodes},
        )

    def do(self, *calls: Call) -> list[Receipt]:
        """All calls in one block, in this order, whatever the contracts make of them; their receipts."""
        hashes = wire.send(self.net.client, calls, self.nonces)
        wire.mine(self.net.client)
        return [receipt for receipt in wire.receipts_of(self.net.client, hashes) if receipt is not None]

    def keep(self) -> Any:
        """The chain as it is, to come back to."""
        self.nonces.clear()
        return self.net.client.rpc("evm_snapshot", [])

    def back_to(self, kept: Any) -> None:
        """The chain as it was kept."""
        self.net.client.rpc("evm_revert", [kept])
        self.nonces.clear()

    def sign(self, steps: Sequence[Step]) -> list[Receipt]:
        """The steps as their senders' wallets send them, all in the next block."""
        return self.do(*(call_of(step) for step in steps))

    def stay_inside_the_round(self) -> None:
        """A call is mined in the block to come, which may be of the next round."""
        if rounds.state(self.client, self.at.rounds_manager, block="latest").blocks_left < CLEAR_BLOCKS:
            self.next_round()

    def next_round(self) -> None:
        """Mines up to the next round and begins it."""
        self.net.next_round()
        self.nonces.pop(self.net.deployment.deployer, None)

    def redeem(self, node: Account, face_value: EthWei) -> None:
        """A paid ticket. Raises Reverted where the broker refuses it."""
        try:
            self.net.redeem(self.gateway, node, face_value)
        finally:
            self.nonces.pop(node.address, None)


def call_of(step: Step) -> Call:
    """The step as a transaction. Raises ValueError while something is left to acknowledge."""
    if step.calldata is None:
        raise ValueError("A step without calldata cannot be signed.")
    return Call(step.sender, step.target, step.calldata, what=step.function)


def as_far_as(plan: Plan, seen: State) -> State:
    """As much of a state as the plan speaks of, to be compared with what it promises."""
    accounts = {who: seen.accounts[who] for who in plan.run.after.accounts}
    delegates = {one.delegate for one in accounts.values()}
    nodes = {who: one for who, one in seen.nodes.items() if who in plan.run.after.nodes or who in delegates}
    return replace(seen, accounts=accounts, nodes=nodes)


def contracts_of(made: Deployment) -> Contracts:
    names = ("BondingManager", "RoundsManager", "LivepeerToken", "Minter")
    return Contracts(Address(made.controller), *(Address(made[name]) for name in names))


@contextmanager
def small_network(folder: Path) -> Iterator[Stage]:
    """Six orchestrators on four places, eight people with full wallets and nothing staked, one gateway.

    Nobody has approved anything but the first two people, whose approvals have no end.
    """
    with start_anvil(anvil_binary(), folder) as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        made = deploy(client, load_artifacts(contract_artifacts()), DeployConfig(active_places=4))
        net = Devnet(client, made, seed=7)
        nodes = [net.account(f"node {number}") for number in range(6)]
        people = [net.account(f"person {number}") for number in range(8)]
        stage = Stage(net, client, contracts_of(made), nodes, people, net.account("gateway"), Remembered(client))
        _furnish(stage)
        yield stage


def _furnish(stage: Stage) -> None:
    net, made, nodes = stage.net, stage.net.deployment, stage.nodes
    everybody = [*nodes, *stage.people, stage.gateway]
    stage.client.batch([("anvil_setBalance", [one.address, hex(RICH_ETH_WEI)]) for one in everybody])
    net.next_round()
    stage.do(*(moves.give_lpt(made, made.deployer, one.address, 20_000 * LPT) for one in everybody))
    stage.do(*(moves.approve(made, one.address) for one in stage.people[:2]))
    for number, node in enumerate(nodes):
        stake = (1_000 + 100 * number) * LPT + number
        stage.do(
            moves.approve(made, node.address, stake),
            moves.bond(made, node.address, stake, node.address),
            moves.set_cuts(made, node.address, 50_000 * number, 1_000_000 - 150_000 * number),
        )
    stage.do(moves.fund(made, stage.gateway.address, 20 * ETH, 2 * ETH))
    stage.nonces.clear()
    net.next_round()
