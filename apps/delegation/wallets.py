"""What an account has in its wallet at the newest block: what it could stake, and what it can pay gas with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from django.core.cache import cache

from apps.chain.errors import ChainError
from apps.chain.readers import Read, token
from apps.chain.records import header_of, header_request, number_of
from apps.delegation import chain
from apps.delegation.plan.disturbances.wallets import ENDLESS
from apps.network.selectors.contracts import addresses_now
from apps.protocol.units import Address, EthWei, LptWei

PATIENCE_S = 2.0
AWAY_S = 30  # until the chain is asked again after it did not answer
_AWAY = "wallets:away"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wallet:
    """Amounts at a block. `allowance_lpt_wei` is what the staking contract may draw."""

    lpt_wei: LptWei
    eth_wei: EthWei
    allowance_lpt_wei: LptWei
    block: int

    @property
    def allows_everything(self) -> bool:
        return self.allowance_lpt_wei >= ENDLESS


def wallet_of(address: Address) -> Wallet | None:
    """The account's wallet; None while the chain does not answer or its contracts are not known yet. One request."""
    at = addresses_now()
    if "LivepeerToken" not in at or "BondingManager" not in at or cache.get(_AWAY):
        return None
    balance = token.balance(at["LivepeerToken"], address)
    allowance = token.allowance(at["LivepeerToken"], address, at["BondingManager"])
    asked = [header_request("latest"), ("eth_getBalance", [address, "latest"]), _call(balance), _call(allowance)]
    try:
        head, eth, lpt, drawn = chain.client(PATIENCE_S).batch(asked)
        block = header_of(head, "latest").number
        return Wallet(balance.decode(_bytes(lpt)), EthWei(number_of(eth)), allowance.decode(_bytes(drawn)), block)
    except ChainError as error:
        log.warning("wallet_not_read", error=type(error).__name__)
        cache.set(_AWAY, True, AWAY_S)
        return None


def _call(wanted: Read[Any]) -> tuple[str, list[Any]]:
    return "eth_call", [{"to": wanted.to, "data": f"0x{wanted.data.hex()}"}, "latest"]


def _bytes(answer: Any) -> bytes:
    return bytes.fromhex(str(answer)[2:])
