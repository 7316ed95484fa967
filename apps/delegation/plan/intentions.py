"""What a delegator or an orchestrator may want, in their own words; each becomes the calls that disturb least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from apps.protocol.units import Address, EthWei, LptWei, Ppm


@dataclass(frozen=True, slots=True)
class Delegate:
    """Put LPT of the wallet to work with an orchestrator."""

    owner: Address
    to: Address
    amount: LptWei


@dataclass(frozen=True, slots=True)
class Add:
    """Add LPT of the wallet to the stake that is there, with the orchestrator it is with."""

    owner: Address
    amount: LptWei


@dataclass(frozen=True, slots=True)
class DelegateFor:
    """Pay for the stake of another account, which owns it for good."""

    payer: Address
    owner: Address
    to: Address
    amount: LptWei


@dataclass(frozen=True, slots=True)
class MoveAll:
    """Move the whole stake to another orchestrator, and add `extra` LPT of the wallet."""

    owner: Address
    to: Address
    extra: LptWei = LptWei(0)  # noqa: RUF009


@dataclass(frozen=True, slots=True)
class MovePart:
    """Hand a part of the stake to a second account, with the orchestrator `to`."""

    owner: Address
    receiver: Address
    to: Address
    amount: LptWei


@dataclass(frozen=True, slots=True)
class Undelegate:
    """Take stake out, to be withdrawn after the unbonding period; all of it where no amount is named."""

    owner: Address
    amount: LptWei | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Take a lock back to work: with the present orchestrator, or, where none is left, with `to`."""

    owner: Address
    lock_id: int
    to: Address | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Withdraw matured locks; all that have matured where none is named."""

    owner: Address
    lock_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WithdrawFees:
    """Withdraw earned ETH to any address; all of it where no amount is named."""

    owner: Address
    recipient: Address
    amount: EthWei | None = None


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give the whole stake to another account, which owns it from then on."""

    owner: Address
    receiver: Address


@dataclass(frozen=True, slots=True)
class BecomeOrchestrator:
    """Bond to oneself and set the first terms."""

    owner: Address
    amount: LptWei
    reward_cut: Ppm
    fee_share: Ppm


@dataclass(frozen=True, slots=True)
class SetCuts:
    """Set an orchestrator's own terms."""

    owner: Address
    reward_cut: Ppm
    fee_share: Ppm


@dataclass(frozen=True, slots=True)
class ResetAllowance:
    """Take back what the BondingManager may still draw from the wallet."""

    owner: Address


Intention: TypeAlias = (
    Delegate
    | Add
    | DelegateFor
    | MoveAll
    | MovePart
    | Undelegate
    | Cancel
    | Withdraw
    | WithdrawFees
    | HandOver
    | BecomeOrchestrator
    | SetCuts
    | ResetAllowance
)


def actor(wanted: Intention) -> Address:
    """Whose wallet signs."""
    return wanted.payer if isinstance(wanted, DelegateFor) else wanted.owner


def concerned(wanted: Intention) -> tuple[Address, ...]:
    """Every account that the intention names, the signer first."""
    named = [actor(wanted), wanted.owner]
    if isinstance(wanted, MovePart | HandOver):
        named.append(wanted.receiver)
    return tuple(dict.fromkeys(named))


def target(wanted: Intention) -> Address | None:
    """The orchestrator that the intention names."""
    if isinstance(wanted, Delegate | DelegateFor | MoveAll | MovePart | Cancel):
        return wanted.to
    return wanted.owner if isinstance(wanted, BecomeOrchestrator | SetCuts) else None
