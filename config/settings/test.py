"""Tests: fixed values whatever the environment says. The database is chosen by tests/conftest.py."""

from __future__ import annotations

from .base import *  # noqa: F403
from .base import DATA_DIR

SECRET_KEY = "tests sign nothing that matters"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]

LOCAL_NETWORK = True
CHAIN_ID = 31337
CHAIN_RPC_URLS = []  # a test that needs a chain starts one and says where it is
CHAIN_WS_URLS = []
CONTROLLER_ADDRESS = ""
FINALITY_DEPTH = 64
HEAD_STALE_S = 60
SUBGRAPH_URL = SUBGRAPH_API_KEY = ETHEREUM_RPC_URL = None
CAPABILITIES_URLS = []
NAAP_URL = GATEWAY_EVENTS_URL = LEADERBOARD_URL = AI_LEADERBOARD_URL = PRICE_LIST_URL = OUTSIDE_ORIGIN = None
PYTHON_PACKAGES_URL = RUST_PACKAGES_URL = None
API_REQUESTS_PER_MINUTE, API_PROXIES = 600, 0
WALLETCONNECT_PROJECT_ID = None
FOLLOW_INTERVAL_S, SCORE_INTERVAL_S, PAGE_POLL_S = 1, 15, 1
VERIFY_INTERVAL_S, VERIFY_SAMPLE = 15, 20
EVIDENCE_INTERVAL_S, JUDGE_INTERVAL_S = 5, 3
FOLLOW_GAP_S = 0.01

STATIC_ROOT = DATA_DIR / "test" / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True  # files straight from static/, without collecting them

CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
