"""The network as a plain object: every verb sends one real transaction, mines it and hands back its receipt.

Made for tests and measurements; the cast's own life is in `history` and `play`.
"""

from __future__ import annotations

import itertools
import time
from typing import Any, TypeAlias

from eth_utils.crypto import keccak

from apps.devnet import moves
from apps.devnet.artifacts import load as load_artifacts
from apps.devnet.calldata import calldata
from apps.devnet.deploy import RICH_ETH_WEI, DeployConfig, deploy
from apps.devnet.deployment import Deployment
from apps.devnet.keys import Account, account
from apps.devnet.node import Anvil, NodeFailed, start_anvil
from apps.devnet.tickets import Ticket
from apps.devnet.wire import (
    Call,
    Read,
    Reverted,
    Rpc,
    ask,
    ask_words,
    block_number,
    mine,
    receipts_of,
    refusal,
    send,
    succeeded,
)

__all__ = [
    "Account",
    "Anvil",
    "DeployConfig",
    "Deployment",
    "Devnet",
    "NodeFailed",
    "Receipt",
    "Reverted",
    "deploy",
    "load_artifacts",
    "start_anvil",
]

Receipt: TypeAlias = dict[str, Any]
Who: TypeAlias = Account | str  # an account of this network, or any address: the node signs for everybody

MINING_LIMIT_S = 10.0


