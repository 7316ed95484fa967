"""The client and the readers on real contracts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from apps.chain.client import ChainClient
from apps.chain.errors import CallReverted, LaggingNode, RpcRefused, StateMissing, WrongChain
from apps.chain.readers import (
    bonding,
    controller,
    minter,
    read,
    read_all,
    read_if_there,
    registry,
    rounds,
    tickets,
    token,
)
from apps.devnet.network import Account, DeployConfig, Devnet, deploy, load_artifacts, start_anvil
from apps.protocol.units import NEVER, UINT256_MAX, ZERO_ADDRESS
from tests.fakes.chain import FakeChain
from tests.fakes.nodes import FakeNode, transport
from tests.parts import anvil_binary, contract_artifacts

pytestmark = pytest.mark.integration

LPT = ETH = 10**18
NAMES = ("BondingManager", "RoundsManager", "TicketBroker", "LivepeerToken", "Minter", "ServiceRegistry", "Treasury")


@dataclass(frozen=True)
class Scene:
    """Three orchestrators, the first with a delegator who has unbonded a part, and a gateway."""

    net: Devnet
    client: ChainClient
    at: Mapping[str, str]
    nodes: list[Account]
    person: Account
    gateway: Account
    block: int


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with start_anvil(anvil_binary(), tmp_path_factory.mktemp("devnet")) as anvil:
        client = ChainClient([anvil.url], chain_id=31337)
        deployment = deploy(client, load_artifacts(contract_artifacts()), DeployConfig(active_places=4))
        net = Devnet(client, deployment, seed=11)
        nodes = [net.account(f"node {number}") for number in range(3)]
        person, gateway = net.account("person"), net.account("gateway")
        net.next_round()
        for place, node in enumerate(nodes):
            net.bond(node, (1000 + place) * LPT, node)
            net.set_cuts(node, 100_000 * place, 500_000)
        net.set_service_uri(nodes[0], "https://node.example:8935")
        net.fund_gateway(gateway, 5 * ETH, 2 * ETH)
        net.next_round()
        net.bond(person, 100 * LPT, nodes[0])
        net.next_round()
        net.reward(nodes[0])
        net.redeem(gateway, nodes[0], ETH)
        net.unbond(person, 30 * LPT)
        found = controller.addresses(client, deployment.controller, NAMES, block=client.head().number)
        at = {name: address for name, address in found.items() if address is not None}
        yield Scene(net, client, at, nodes, person, gateway, client.head().number)


def test_addresses__of_the_first_deployment__lack_what_came_later(scene: Scene) -> None:
    assert set(scene.at) == set(NAMES) - {"Treasury"}
    assert scene.at["BondingManager"] == scene.net.deployment["BondingManager"].lower()
    assert not read(scene.client, controller.paused(scene.net.deployment.controller), block=scene.block)


def test_delegator__who_unbonded_a_part__has_the_rest_and_a_lock(scene: Scene) -> None:
    manager = scene.at["BondingManager"]
    who = scene.person.address
    position = read(scene.client, bonding.delegator(manager, who), block=scene.block)

    assert position.delegate == scene.nodes[0].address.lower()
    assert position.next_lock_id == 1
    assert position.last_claim_round == 3
    assert position.bonded_lpt_wei == read(scene.client, bonding.pending_stake(manager, who), block=scene.block)
    assert bonding.locks_of(scene.client, manager, who, next_lock_id=1, block=scene.block) == {
        0: bonding.UnbondingLock(30 * LPT, 10)  # type: ignore[arg-type]
    }
    assert (
        read(scene.client, bonding.delegator_status(manager, who), block=scene.block) is bonding.DelegatorStatus.BONDED
    )


def test_delegator__unknown__is_all_zero(scene: Scene) -> None:
    position = read(scene.client, bonding.delegator(scene.at["BondingManager"], ZERO_ADDRESS), block=scene.block)

    assert (position.bonded_lpt_wei, position.delegate, position.next_lock_id) == (0, ZERO_ADDRESS, 0)


def test_transcoder__that_called_reward__has_its_terms(scene: Scene) -> None:
    manager, who = scene.at["BondingManager"], scene.nodes[0].address
    node = read(scene.client, bonding.transcoder(manager, who), block=scene.block)
    earned = read(scene.client, bonding.earnings_pool(manager, who, 3), block=scene.block)

    assert (node.last_reward_round, node.reward_cut_ppm, node.fee_share_ppm) == (3, 0, 500_000)
    assert (node.activation_round, node.deactivation_round, node.last_fee_round) == (2, NEVER, 3)
    assert earned.total_stake_lpt_wei == 1100 * LPT
    assert earned.cumulative_reward_factor > 10**27
    assert read_all(
        scene.client, [bonding.is_active(manager, who), bonding.is_registered(manager, who)], block=scene.block
    ) == [True, True]


def test_pool__of_three__is_in_the_order_of_stake(scene: Scene) -> None:
    manager = scene.at["BondingManager"]
    expected = [scene.nodes[place].address.lower() for place in (0, 2, 1)]

    assert bonding.pool(scene.client, manager, block=scene.block) == expected
    assert bonding.pool(scene.client, manager, block=scene.block, likely=expected) == expected
    assert read_all(scene.client, [bonding.pool_size(manager), bonding.pool_max_size(manager)], block=scene.block) == [
        3,
        4,
    ]


def test_reads__pinned_at_an_older_block__do_not_see_later_ones(scene: Scene) -> None:
    manager, who = scene.at["BondingManager"], scene.person.address
    before = scene.client.header(scene.block - 1)
    assert before is not None

    for block in (before.number, before.hash):
        assert read(scene.client, bonding.delegator(manager, who), block=block).next_lock_id == 0


def test_reads__of_what_came_later__are_none(scene: Scene) -> None:
    manager = scene.at["BondingManager"]

    assert read_if_there(scene.client, bonding.treasury_cut(manager), block=scene.block) is None
    assert read_if_there(scene.client, bonding.next_treasury_cut(manager), block=scene.block) is None
    assert read_if_there(scene.client, bonding.treasury_ceiling(manager), block=scene.block) is None
    assert (
        read_if_there(scene.client, bonding.reward_caller(manager, scene.nodes[0].address), block=scene.block) is None
    )


def test_round__in_its_middle__counts_its_blocks(scene: Scene) -> None:
    state = rounds.state(scene.client, scene.at["RoundsManager"], block=scene.block)

    assert (state.current_round, state.last_initialised_round, state.is_initialised) == (3, 3, True)
    assert (state.length_blocks, state.lock_ppm, state.block) == (30, 100_000, scene.block)
    assert state.start_block == 90
    assert state.blocks_left == 120 - scene.block


def test_minting__after_one_reward__adds_up(scene: Scene) -> None:
    minting = minter.minting(scene.client, scene.at["Minter"], block=scene.block)

    assert minting.inflation_change_ppb == 500
    assert minting.target_bonding_rate_ppb == 500_000_000
    assert minting.inflation_ppb == 220_500 + 3 * 500
    assert 0 < minting.minted_lpt_wei < minting.mintable_lpt_wei
    assert minting.supply_lpt_wei == 30_000_000 * LPT + minting.minted_lpt_wei


def test_gateway__after_one_ticket__has_the_rest(scene: Scene) -> None:
    wanted = tickets.sender_info(scene.at["TicketBroker"], scene.gateway.address)

    assert read(scene.client, wanted, block=scene.block) == tickets.SenderInfo(4 * ETH, 0, 2 * ETH, 0)  # type: ignore[arg-type]


def test_token__of_the_manager__is_approved(scene: Scene) -> None:
    lpt, manager = scene.at["LivepeerToken"], scene.at["BondingManager"]
    who = scene.person.address
    wanted = [token.balance(lpt, who), token.allowance(lpt, who, manager)]

    assert read_all(scene.client, wanted, block=scene.block) == [0, UINT256_MAX]


def test_service_uri__set_and_unset__is_text(scene: Scene) -> None:
    wanted = [registry.service_uri(scene.at["ServiceRegistry"], node.address) for node in scene.nodes[:2]]

    assert read_all(scene.client, wanted, block=scene.block) == ["https://node.example:8935", ""]


def test_logs__of_the_whole_chain__come_with_the_headers_they_stand_in(scene: Scene) -> None:
    sealed = scene.client.sealed_logs(0, scene.block, addresses=[scene.at["BondingManager"]])
    headers = {
        header.number: header for header in scene.client.headers(sorted({log.block_number for log in sealed.logs}))
    }

    assert all(headers[log.block_number].hash == log.block_hash for log in sealed.logs)
    assert sealed.last == scene.client.header(scene.block)
    assert {log.address for log in sealed.logs} == {scene.at["BondingManager"]}


def test_logs__recorded_here_and_played_by_the_fake_chain__are_the_same(scene: Scene) -> None:
    logs = scene.client.logs(0, scene.block)
    fake = FakeChain()
    fake.load(logs, scene.client.headers(range(scene.block + 1)))
    played = ChainClient(["http://fake"], transport=transport(FakeNode(fake)))

    assert played.logs(0, scene.block) == logs
    assert played.head() == scene.client.head()


def test_logs__beyond_the_head__are_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.chain.pool.ATTEMPTS", 1)

    with pytest.raises(LaggingNode):
        scene.client.logs(0, scene.block + 1000)


def test_call__of_an_unknown_block__is_no_revert(scene: Scene) -> None:
    with pytest.raises(StateMissing):
        read(scene.client, bonding.active_stake(scene.at["BondingManager"]), block=scene.block + 1000)
    with pytest.raises(StateMissing):
        read(scene.client, bonding.active_stake(scene.at["BondingManager"]), block=b"\x01" * 32)


def test_call__refused_by_the_contract__keeps_its_sentence(scene: Scene) -> None:
    reward = bytes.fromhex("228cb733")

    with pytest.raises(CallReverted) as refusal:
        scene.client.call(scene.at["BondingManager"], reward, block=scene.block)
    assert refusal.value.reason == "caller must be an active transcoder"


def test_rpc__unknown_method__is_refused(scene: Scene) -> None:
    with pytest.raises(RpcRefused):
        scene.client.rpc("eth_getNothing", [])


def test_chain__other_than_expected__stops(scene: Scene) -> None:
    with pytest.raises(WrongChain, match="serves chain 31337, not 42161"):
        ChainClient([scene.client.pool.providers[0].url]).ensure_chain(42161)


def test_reorg__of_the_head__changes_hashes_and_not_the_number(scene: Scene) -> None:
    scene.net.mine(3)
    before = scene.client.headers(range(scene.block, scene.block + 4))
    scene.client.rpc("anvil_reorg", [2, []])
    after = scene.client.headers(range(scene.block, scene.block + 4))

    assert before[:2] == after[:2]
    assert before[2].hash != after[2].hash
    assert after[3].parent_hash == after[2].hash
    with pytest.raises(StateMissing):
        scene.client.call(scene.at["BondingManager"], b"", block=before[3].hash)
