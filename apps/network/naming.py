"""From a name to the address it leads to now, by the Ethereum Name Service where a node of Ethereum is configured.

A name is only a way to find an address: what is shown and prepared holds the address itself.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from hashlib import sha256

import structlog
from django.conf import settings
from django.core.cache import cache

from apps.chain.client import ChainClient
from apps.chain.errors import ChainError
from apps.chain.readers import ens
from apps.network.selectors import identities
from apps.protocol.names import LONGEST_NAME, normalised
from apps.protocol.units import Address, AddressError

ETHEREUM, REGISTRY = 1, ens.REGISTRY
PATIENCE_S = 4.0  # a reader waits for the answer
KEPT_S, KEPT_NONE_S = 300, 30  # a name may lead elsewhere tomorrow, and one without an address may get one now
_NONE = ""
_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+", re.ASCII)

log = structlog.get_logger(__name__)


def address_named(name: str) -> Address:
    """The address that the name leads to. Raises AddressError with the reason where there is none, or none can be had.

    Of an orchestrator's own name that was proved already, the address is known without a node too.
    """
    known = identities.address_of(name)
    if not settings.ETHEREUM_RPC_URL:
        if known is not None:
            return Address(known)
        raise AddressError(
            f"“{name[:60]}” cannot be looked up. Names need an Ethereum node, and none is configured here "
            "(ETHEREUM_RPC_URL). The address always works."
        )
    try:
        found = _looked_up(name)
    except ChainError as error:
        log.warning("name_not_looked_up", error=type(error).__name__)
        if known is not None:
            return Address(known)
        raise AddressError(
            f"“{name[:60]}” cannot be looked up: the Ethereum node does not answer just now. The address always works."
        ) from error
    if found is None:
        raise AddressError(f"The name “{name[:60]}” leads to no address. Check its spelling, or use the address.")
    return found


def _looked_up(name: str) -> Address | None:
    """The answer of the chain, or the one it gave a little while ago. Raises ChainError."""
    proper = _proper(name)
    if proper is None:
        return None
    key = f"name:{settings.CHAIN_ID}:{sha256(proper.encode()).hexdigest()}"
    kept = cache.get(key)
    if kept is None:
        client = ethereum(os.getpid(), str(settings.ETHEREUM_RPC_URL))
        block = client.head().hash
        found = ens.address_of(client, proper, chain_id=settings.CHAIN_ID, block=block, registry=REGISTRY)
        kept = found or _NONE
        cache.set(key, kept, KEPT_S if found else KEPT_NONE_S)
    return Address(kept) if kept else None


def _proper(name: str) -> str | None:
    """The name as ENS knows it; None for what is no name."""
    lower = name.strip().lower()
    if len(lower) > LONGEST_NAME:
        return None
    if _PLAIN.fullmatch(lower) and not any(label[2:4] == "--" for label in lower.split(".")):
        return lower  # as ENSIP-15 has it already, without its tables
    return normalised(name.strip())


@lru_cache(maxsize=2)
def ethereum(_process: int, url: str) -> ChainClient:
    """The process's client. Raises ChainError where the node does not answer or serves another chain."""
    made = ChainClient([url], chain_id=ETHEREUM, timeout_s=PATIENCE_S)
    made.ensure_chain(ETHEREUM)
    return made
