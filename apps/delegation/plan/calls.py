"""The calls that plans are made of: what each does in the model, its arguments, and one sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from apps.protocol import formats
from apps.protocol.bonding import steps
from apps.protocol.bonding.state import State
from apps.protocol.bonding.steps import Stepped
from apps.protocol.calldata import encode
from apps.protocol.formats import NBSP, short_address
from apps.protocol.hints import Hint
from apps.protocol.units import Address, EthWei, LptWei, Ppm

MANAGER, TOKEN = "BondingManager", "LivepeerToken"
Values: TypeAlias = tuple[int | Address, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One transaction: `step` is what it does, `values` its arguments once the step has given its hints."""

    contract: str
    function: str
    sender: Address
    sentence: str
    step: Callable[[State], Stepped]
    values: Callable[[Stepped], Values]

    def data(self, done: Stepped) -> bytes:
        """The calldata. Raises BadCalldata for arguments that the function does not take."""
        return encode(self.contract, self.function, *self.values(done))


def _both(hint: Hint) -> tuple[Address, Address]:
    return hint.prev, hint.next


def lpt(amount: int) -> str:
    """Every digit, with the unit."""
    return f"{formats.exact(amount)}{NBSP}LPT"


def eth(amount: int) -> str:
    return f"{formats.exact(amount)}{NBSP}ETH"


def approve(owner: Address, amount: LptWei, *, manager: Address) -> Call:
    """Exactly what the plan needs, never more."""
    words = (
        f"Allow the staking contract to take {lpt(amount)} from your wallet, and no more."
        if amount
        else "Take back what the staking contract may still draw from your wallet."
    )
    return Call(
        TOKEN, "approve", owner, words, lambda now: steps.approve(now, owner, amount), lambda done: (manager, amount)
    )


def bond(owner: Address, amount: LptWei, to: Address, *, sentence: str) -> Call:
    return Call(
        MANAGER,
        "bondWithHint",
        owner,
        sentence,
        lambda now: steps.bond(now, owner, owner, amount, to),
        lambda done: (amount, to, *_both(done.old_hint), *_both(done.new_hint)),
    )


def bond_for(payer: Address, owner: Address, amount: LptWei, to: Address) -> Call:
    return Call(
        MANAGER,
        "bondForWithHint",
        payer,
        f"Stake {lpt(amount)} of your wallet for {short_address(owner)} with {short_address(to)}.",
        lambda now: steps.bond(now, payer, owner, amount, to),
        lambda done: (amount, owner, to, *_both(done.old_hint), *_both(done.new_hint)),
    )


def seed(payer: Address, owner: Address, amount: LptWei, to: Address) -> Call:
    """The same call, for an account whose stake the next step brings."""
    words = (
        f"Open {short_address(owner)} with {short_address(to)}: the smallest stake there is, {lpt(amount)} of your "
        "wallet, so that the part arrives there."
    )
    return replace(bond_for(payer, owner, amount, to), sentence=words)


def unbond(owner: Address, amount: LptWei, *, withdraw_round: int) -> Call:
    return Call(
        MANAGER,
        "unbondWithHint",
        owner,
        f"Take {lpt(amount)} out of your stake; it can be withdrawn from round {withdraw_round:,} on.",
        lambda now: steps.unbond(now, owner, amount),
        lambda done: (amount, *_both(done.old_hint)),
    )


def rebond(owner: Address, lock_id: int, *, sentence: str) -> Call:
    return Call(
        MANAGER,
        "rebondWithHint",
        owner,
        sentence,
        lambda now: steps.rebond(now, owner, lock_id),
        lambda done: (lock_id, *_both(done.new_hint)),
    )


def rebond_from_unbonded(owner: Address, to: Address, lock_id: int, *, sentence: str) -> Call:
    return Call(
        MANAGER,
        "rebondFromUnbondedWithHint",
        owner,
        sentence,
        lambda now: steps.rebond_from_unbonded(now, owner, to, lock_id),
        lambda done: (to, lock_id, *_both(done.new_hint)),
    )


def transfer(owner: Address, receiver: Address, amount: LptWei) -> Call:
    return Call(
        MANAGER,
        "transferBond",
        owner,
        f"Give {lpt(amount)} of your stake to {short_address(receiver)}, without any unbonding.",
        lambda now: steps.transfer_bond(now, owner, receiver, amount),
        lambda done: (receiver, amount, *_both(done.old_hint), *_both(done.new_hint)),
    )


def withdraw(owner: Address, lock_id: int, amount: LptWei) -> Call:
    return Call(
        MANAGER,
        "withdrawStake",
        owner,
        f"Withdraw {lpt(amount)} of lock {lock_id} to your wallet.",
        lambda now: steps.withdraw_stake(now, owner, lock_id),
        lambda done: (lock_id,),
    )


def withdraw_fees(owner: Address, recipient: Address, amount: EthWei) -> Call:
    whither = "your wallet" if recipient == owner else short_address(recipient)
    return Call(
        MANAGER,
        "withdrawFees",
        owner,
        f"Withdraw {eth(amount)} of fees to {whither}.",
        lambda now: steps.withdraw_fees(now, owner, recipient, amount),
        lambda done: (recipient, amount),
    )


def set_terms(owner: Address, reward_cut: Ppm, fee_share: Ppm) -> Call:
    return Call(
        MANAGER,
        "transcoderWithHint",
        owner,
        f"Set the reward cut to {formats.percent(reward_cut)}{NBSP}% and the fee share to "
        f"{formats.percent(fee_share)}{NBSP}%.",
        lambda now: steps.set_terms(now, owner, reward_cut, fee_share),
        lambda done: (reward_cut, fee_share, *_both(done.new_hint)),
    )
