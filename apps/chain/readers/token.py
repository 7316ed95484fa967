"""LivepeerToken: balances and allowances in LPT wei."""

from __future__ import annotations

from apps.chain import words
from apps.chain.readers import Read
from apps.protocol.units import LptWei

BALANCE_OF = "0x70a08231"
ALLOWANCE = "0xdd62ed3e"
NONCES = "0x7ecebe00"


def balance(token: str, who: str) -> Read[LptWei]:
    """LPT in an account, stake not counted."""
    return Read(token, words.calldata(BALANCE_OF, who), _lpt, "balanceOf")


def allowance(token: str, owner: str, spender: str) -> Read[LptWei]:
    """LPT that `spender` may still take from `owner`; to bond, the spender is the BondingManager's proxy."""
    return Read(token, words.calldata(ALLOWANCE, owner, spender), _lpt, "allowance")


def permit_nonce(token: str, owner: str) -> Read[int]:
    """The number the owner's next permit signature must carry."""
    return Read(token, words.calldata(NONCES, owner), words.number, "nonces")


def _lpt(answer: bytes) -> LptWei:
    return LptWei(words.number(answer))
