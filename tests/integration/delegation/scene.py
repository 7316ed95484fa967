"""The stages of the acceptance scenarios, on the real contracts.

Scene F: round 4000 of 6,377 blocks has begun; T1 and T2 are registered and active with a stake of 10,000 LPT each,
reward cut 20 %, fee share 50 %; 5,000,000 LPT are active in all and the round mints 20,000; D has 1,000 LPT with T1,
claimed up to round 3999; D2 and B have nothing staked. No factor was ever stored, so all of them count as one.

The local contracts know no treasury. What the scenarios say of one is expected here as if it took nothing: a reward of
40 LPT, 8 of them commission, and 0.32 % for those who delegate.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from apps.chain.client import ChainClient
from apps.delegation.aftermath import Verdict, judged
from apps.delegation.document import document, state
from apps.delegation.plan.build import Plan, build
from apps.delegation.plan.facts import Snapshot
from apps.delegation.plan.intentions import Intention
from apps.delegation.plan.refusals import Refusal
from apps.delegation.proof import Proof, prove
from apps.devnet import moves, wire
from apps.devnet.calldata import calldata, constructor_arguments, contract_id
from apps.devnet.deploy import RICH_ETH_WEI
from apps.devnet.network import Account, DeployConfig, Devnet, deploy, load_artifacts, start_anvil
from apps.devnet.wire import Call, created_address
from apps.protocol.bonding.state import Account as Position
from apps.protocol.bonding.state import Rules
from apps.protocol.formats import short_address
from apps.protocol.logs import Event
from apps.protocol.units import Address, EthWei, LptWei
from tests.parts import anvil_binary, contract_artifacts
from tests.promises import events_of, expect_eth, expect_promise, expect_rest
from tests.stages import LPT, Moment, Remembered, Stage, contracts_of

ROUND_BLOCKS = 6_377
NOW = 4_000


def lpt(text: str) -> LptWei:
    """Base units of a decimal, exactly."""
    whole, _, part = text.partition(".")
    return LptWei(int(whole) * LPT + int(part.ljust(18, "0") or "0"))


@dataclass(slots=True)
class Scene:
    """A stage with the verbs of the scenarios."""

    stage: Stage
    t1: Account
    t2: Account
    d: Address
    d2: Address
    b: Address

    # --- the protocol

    def to_round(self, number: int, *, initialised: bool = True) -> None:
        """The contract's clock at the first block of that round."""
        at = self.stage.net.deployment
        clock = Call(at.deployer, at["RoundsManager"], calldata("setBlockNum(uint256)", number * ROUND_BLOCKS))
        self.did(clock, *([moves.initialize_round(at, at.deployer)] if initialised else []))

    def reward(self, *nodes: Account) -> None:
        self.did(*(moves.reward(self.stage.net.deployment, one.address) for one in nodes))

    def ticket(self, node: Account, face_value: int) -> None:
        """A ticket in full, paid to the orchestrator."""
        self.stage.redeem(node, EthWei(face_value))

    def did(self, *calls: Call) -> list[Event]:
        """What the calls said, in one block; none of them was refused."""
        receipts = self.stage.do(*calls)
        for call, receipt in zip(calls, receipts, strict=True):
            assert int(receipt["status"], 16), f"{call.what}: {self.contract_says(call)}"
        return [event for one in receipts for event in events_of(self.stage, one)]

    def contract_says(self, call: Call) -> str:
        """Why the contract refuses the call now."""
        return wire.refusal(self.stage.net.client, call, block=wire.block_number(self.stage.net.client))

    # --- looking

    def now(self) -> Moment:
        return self.stage.look()

    def of(self, who: Address | Account) -> Position:
        return self.now().state.account(_address(who))

    def snapshot(self, wanted: Intention) -> Snapshot:
        """As it is read for this intention."""
        now = self.now()
        return self.stage.snapshot_of(now.head, self.stage.reading(now.head, self.stage.wanted_for(wanted)))

    # --- planning

    def first(self, wanted: Intention) -> Plan:
        """The plan with nothing acknowledged."""
        made = build(wanted, self.snapshot(wanted))
        assert isinstance(made, Plan), made
        return made

    def refused(self, wanted: Intention) -> str:
        """The code of the refusal."""
        made = build(wanted, self.snapshot(wanted))
        assert isinstance(made, Refusal), made
        return made.code

    def later(self, wanted: Intention, **changes: object) -> Plan | Refusal:
        """The planner alone, on this state as contracts of later generations would have it."""
        at = self.snapshot(wanted)
        now = replace(at.state, rules=Rules(), **changes)  # type: ignore[arg-type]
        return build(wanted, replace(at, state=now))

    def plan(self, wanted: Intention) -> Plan:
        """The plan with everything acknowledged, which the contracts simulate as it says."""
        plan, proof = self.proved(wanted)
        assert proof.holds, (proof.differences, proof.outcomes)
        return plan

    def proved(self, wanted: Intention) -> tuple[Plan, Proof]:
        """The plan with everything acknowledged, and what the contracts say of it."""
        at, what = self.snapshot(wanted), self.stage.wanted_for(wanted)
        first = build(wanted, at)
        assert isinstance(first, Plan), first
        plan = build(wanted, at, acknowledged=first.missing)
        assert isinstance(plan, Plan), plan
        read = self.stage.reading(self.now().head, what)
        return plan, prove(self.stage.client, plan, self.stage.at, what, before=read, block=at.block_hash)

    def mined(self, plan: Plan) -> list[Event]:
        """What the steps said once they were signed; the chain is as promised, and everybody else as before."""
        before = self.now()
        receipts = self.stage.sign(plan.steps)
        later = self.now()
        assert [int(one["status"], 16) for one in receipts] == [1] * len(plan.steps)
        expect_promise(plan, later)
        expect_rest(plan, before, later)
        expect_eth(plan, before, later, receipts)
        return [event for one in receipts for event in events_of(self.stage, one)]

    def mined_late(self, plan: Plan) -> Verdict:
        """What a reader is told of a plan that was signed although something had changed."""
        shown = document(plan, Proof("simulate", plan.at.block_hash, (), (), 0), identity="scene")
        receipts = self.stage.sign(plan.steps)
        own = [event for one in receipts for event in events_of(self.stage, one)]
        now = state(self.now().state)
        return judged(shown, len(plan.steps) - 1, own=own, now=now, meanwhile=(), called=short_address)