class Devnet:
    """Verbs on a deployed protocol. Accounts get ETH, LPT and an unlimited approval the first time they need them."""

    def __init__(self, client: Rpc, deployment: Deployment, seed: int | None = None) -> None:
        self.client = client
        self.deployment = deployment
        self.seed = deployment.seed if seed is None else seed
        self._nonces = itertools.count(time.time_ns())  # a ticket is paid once, in this run and in later ones
        self._rich: set[str] = set()
        self._approved: set[str] = set()

    def account(self, name: str) -> Account:
        """The account of that name; the same for the same seed."""
        return account(self.seed, name)

    def mine(self, blocks: int = 1) -> int:
        """Mines empty blocks; returns the newest block's number."""
        mine(self.client, blocks)
        return block_number(self.client)

    def current_round(self) -> int:
        """The round by the block number, initialised or not."""
        return self._rounds("currentRound()")

    def next_round(self) -> Receipt:
        """Mines to the start of the next round and initialises it; the receipt is initializeRound's."""
        end = self._rounds("currentRoundStartBlock()") + self.deployment.round_length
        mine(self.client, max(0, end - block_number(self.client)))
        return self.send(moves.initialize_round(self.deployment, self.deployment.deployer))

    def bond(self, owner: Who, amount: int, to: Who) -> Receipt:
        """`amount` LPT wei from the wallet, filled up if short; 0 moves what is bonded."""
        self.give_lpt(owner, amount)
        return self.send(moves.bond(self.deployment, _address(owner), amount, _address(to)))

    def bond_for(self, payer: Who, amount: int, owner: Who, to: Who) -> Receipt:
        """`payer` bonds `amount` LPT wei in the name of `owner`."""
        self.give_lpt(payer, amount)
        return self.send(moves.bond_for(self.deployment, _address(payer), amount, _address(owner), _address(to)))

    def unbond(self, owner: Who, amount: int) -> Receipt:
        """Puts `amount` LPT wei behind a new unbonding lock."""
        return self.send(moves.unbond(self.deployment, _address(owner), amount))

    def unbond_all(self, owner: Who) -> Receipt:
        """Unbonds exactly what is pending at the newest block."""
        return self.unbond(owner, self.pending_stake(owner))

    def rebond(self, owner: Who, lock: int) -> Receipt:
        """Takes a lock back to the present delegate."""
        return self.send(moves.rebond(self.deployment, _address(owner), lock))

    def rebond_from_unbonded(self, owner: Who, to: Who, lock: int) -> Receipt:
        """Takes a lock of a fully unbonded account to `to`."""
        return self.send(moves.rebond_from_unbonded(self.deployment, _address(owner), _address(to), lock))

    def transfer_bond(self, owner: Who, receiver: Who, amount: int) -> Receipt:
        """Hands `amount` bonded LPT wei to another account."""
        return self.send(moves.transfer_bond(self.deployment, _address(owner), _address(receiver), amount))

    def withdraw_stake(self, owner: Who, lock: int) -> Receipt:
        """Pays out a matured lock."""
        return self.send(moves.withdraw_stake(self.deployment, _address(owner), lock))

    def withdraw_fees(self, owner: Who, amount: int | None = None, recipient: Who | None = None) -> Receipt:
        """Pays out `amount` ETH wei, or everything pending, to the owner or to `recipient`."""
        wanted = self.pending_fees(owner) if amount is None else amount
        paid_to = _address(owner if recipient is None else recipient)
        return self.send(moves.withdraw_fees(self.deployment, _address(owner), paid_to, wanted))

    def claim_earnings(self, owner: Who) -> Receipt:
        """Claims up to the present round and does nothing else."""
        return self.send(moves.claim_earnings(self.deployment, _address(owner)))

    def set_cuts(self, orchestrator: Who, reward_cut: int, fee_share: int) -> Receipt:
        """Reward cut and fee share in parts per million."""
        return self.send(moves.set_cuts(self.deployment, _address(orchestrator), reward_cut, fee_share))

    def reward(self, orchestrator: Who) -> Receipt:
        """The orchestrator's reward call of this round."""
        return self.send(moves.reward(self.deployment, _address(orchestrator)))

    def set_service_uri(self, orchestrator: Who, uri: str) -> Receipt:
        """Enters an address of service in the registry."""
        return self.send(moves.set_service_uri(self.deployment, _address(orchestrator), uri))

    def fund_gateway(self, gateway: Who, deposit: int, reserve: int, *, payer: Who | None = None) -> Receipt:
        """Adds ETH wei to a gateway's deposit and reserve, from itself or from `payer`."""
        if payer is None:
            return self.send(moves.fund(self.deployment, _address(gateway), deposit, reserve))
        return self.send(moves.fund_for(self.deployment, _address(payer), _address(gateway), deposit, reserve))

    def redeem(self, gateway: Account, orchestrator: Who, face_value: int) -> Receipt:
        """The orchestrator redeems a winning ticket of `face_value` ETH wei that the gateway signed this round."""
        number = self.current_round()
        (hash_of_round,) = ask(
            self.client,
            [Read(self.deployment["RoundsManager"], calldata("blockHashForRound(uint256)", number))],
        )
        nonce = next(self._nonces)
        ticket = Ticket(
            recipient=_address(orchestrator),
            sender=gateway.address,
            face_value=face_value,
            sender_nonce=nonce,
            rand=int.from_bytes(keccak(nonce.to_bytes(32))),
            creation_round=number,
            creation_hash=hash_of_round,
        )
        return self.send(moves.redeem(self.deployment, ticket, gateway=gateway))

    def unlock_gateway(self, gateway: Who) -> Receipt:
        """Starts the wait after which the gateway may withdraw."""
        return self.send(moves.unlock(self.deployment, _address(gateway)))

    def withdraw_gateway(self, gateway: Who) -> Receipt:
        """Pays deposit and reserve back to the gateway."""
        return self.send(moves.withdraw(self.deployment, _address(gateway)))

    def create_poll(self, owner: Who, question: str) -> str:
        """Opens a poll, for which the owner needs 100 LPT of stake; returns the poll's address."""
        receipt = self.send(moves.create_poll(self.deployment, _address(owner), question))
        return "0x" + str(receipt["logs"][0]["topics"][1])[-40:]

    def vote(self, owner: Who, poll: str, choice: int) -> Receipt:
        """Votes in a poll; 0 is yes, 1 is no, and the poll takes any other number too."""
        return self.send(moves.vote(_address(owner), poll, choice))

    def give_lpt(self, owner: Who, amount: int) -> None:
        """Fills the wallet up to `amount` LPT wei from the deployer's, and approves the BondingManager once."""
        if not amount:
            return
        address = _address(owner)
        self._approve(address)
        token = self.deployment["LivepeerToken"]
        ((balance,),) = ask_words(self.client, [Read(token, calldata("balanceOf(address)", address))])
        if balance < amount:
            self.send(moves.give_lpt(self.deployment, self.deployment.deployer, address, amount - balance))

    def pending_stake(self, owner: Who) -> int:
        """LPT wei with everything earned up to the newest block."""
        return self._of_account("pendingStake(address,uint256)", owner)

    def pending_fees(self, owner: Who) -> int:
        """ETH wei with everything earned up to the newest block."""
        return self._of_account("pendingFees(address,uint256)", owner)

    def send(self, call: Call) -> Receipt:
        """Mines the call and returns its receipt. Raises Reverted with the contract's sentence if refused."""
        self._ensure_eth(call.sender)
        (tx_hash,) = send(self.client, [call])
        mine(self.client)
        receipt = self._receipt(tx_hash)
        if not succeeded(receipt):
            before = int(receipt["blockNumber"], 16) - 1
            raise Reverted(f"{call.what}: {refusal(self.client, call, block=before)}")
        return receipt

    def _receipt(self, tx_hash: str) -> Receipt:
        deadline = time.monotonic() + MINING_LIMIT_S
        while time.monotonic() < deadline:
            (receipt,) = receipts_of(self.client, [tx_hash])
            if receipt is not None:
                return receipt
            time.sleep(0.02)  # someone else's mining took it; the receipt is a moment away
        raise NodeFailed(f"{tx_hash} was not mined within {MINING_LIMIT_S:.0f} s.")

    def _ensure_eth(self, address: str) -> None:
        if address not in self._rich:
            self.client.rpc("anvil_setBalance", [address, hex(RICH_ETH_WEI)])
            self._rich.add(address)

    def _approve(self, address: str) -> None:
        if address not in self._approved:
            self.send(moves.approve(self.deployment, address))
            self._approved.add(address)

    def _rounds(self, signature: str) -> int:
        ((number,),) = ask_words(self.client, [Read(self.deployment["RoundsManager"], calldata(signature))])
        return number

    def _of_account(self, signature: str, owner: Who) -> int:
        read = Read(self.deployment["BondingManager"], calldata(signature, _address(owner), 0))
        ((amount,),) = ask_words(self.client, [read])
        return amount


def _address(who: Who) -> str:
    return who.address if isinstance(who, Account) else who.lower()
