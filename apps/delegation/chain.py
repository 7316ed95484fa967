"""The chain for processes that answer readers: one client each, from the settings."""

from __future__ import annotations

import os
from functools import lru_cache

from django.conf import settings

from apps.chain.client import ChainClient

PATIENCE_S = 6.0  # a reader waits for the answer, and each of several attempts may take that long


def client(patience_s: float = PATIENCE_S) -> ChainClient:
    """The process's client; its connections are made on first use, so a forked process has its own.

    Raises Unreachable where no chain is configured.
    """
    return _made(os.getpid(), tuple(str(url) for url in settings.CHAIN_RPC_URLS), settings.CHAIN_ID, patience_s)


@lru_cache(maxsize=8)
def _made(_process: int, urls: tuple[str, ...], chain_id: int, patience_s: float) -> ChainClient:
    return ChainClient(urls, chain_id=chain_id, timeout_s=patience_s)
