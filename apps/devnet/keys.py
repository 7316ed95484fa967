"""Accounts of the simulated network: keys made from a seed and a name, worth nothing anywhere else."""

from __future__ import annotations

from dataclasses import dataclass

from eth_account import Account as Signer
from eth_utils.crypto import keccak


@dataclass(frozen=True, slots=True)
class Account:
    """A name and the key that belongs to it; `address` is lower case."""

    name: str
    key: bytes
    address: str


def account(seed: int, name: str) -> Account:
    """The same account for the same seed and name, always."""
    key = keccak(text=f"millrace simulated network, seed {seed}, {name}")
    return Account(name, key, Signer.from_key(key).address.lower())
