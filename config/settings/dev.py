"""`make run` and the commands beside it: works with nothing set, keeps everything in the data folder."""

from __future__ import annotations

from django.utils.functional import lazy

from config.env import env
from config.local import runtime
from config.logs import logging_config

from .base import *  # noqa: F403
from .base import (
    AI_LEADERBOARD_URL,
    ALLOWED_HOSTS,
    CAPABILITIES_URLS,
    CHAIN_RPC_URLS,
    CONTROLLER_ADDRESS,
    DATA_DIR,
    GATEWAY_EVENTS_URL,
    INSTALLED_APPS,
    LEADERBOARD_URL,
    LOCAL_NETWORK,
    NAAP_URL,
    PRICE_LIST_URL,
)

SECRET_KEY = env.secret_key or runtime.kept_secret_key(DATA_DIR)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *ALLOWED_HOSTS]
INSTALLED_APPS = [*INSTALLED_APPS, "apps.devnet"]
LOGGING = logging_config(readable=True)

if env.database_url is None:
    DATABASES = {"default": runtime.embedded_connection(DATA_DIR)}

# The simulated network. Paths of its parts; they are there once `make run` or `make test` has fetched them.
DEVNET_DIR = DATA_DIR / "devnet"
DEVNET_ANVIL = runtime.anvil_binary(DATA_DIR)
DEVNET_CONTRACTS = runtime.contract_artifacts(DATA_DIR)

if LOCAL_NETWORK:
    GATEWAY_LABELS_FILE = DEVNET_DIR / "gateway_labels.json"  # its own gateways', written when it is built
    CHAIN_RPC_URLS = [runtime.local_rpc_url(DATA_DIR)]
    CHAIN_WS_URLS = [url.replace("http://", "ws://") for url in CHAIN_RPC_URLS]  # anvil speaks both on its port
    OUTSIDE_ORIGIN = runtime.outside_url(DATA_DIR)
    # each source that is not set is the network's own
    CAPABILITIES_URLS = CAPABILITIES_URLS or [
        f"{gateway}={OUTSIDE_ORIGIN}/gateways/{gateway}/getNetworkCapabilities"
        for gateway in ("studio-gateway", "ai-gateway")
    ]
    NAAP_URL = NAAP_URL or f"{OUTSIDE_ORIGIN}/naap"
    GATEWAY_EVENTS_URL = GATEWAY_EVENTS_URL or f"ai-gateway={OUTSIDE_ORIGIN}/gateways/ai-gateway/events"
    LEADERBOARD_URL = LEADERBOARD_URL or f"{OUTSIDE_ORIGIN}/leaderboard"
    AI_LEADERBOARD_URL = AI_LEADERBOARD_URL or f"{OUTSIDE_ORIGIN}/ai-leaderboard"
    PRICE_LIST_URL = PRICE_LIST_URL or f"studio-gateway={OUTSIDE_ORIGIN}/orchestratorStats"
    if not CONTROLLER_ADDRESS:
        CONTROLLER_ADDRESS = lazy(runtime.local_controller, str)(DATA_DIR)
