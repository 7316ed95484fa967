"""`make run` and the commands beside it: works with nothing set, keeps everything in the data folder."""

from __future__ import annotations

from django.utils.functional import lazy

from config.env import env
from config.local import runtime
from config.logs import logging_config

from .base import *  # noqa: F403
from .base import ALLOWED_HOSTS, CHAIN_RPC_URLS, CONTROLLER_ADDRESS, DATA_DIR, INSTALLED_APPS, LOCAL_NETWORK

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
    CHAIN_RPC_URLS = [runtime.local_rpc_url(DATA_DIR)]
    if not CONTROLLER_ADDRESS:
        CONTROLLER_ADDRESS = lazy(runtime.local_controller, str)(DATA_DIR)
