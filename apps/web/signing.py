"""What pages tell provider.js, which speaks with the reader's wallet."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.templatetags.static import static

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


def walletconnect() -> dict[str, Any] | None:
    """What walletconnect.js needs; None where no project is configured, and then no page speaks of it."""
    if not settings.WALLETCONNECT_PROJECT_ID:
        return None
    return {
        "projectId": settings.WALLETCONNECT_PROJECT_ID,
        "relayUrl": settings.WALLETCONNECT_RELAY_URL,
        "library": static("vendor/walletconnect/sign-client-2.21.8.min.js"),
        "codes": static("vendor/lean-qr/lean-qr-2.7.4.js"),
        "icon": static("img/mark.svg"),
        "chainId": hex(settings.CHAIN_ID),
    }
