"""What happens rarely, on the real contracts: the tables still equal them to the wei."""

from __future__ import annotations

import pytest
from eth_utils.crypto import keccak

from apps.delegation.models import Position, StakeEvent
from apps.devnet.calldata import calldata
from apps.devnet.network import Account
from apps.devnet.wire import Call
from apps.network.models import Orchestrator, PoolChange
from apps.protocol.units import ZERO_ADDRESS
from indexer.models import ParkedLog
from indexer.projections.replay import replay
from indexer.verification import verify
from tests.integration.indexer.snapshots import difference, projections
from tests.local import Local

pytestmark = pytest.mark.integration

LPT = ETH = 10**18


@pytest.fixture
def node(local: Local) -> Account:
    """An active orchestrator with 1,000 LPT of its own, in round 2."""
    net, node = local.net, local.net.account("node")
    net.next_round()
    net.bond(node, 1_000 * LPT, node)
    net.set_cuts(node, 200_000, 500_000)
    net.next_round()
    return node


def test_zero_address__stake_bonded_to_it_and_moved_away__equals_the_contracts(local: Local, node: Account) -> None:
    """The contract takes bond(x, 0x0); the log of the way back names the zero address as for a first bond."""
    net = local.net
    lost, late = net.account("lost"), net.account("late")
    net.bond(lost, 10 * LPT, ZERO_ADDRESS)
    net.bond(late, 7 * LPT, ZERO_ADDRESS)
    local.follow()
    assert Orchestrator.objects.get(address=ZERO_ADDRESS).stake_lpt_wei == 17 * LPT
    assert verify(local.client).drift == ()

    net.next_round()
    net.unbond(late, 3 * LPT)
    local.follow()
    assert Orchestrator.objects.get(address=ZERO_ADDRESS).stake_lpt_wei == 14 * LPT
    assert verify(local.client).drift == ()


def test_zero_address__stake_that_leaves_it_with_more__differs_and_says_why(local: Local, node: Account) -> None:
    """The first BondingManager adds only the new 5 LPT to the node's total; its successors add all 15."""
    net, lost = local.net, local.net.account("lost")
    net.bond(lost, 10 * LPT, ZERO_ADDRESS)
    net.next_round()
    net.bond(lost, 5 * LPT, node)
    local.follow()

    verdict = verify(local.client)
    assert Position.objects.get(delegator=lost.address).bonded_lpt_wei == 15 * LPT
    assert verdict.unexplained == ()
    found = {(one.subject, one.figure): one for one in verdict.drift}
    assert found[node.address, "stake, LPT wei"].size == 10 * LPT
    assert found[node.address, "stake, LPT wei"].reason.endswith(
        f"{lost.address} brought {10 * LPT} wei from the zero address, "
        "which the first BondingManager left out of the total"
    )
    assert found[ZERO_ADDRESS, "delegated to it, LPT wei"].size == -10 * LPT
    assert not ParkedLog.objects.exists()


def slash(local: Local, node: Account, *, share_ppm: int, finder: Account) -> None:
    """Makes the deployer the Verifier, which production does not have, and lets it slash."""
    deployment = local.net.deployment
    owner = deployment.deployer
    name = keccak(text="Verifier")
    entry = calldata("setContractInfo(bytes32,address,bytes20)", name, owner, bytes(20))
    local.net.send(Call(owner, deployment["Controller"], entry, what="register a verifier"))
    burner = calldata("grantRole(bytes32,address)", keccak(text="BURNER_ROLE"), deployment["Minter"])
    local.net.send(Call(owner, deployment["LivepeerToken"], burner, what="let the Minter burn"))
    terms = calldata(
        "slashTranscoder(address,address,uint256,uint256)", node.address, finder.address, share_ppm, 100_000
    )
    local.net.send(Call(owner, deployment["BondingManager"], terms, what="slash"))


@pytest.mark.parametrize("share_ppm", [250_000, 1_000_000])
def test_slashing__an_orchestrator__takes_stake_and_place_as_the_contract_does(
    local: Local, node: Account, share_ppm: int
) -> None:
    net = local.net
    friend, finder = net.account("friend"), net.account("finder")
    net.bond(friend, 100 * LPT, node)
    net.next_round()
    net.reward(node)
    slash(local, node, share_ppm=share_ppm, finder=finder)
    local.follow()

    event = StakeEvent.objects.get(kind="slash")
    penalty = 1_000 * LPT * share_ppm // 1_000_000  # of what was stored: a slashing claims nothing first
    assert (event.delegator, event.other, event.amount_lpt_wei) == (node.address, finder.address, penalty)
    assert Position.objects.get(delegator=node.address).bonded_lpt_wei == 1_000 * LPT - penalty
    assert PoolChange.objects.filter(orchestrator=node.address, entered=False).exists()
    assert Orchestrator.objects.get(address=node.address).updated_block == event.block_id
    assert verify(local.client).drift == ()

    net.next_round()
    net.bond(friend, 1 * LPT, node)
    local.follow()
    assert verify(local.client).drift == ()
    live = projections()
    replay()
    assert difference(live, projections()) == {}


def test_slashing__of_nobody_s_stake__is_a_row_and_nothing_else(local: Local, node: Account) -> None:
    stranger = local.net.account("stranger")
    slash(local, stranger, share_ppm=500_000, finder=node)
    local.follow()

    assert StakeEvent.objects.get(kind="slash").amount_lpt_wei == 0
    assert verify(local.client).drift == ()
