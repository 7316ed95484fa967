"""The verbs on the real contracts: each does what it says or says why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from apps.devnet.artifacts import Artifact
from apps.devnet.calldata import calldata
from apps.devnet.network import Account, DeployConfig, Devnet, Receipt, Reverted, deploy, start_anvil
from apps.devnet.tickets import ALWAYS_WINS, Ticket
from apps.devnet.view import Purse, look
from apps.devnet.wire import Read, ask, ask_words
from apps.protocol.units import WEI
from tests.integration.conftest import client_of

pytestmark = pytest.mark.integration

WINNING_TICKET_TRANSFER = "0x8b87351a208c06e3ceee59d80725fd77a23b4129e1b51ca231fc89b40712649c"


@pytest.fixture(scope="module")
def net(binary: Path, contracts: Mapping[str, Artifact], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    """One chain for all tests here; each uses accounts of its own."""
    with start_anvil(binary, tmp_path_factory.mktemp("verbs")) as anvil:
        client = client_of(anvil.url)
        network = Devnet(client, deploy(client, contracts, DeployConfig(active_places=50)))
        network.next_round()
        yield network


@pytest.fixture
def worker(net: Devnet, request: pytest.FixtureRequest) -> Account:
    """An orchestrator that is active and has called reward, with 1,000 LPT of its own and plain terms."""
    node = net.account(f"worker of {request.node.name}")
    net.bond(node, 1_000 * WEI, node)
    net.set_cuts(node, 100_000, 500_000)
    net.next_round()
    net.reward(node)
    return node


def saver_of(net: Devnet, request: pytest.FixtureRequest) -> Account:
    return net.account(f"saver of {request.node.name}")


def number(net: Devnet, contract: str, signature: str, *arguments: object) -> int:
    ((answer, *_),) = ask_words(net.client, [Read(net.deployment[contract], calldata(signature, *arguments))])
    return answer


def purse_of(net: Devnet, gateway: Account) -> Purse:
    view = look(net.client, net.deployment, number=0, round_hash=b"", gateways=[gateway.address])
    return view.purses[gateway.address]


def bonded_by(net: Devnet, owner: Account) -> int:
    """LPT wei entered as bonded; pendingStake would add rewards from before to an account that others bonded for."""
    view = look(net.client, net.deployment, number=0, round_hash=b"", holders=[owner.address])
    return view.holdings[owner.address].bonded


def paid(receipt: Receipt) -> int:
    """ETH wei of the receipt's WinningTicketTransfer."""
    (log,) = [one for one in receipt["logs"] if one["topics"][0] == WINNING_TICKET_TRANSFER]
    return int(log["data"], 16)


@pytest.mark.parametrize(
    ("contract", "getter", "expected"),
    [
        ("RoundsManager", "roundLength()", 30),
        ("RoundsManager", "roundLockAmount()", 100_000),
        ("RoundsManager", "lipUpgradeRound(uint256)", 0),
        ("BondingManager", "unbondingPeriod()", 7),
        ("BondingManager", "getTranscoderPoolMaxSize()", 50),
        ("TicketBroker", "unlockPeriod()", 7),
        ("TicketBroker", "ticketValidityPeriod()", 2),
        ("Minter", "inflationChange()", 500),
        ("Minter", "targetBondingRate()", 500_000_000),
        ("Controller", "paused()", 0),
    ],
)
def test_deploy__its_parameters__are_those_of_the_config(
    net: Devnet, contract: str, getter: str, expected: int
) -> None:
    arguments = (36,) if "(uint256)" in getter else ()
    assert number(net, contract, getter, *arguments) == expected


def test_bond__to_an_orchestrator__counts_from_the_next_round(
    net: Devnet, worker: Account, request: pytest.FixtureRequest
) -> None:
    saver = saver_of(net, request)
    net.bond(saver, 50 * WEI, worker)
    assert net.pending_stake(saver) == 50 * WEI
    assert number(net, "BondingManager", "delegatorStatus(address)", saver.address) == 0
    net.next_round()
    assert number(net, "BondingManager", "delegatorStatus(address)", saver.address) == 1


def test_unbond__too_much__raises_the_contracts_sentence(net: Devnet, worker: Account) -> None:
    with pytest.raises(Reverted, match="unbond: amount is greater than bonded amount"):
        net.unbond(worker, 10**30)


def test_reward__twice_in_a_round__raises_the_contracts_sentence(net: Devnet, worker: Account) -> None:
    with pytest.raises(Reverted, match="caller has already called reward for the current round"):
        net.reward(worker)


def test_unbond_and_rebond__same_lock__stake_is_as_before(net: Devnet, worker: Account) -> None:
    before = net.pending_stake(worker)
    net.unbond(worker, 100 * WEI)
    assert net.pending_stake(worker) == before - 100 * WEI
    net.rebond(worker, 0)
    assert net.pending_stake(worker) == before


