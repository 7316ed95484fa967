"""How the page speaks of the files that a plan's steps can be taken away as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file; `says` is who takes it."""

    title: str
    says: str


FORMATS: Mapping[str, Format] = {
    "safe": Format("Safe", "A file for the Transaction Builder of a Safe, with its checksum. All steps in one."),
    "raw": Format("Script", "The transactions as JSON for eth_sendTransaction."),
    "cast": Format("Command line", "Commands for cast of Foundry, one a step."),
    "unsigned": Format(
        "Offline signer", "Unsigned EIP-1559 transactions, with the nonce and the price of gas of this moment."
    ),
}
