"""Puts the whole protocol on an empty local chain, in one block.

The addresses of contracts follow from the deployer and its nonces, so every call is known before the first is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.devnet.artifacts import Artifact, linked
from apps.devnet.calldata import calldata, constructor_arguments, contract_id
from apps.devnet.deployment import Deployment
from apps.devnet.keys import account
from apps.devnet.wire import Call, Reverted, Rpc, block_number, created_address, mine, receipts_of, send, succeeded
from apps.protocol.units import WEI

DEPLOYER = "deployer"
RICH_ETH_WEI = 1_000_000 * WEI
MINTER_ROLE = contract_id("MINTER_ROLE")
RETURNS_ONE_ZERO_WORD = "0x60206000f3"  # PUSH1 32, PUSH1 0, RETURN: an L1 supply of nothing
LIP_36 = 36  # earnings by cumulative factors, in force from the first round here


@dataclass(frozen=True, slots=True)
class DeployConfig:
    """The protocol's parameters, each with its unit in its name."""

    seed: int = 1
    round_length_blocks: int = 30
    unbonding_period_rounds: int = 7
    active_places: int = 18
    round_lock_ppm: int = 100_000
    unlock_period_rounds: int = 7
    ticket_validity_rounds: int = 2
    inflation_ppb: int = 220_500  # the first four rates are production's own start values
    inflation_change_ppb: int = 500
    target_bonding_rate_ppb: int = 500_000_000
    supply_lpt_wei: int = 30_000_000 * WEI


@dataclass
class _Plan:
    """Calls in order and the addresses that will come of them."""

    artifacts: Mapping[str, Artifact]
    deployer: str
    first_nonce: int
    calls: list[Call] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)
    libraries: dict[str, str] = field(default_factory=dict)

    def create(self, name: str, types: tuple[str, ...] = (), *arguments: Any) -> str:
        address = created_address(self.deployer, self.first_nonce + len(self.calls))
        code = linked(self.artifacts[name], self.libraries) + constructor_arguments(types, *arguments)
        self.calls.append(Call(self.deployer, "", code, what=f"create {name}"))
        return address

    def tell(self, to: str, signature: str, *arguments: Any) -> None:
        self.calls.append(Call(self.deployer, to, calldata(signature, *arguments), what=signature))

    def register(self, name: str, address: str) -> None:
        self.addresses[name] = address
        self.tell(
            self.addresses["Controller"],
            "setContractInfo(bytes32,address,bytes20)",
            contract_id(name),
            address,
            bytes(20),
        )

    def create_behind_proxy(self, name: str) -> None:
        controller = self.addresses["Controller"]
        self.register(f"{name}Target", self.create(name, ("address",), controller))
        proxy = self.create("ManagerProxy", ("address", "bytes32"), controller, contract_id(f"{name}Target"))
        self.register(name, proxy)


def deploy(rpc: Rpc, artifacts: Mapping[str, Artifact], config: DeployConfig) -> Deployment:
    """Deploys, mints the whole supply to the deployer and starts the clock: the chain is in round 0, not paused.

    Raises Reverted if any step is refused.
    """
    deployer = account(config.seed, DEPLOYER).address
    rpc.rpc("anvil_setBalance", [deployer, hex(RICH_ETH_WEI)])
    plan = _Plan(artifacts, deployer, int(rpc.rpc("eth_getTransactionCount", [deployer, "latest"]), 16))
    _plan_contracts(plan, config)
    _plan_parameters(plan, config)
    rpc.rpc("anvil_setCode", [plan.addresses["L2LPTDataCache"], RETURNS_ONE_ZERO_WORD])
    block = block_number(rpc) + 1
    _carry_out(rpc, plan.calls)
    return _deployment(rpc, plan, config, block)


def _plan_contracts(plan: _Plan, config: DeployConfig) -> None:
    controller = plan.addresses["Controller"] = plan.create("Controller")
    rates = (config.inflation_ppb, config.inflation_change_ppb, config.target_bonding_rate_ppb)
    plan.register("Minter", plan.create("Minter", ("address", "uint256", "uint256", "uint256"), controller, *rates))
    plan.register("LivepeerToken", plan.create("LivepeerToken"))
    plan.create_behind_proxy("TicketBroker")
    plan.register("JobsManager", plan.addresses["TicketBroker"])  # the name the Minter and BondingManager know it by
    plan.libraries["SortedDoublyLL"] = plan.create("SortedDoublyLL")
    plan.create_behind_proxy("BondingManager")
    plan.create_behind_proxy("RoundsManager")
    plan.create_behind_proxy("ServiceRegistry")
    plan.register("MerkleSnapshot", plan.create("MerkleSnapshot", ("address",), controller))
    # on Arbitrum One the Controller does not know it; here that is how everybody is told
    polls = plan.create("PollCreator", ("address",), plan.addresses["BondingManager"])
    plan.register("PollCreator", polls)
    plan.register("L2LPTDataCache", account(config.seed, "L2LPTDataCache").address)


def _plan_parameters(plan: _Plan, config: DeployConfig) -> None:
    at = plan.addresses
    token, bonding, rounds, broker = (
        at[name] for name in ("LivepeerToken", "BondingManager", "RoundsManager", "TicketBroker")
    )
    for holder in (plan.deployer, at["Minter"]):
        plan.tell(token, "grantRole(bytes32,address)", MINTER_ROLE, holder)
    plan.tell(token, "mint(address,uint256)", plan.deployer, config.supply_lpt_wei)
    plan.tell(bonding, "setUnbondingPeriod(uint64)", config.unbonding_period_rounds)
    plan.tell(bonding, "setNumActiveTranscoders(uint256)", config.active_places)
    plan.tell(rounds, "setRoundLength(uint256)", config.round_length_blocks)
    plan.tell(rounds, "setRoundLockAmount(uint256)", config.round_lock_ppm)
    plan.tell(rounds, "setLIPUpgradeRound(uint256,uint256)", LIP_36, 0)
    plan.tell(broker, "setUnlockPeriod(uint256)", config.unlock_period_rounds)
    plan.tell(broker, "setTicketValidityPeriod(uint256)", config.ticket_validity_rounds)
    plan.tell(at["Controller"], "unpause()")


def _carry_out(rpc: Rpc, calls: list[Call]) -> None:
    hashes = send(rpc, calls)
    mine(rpc)
    for call, receipt in zip(calls, receipts_of(rpc, hashes), strict=True):
        if receipt is None or not succeeded(receipt):
            raise Reverted(f"The deployment stopped at: {call.what}.")


def _deployment(rpc: Rpc, plan: _Plan, config: DeployConfig, block: int) -> Deployment:
    chain_id, genesis = rpc.batch([("eth_chainId", []), ("eth_getBlockByNumber", ["0x0", False])])
    return Deployment(
        chain_id=int(chain_id, 16),
        genesis_hash=genesis["hash"],
        seed=config.seed,
        block=block,
        round_length=config.round_length_blocks,
        deployer=plan.deployer,
        controller=plan.addresses["Controller"],
        addresses=plan.addresses,
    )