def test_rebond_from_unbonded__after_leaving__lands_at_the_other(
    net: Devnet, worker: Account, request: pytest.FixtureRequest
) -> None:
    saver = saver_of(net, request)
    net.bond(saver, 50 * WEI, worker)
    net.next_round()
    net.unbond_all(saver)
    net.rebond_from_unbonded(saver, worker, 0)
    view = look(net.client, net.deployment, number=0, round_hash=b"", holders=[saver.address])
    assert view.holdings[saver.address].delegate == worker.address
    assert view.holdings[saver.address].locks == ()


def test_withdraw_stake__before_and_at_maturity__refused_then_paid(net: Devnet, worker: Account) -> None:
    net.unbond(worker, 10 * WEI)
    with pytest.raises(Reverted, match="withdraw round must be before or equal to the current round"):
        net.withdraw_stake(worker, 0)
    for _ in range(7):
        net.next_round()
    net.withdraw_stake(worker, 0)
    assert number(net, "LivepeerToken", "balanceOf(address)", worker.address) == 10 * WEI


def test_transfer_bond__to_a_second_account__lands_with_the_same_orchestrator(
    net: Devnet, worker: Account, request: pytest.FixtureRequest
) -> None:
    saver, second = saver_of(net, request), net.account(f"second of {request.node.name}")
    net.bond(saver, 50 * WEI, worker)
    net.next_round()
    net.transfer_bond(saver, second, 20 * WEI)
    assert (bonded_by(net, saver), bonded_by(net, second)) == (30 * WEI, 20 * WEI)


def test_bond_for__somebody_else__leaves_the_payer_unbonded(
    net: Devnet, worker: Account, request: pytest.FixtureRequest
) -> None:
    payer, owner = saver_of(net, request), net.account(f"owner of {request.node.name}")
    net.bond_for(payer, 5 * WEI, owner, worker)
    assert (bonded_by(net, payer), bonded_by(net, owner)) == (0, 5 * WEI)


def test_redeem__covered_by_the_deposit__pays_the_face_value(
    net: Devnet, worker: Account, request: pytest.FixtureRequest
) -> None:
    gateway = saver_of(net, request)
    net.fund_gateway(gateway, WEI, WEI // 2)
    receipt = net.redeem(gateway, worker, WEI // 4)
    assert paid(receipt) == WEI // 4
    assert purse_of(net, gateway) == Purse(deposit=WEI * 3 // 4, withdraw_round=0, reserve=WEI // 2)
    net.withdraw_fees(worker)
    assert net.pending_fees(worker) == 0


def test_redeem__beyond_the_deposit__claims_from_the_reserve(
    net: Devnet, worker: Account, request: pytest.FixtureRequest
) -> None:
    gateway = saver_of(net, request)
    net.fund_gateway(gateway, WEI // 5, 100 * WEI, payer=worker)
    claimable = number(net, "TicketBroker", "claimableReserve(address,address)", gateway.address, worker.address)
    receipt = net.redeem(gateway, worker, WEI // 5 + claimable + WEI)
    assert paid(receipt) == WEI // 5 + claimable
    assert purse_of(net, gateway) == Purse(0, 0, 100 * WEI - claimable)


def test_withdraw_gateway__after_the_unlock_period__empties_the_purse(
    net: Devnet, request: pytest.FixtureRequest
) -> None:
    gateway = saver_of(net, request)
    net.fund_gateway(gateway, WEI, WEI)
    net.unlock_gateway(gateway)
    with pytest.raises(Reverted, match="account is locked"):
        net.withdraw_gateway(gateway)
    for _ in range(7):
        net.next_round()
    net.withdraw_gateway(gateway)
    assert (purse_of(net, gateway).deposit, purse_of(net, gateway).reserve) == (0, 0)


def test_set_service_uri__is_what_the_registry_answers(net: Devnet, worker: Account) -> None:
    net.set_service_uri(worker, "https://worker.example:8935")
    read = Read(net.deployment["ServiceRegistry"], calldata("getServiceURI(address)", worker.address))
    assert b"https://worker.example:8935" in ask(net.client, [read])[0]


def test_ticket_hash__computed_here__is_the_brokers(net: Devnet) -> None:
    ticket = Ticket("0x" + "11" * 20, "0x" + "22" * 20, 10**17, 3, 4, 5, b"\x06" * 32)
    signature = "getTicketHash((address,address,uint256,uint256,uint256,bytes32,bytes))"
    read = Read(net.deployment["TicketBroker"], calldata(signature, ticket.fields()))
    assert ticket.fields()[3] == ALWAYS_WINS
    assert ask(net.client, [read]) == [ticket.hash()]
