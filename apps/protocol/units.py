"""Amounts and identities of the protocol, each with a type of its own so that stake is never added to fees."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NewType

LptWei = NewType("LptWei", int)  # 1e-18 LPT
EthWei = NewType("EthWei", int)  # 1e-18 ETH
Ppm = NewType("Ppm", int)  # parts per million: cuts and shares
Ppb = NewType("Ppb", int)  # parts per 1e9: inflation, bonding rate
Factor = NewType("Factor", int)  # 1e27 = 1: cumulative reward and fee factors
Round = NewType("Round", int)
BlockNumber = NewType("BlockNumber", int)
Address = NewType("Address", str)  # lower-case 0x and 40 hex digits

WEI = 10**18
PPM = 10**6
PPB = 10**9
UINT256_MAX = 2**256 - 1
NEVER = UINT256_MAX  # deactivation round of an orchestrator that is in the pool
ZERO_ADDRESS = Address("0x" + "0" * 40)
LENT_CODE = "0xef0100"  # EIP-7702: how the code of an account begins that keeps its key and runs another's code

_AMOUNT = re.compile(r"\d{1,60}(\.\d{1,18})?", re.ASCII)
_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.ASCII)


class AmountError(ValueError):
    """An amount that cannot be read without guessing; the message says how to write it."""


class AddressError(ValueError):
    """A text that is no address; the message says what one looks like."""


def parse_lpt(text: str) -> LptWei:
    """LPT base units of a plain decimal such as "100" or "0.5".

    Raises AmountError for signs, exponents, commas, an empty text and more than 18 decimals: none of them is 0.
    """
    return LptWei(_wei_of(text))


def _wei_of(text: str) -> int:
    plain = text.strip()
    if not _AMOUNT.fullmatch(plain):
        raise AmountError(
            f"“{plain[:40]}” is not an amount. Write digits and at most 18 decimals, for example 1500 or 0.25."
        )
    whole, _, part = plain.partition(".")
    return int(whole) * WEI + int(part.ljust(18, "0") or "0")


def parse_address(text: str) -> Address:
    """The lower-case form of an address written in any case; its checksum is not judged here."""
    plain = text.strip().lower()
    if not _ADDRESS.fullmatch(plain):
        raise AddressError(f"“{text.strip()[:60]}” is not an address. An address is 0x and 40 hexadecimal digits.")
    return Address(plain)


def as_decimal(wei: int) -> Decimal:
    """The amount in whole LPT or ETH, exact."""
    return Decimal(wei).scaleb(-18)
