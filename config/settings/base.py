"""What holds everywhere. Values that depend on the machine come from config.env."""

from __future__ import annotations

import tomllib

from csp.constants import NONE, SELF
from django.db.models import Field
from kombu import Queue

from config.database import connection
from config.env import ROOT, env
from config.logs import configure_structlog, logging_config
from config.queues import HARD_LIMIT_S, QUEUES, ROUTES, SOFT_LIMIT_S, broker_options

# Lets a field be written with its types, as in Field[int, int]; django-stubs-ext does it too, for 0.6 s at each start.
Field.__class_getitem__ = classmethod(lambda field, _types: field)  # type: ignore[attr-defined]

PORT = env.port
DATA_DIR = env.data
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
DEBUG = False
ALLOWED_HOSTS = list(env.allowed_hosts)

# The chain. Rooms read these and never the environment.
LOCAL_NETWORK = env.local_network
CHAIN_ID = env.chain_id
CHAIN_RPC_URLS = list(env.arbitrum_rpc_urls)
CHAIN_WS_URLS = list(env.arbitrum_ws_urls)  # for new heads only
CONTROLLER_ADDRESS: object = env.controller_address or ""  # read with str(): local runs learn it late
FINALITY_DEPTH = env.finality_depth
HEAD_STALE_S = env.head_stale_s
SUBGRAPH_URL = env.subgraph_url
SUBGRAPH_API_KEY = env.subgraph_api_key
ETHEREUM_RPC_URL = env.ethereum_rpc_url

# Off-chain sources; none is needed. `indexer.outside` reads those that have an address.
CAPABILITIES_URLS = list(env.capabilities_urls)
NAAP_URL = env.naap_url
GATEWAY_EVENTS_URL = env.gateway_events_url
LEADERBOARD_URL = env.leaderboard_url
AI_LEADERBOARD_URL = env.ai_leaderboard_url
PRICE_LIST_URL = env.price_list_url
PYTHON_PACKAGES_URL = env.python_packages_url
RUST_PACKAGES_URL = env.rust_packages_url
GATEWAY_LABELS_FILE = ROOT / "apps/network/gateway_labels.json"  # what gateways pay for, by somebody's judgement
OUTSIDE_ORIGIN: str | None = None  # of the local network's stand-ins: the one private address that may be asked

API_REQUESTS_PER_MINUTE = env.api_requests_per_minute
API_PROXIES = env.api_proxies

# Wallets on other devices. Pages that sign may reach this relay and the frame that vouches for their origin, no others.
WALLETCONNECT_PROJECT_ID = env.walletconnect_project_id
WALLETCONNECT_RELAY_URL = "wss://relay.walletconnect.org"
WALLETCONNECT_VERIFY_URL = "https://verify.walletconnect.org"

# How often things happen, in seconds. The local network makes a round in half a minute, Arbitrum in most of a day.
FOLLOW_INTERVAL_S = 1 if env.local_network else 5
SCORE_INTERVAL_S = 15 if env.local_network else 60
VERIFY_INTERVAL_S = 15 if env.local_network else 60  # how often it is asked whether the round's sample is done
VERIFY_SAMPLE = 200  # accounts besides all orchestrators: about 2,000 calls a round
EVIDENCE_INTERVAL_S = 5 if env.local_network else 60  # how often it is asked whether evidence is due
JUDGE_INTERVAL_S = 3 if env.local_network else 15  # how often it is asked whether something new was said of claims
PAGE_POLL_S = 1 if env.local_network else 5
FOLLOW_GAP_S = 0.2 if env.local_network else 1.0  # between two follows that heads ask for; Arbitrum has four a second

INSTALLED_APPS = [
    "django.contrib.admin",  # of moderators alone, at /staff/
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "apps.network",
    "apps.delegation",
    "apps.contributions",
    "apps.accounts",
    "apps.scoring",
    "apps.web",
    "apps.api",
    "indexer",
]

MIDDLEWARE = [
    "apps.web.health.probes.Probes",  # first: probes come by address, not by name
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",  # moderators only; no page of ours opens a session
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.web.context.page",
            ]
        },
    }
]

DATABASES = {"default": connection(env.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", "png", "webp", "woff2", "gz", "br", "zip")
WHITENOISE_MAX_AGE = 3600  # files without a hash in their name; hashed ones are cached for ever

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_PATH = "/staff/"
SESSION_COOKIE_AGE = 12 * 3600  # seconds; a moderator signs in once a day
SESSION_COOKIE_SAMESITE = "Strict"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # `?format=` is an unknown parameter like any other
}
SPECTACULAR_SETTINGS = {"ENABLE_DJANGO_DEPLOY_CHECK": False}  # apps.api.v1.schema makes ours, and a test checks it

TASK_APP = "config.celery"  # what a process imports that only queues tasks

CELERY_BROKER_URL = env.celery_broker_url or "files://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = (
    broker_options(env.celery_broker_url)
    if env.celery_broker_url
    else {
        "data_folder_in": str(DATA_DIR / "broker" / "queue"),
        "data_folder_out": str(DATA_DIR / "broker" / "queue"),
        "control_folder": str(DATA_DIR / "broker" / "control"),
        "processed_folder": str(DATA_DIR / "broker" / "done"),
        "store_processed": False,
        "polling_interval": 0.1,  # seconds; the default of 1 s would show on the page
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker as long as it takes
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = SOFT_LIMIT_S
CELERY_TASK_TIME_LIMIT = HARD_LIMIT_S
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in QUEUES]
CELERY_TASK_ROUTES = ROUTES
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

configure_structlog()
LOGGING = logging_config()
