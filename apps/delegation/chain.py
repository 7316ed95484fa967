"""The chain for processes that answer readers: one client each, from the settings."""

from __future__ import annotations

import os
from functools import lru_cache

from django.conf import settings

from apps.chain.client import ChainClient

PATIENCE_S = 6.0  # a reader waits for the answer, and each of several attempts may take that long


def client() -> ChainClient:
    """The process's client; its connections are made on first use, so a forked process has its own.

    Raises Unreachable where no chain is configured.
    """
    return _made(os.getpid(), tuple(str(url) for url in settings.CHAIN_RPC_URLS), settings.CHAIN_ID)


@lru_cache(maxsize=4)
def _made(_process: int, urls: tuple[str, ...], chain_id: int) -> ChainClient:
    return ChainClient(urls, chain_id=chain_id, timeout_s=PATIENCE_S)