def _address(who: Address | Account) -> Address:
    return Address(who.address) if isinstance(who, Account) else who


@contextmanager
def scene_f(folder: Path) -> Iterator[Scene]:
    """Scene F, with the RoundsManager that takes its block number from the test."""
    config = DeployConfig(
        round_length_blocks=ROUND_BLOCKS,
        inflation_ppb=1_000_000,  # 0.1 % of 20,000,000 LPT a round, and never another rate
        inflation_change_ppb=0,
        supply_lpt_wei=20_000_000 * LPT,
    )
    with start_anvil(anvil_binary(), folder) as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        net = Devnet(client, deploy(client, load_artifacts(contract_artifacts()), config), seed=7)
        t1, t2, t3, d, d2, b = (net.account(name) for name in ("T1", "T2", "T3", "D", "D2", "B"))
        stage = Stage(
            net, client, contracts_of(net.deployment), [t1, t2, t3], [d, d2, b], net.account("G"), Remembered(client)
        )
        scene = Scene(stage, t1, t2, *(Address(one.address) for one in (d, d2, b)))
        _furnish(scene, t3)
        yield scene


def _furnish(scene: Scene, t3: Account) -> None:
    stage, at = scene.stage, scene.stage.net.deployment
    everybody = [*stage.nodes, *stage.people, stage.gateway]
    stage.client.batch([("anvil_setBalance", [one.address, hex(RICH_ETH_WEI)]) for one in everybody])
    _take_the_clock(scene)
    scene.to_round(NOW - 2)
    stakes = {scene.t1.address: 9_000, scene.t2.address: 10_000, t3.address: 4_980_000}
    for who, amount in stakes.items():
        scene.did(
            moves.give_lpt(at, at.deployer, who, amount * LPT),
            moves.approve(at, who, amount * LPT),
            moves.bond(at, who, amount * LPT, who),
            moves.set_cuts(at, who, 200_000, 500_000),
        )
    scene.to_round(NOW - 1)
    scene.did(
        moves.give_lpt(at, at.deployer, scene.d, 1_500 * LPT),
        moves.give_lpt(at, at.deployer, scene.d2, 500 * LPT),
        moves.approve(at, scene.d, 1_000 * LPT),
        moves.bond(at, scene.d, 1_000 * LPT, scene.t1.address),
        moves.fund(at, stage.gateway.address, 10 * LPT, 10 * LPT),
    )
    scene.to_round(NOW)


def _take_the_clock(scene: Scene) -> None:
    """Puts the adjustable manager behind the proxy of the one that was deployed; what it stored stays."""
    net = scene.stage.net
    at = net.deployment
    path = contract_artifacts() / "rounds" / "AdjustableRoundsManager.sol" / "AdjustableRoundsManager.json"
    code = bytes.fromhex(orjson.loads(path.read_bytes())["bytecode"][2:])
    nonce = int(net.client.rpc("eth_getTransactionCount", [at.deployer, "latest"]), 16)
    change = calldata(
        "setContractInfo(bytes32,address,bytes20)",
        contract_id("RoundsManagerTarget"),
        created_address(at.deployer, nonce),
        bytes(20),
    )
    scene.did(
        Call(at.deployer, "", code + constructor_arguments(("address",), at.controller), what="create"),
        Call(at.deployer, at.controller, change, what="setContractInfo"),
        Call(at.deployer, at["RoundsManager"], calldata("setBlockHash(bytes32)", bytes([7]) * 32), what="setBlockHash"),
    )


@contextmanager
def empty_pool(folder: Path) -> Iterator[Stage]:
    """Four places that nobody has taken, five accounts to take them and two to delegate, all with full wallets."""
    with start_anvil(anvil_binary(), folder) as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        net = Devnet(
            client, deploy(client, load_artifacts(contract_artifacts()), DeployConfig(active_places=4)), seed=7
        )
        nodes, people = ([net.account(name) for name in names] for names in ("ABCDE", "PQ"))
        stage = Stage(net, client, contracts_of(net.deployment), nodes, people, net.account("G"), Remembered(client))
        everybody = [*nodes, *people]
        client.batch([("anvil_setBalance", [one.address, hex(RICH_ETH_WEI)]) for one in everybody])
        at = net.deployment
        stage.do(*(moves.give_lpt(at, at.deployer, one.address, 1_000 * LPT) for one in everybody))
        stage.do(*(moves.approve(at, one.address) for one in everybody))
        stage.next_round()
        yield stage
