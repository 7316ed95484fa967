"""What pages tell provider.js, which speaks with the reader's wallet."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from apps.web import links

_PUBLIC_NODES = {
    42161: ["https://arb1.arbitrum.io/rpc"],  # Offchain Labs' own, for wallets that do not know the chain yet
    421614: ["https://sepolia-rollup.arbitrum.io/rpc"],
}


def chain_for_wallets() -> dict[str, Any]:
    """Our chain as wallet_addEthereumChain takes it (EIP-3085). A node of ours is named only if it is the local one."""
    is_local = settings.CHAIN_ID == links.LOCAL_CHAIN
    nodes = list(settings.CHAIN_RPC_URLS) if is_local else _PUBLIC_NODES.get(settings.CHAIN_ID, [])
    return {
        "chainId": hex(settings.CHAIN_ID),
        "chainName": links.chain_name(settings.CHAIN_ID),
        "nativeCurrency": {"name": "Ether", "symbol": "ETH", "decimals": 18},
        "rpcUrls": [str(one) for one in nodes],
    }
