"""Where a block, a transaction or an address can be looked up outside, by chain."""

from __future__ import annotations

_EXPLORERS = {42161: "https://arbiscan.io", 421614: "https://sepolia.arbiscan.io"}
_NAMES = {42161: "Arbitrum One", 421614: "Arbitrum Sepolia", 31337: "Local chain"}
LOCAL_CHAIN = 31337


def chain_name(chain_id: int) -> str:
    """The chain's name in the reader's words."""
    return _NAMES.get(chain_id, f"Chain {chain_id}")


def block(chain_id: int, number: int) -> str | None:
    """The explorer's page of a block; None where the chain has no explorer, as the local one."""
    return _under(chain_id, f"block/{number}")


def transaction(chain_id: int, tx_hash: str) -> str | None:
    """The explorer's page of a transaction."""
    return _under(chain_id, f"tx/{tx_hash}")


def address(chain_id: int, whole: str) -> str | None:
    """The explorer's page of an address."""
    return _under(chain_id, f"address/{whole}")


def _under(chain_id: int, path: str) -> str | None:
    site = _EXPLORERS.get(chain_id)
    return f"{site}/{path}" if site else None
