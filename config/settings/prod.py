"""Production: refuses to guess."""

from __future__ import annotations

from config.env import env, refuse_short, required

from .base import *  # noqa: F403
from .base import ALLOWED_HOSTS

required("SECRET_KEY", env.secret_key, why="cookies and forms are signed with it")
required("ALLOWED_HOSTS", env.allowed_hosts, why="the site answers only under its own names")
required("DATABASE_URL", env.database_url, why="production keeps its data in a PostgreSQL server of yours")
required("CELERY_BROKER_URL", env.celery_broker_url, why="production queues its work in Redis or RabbitMQ")
required("ARBITRUM_RPC_URLS", env.arbitrum_rpc_urls, why="production reads a real chain")
required("CONTROLLER_ADDRESS", env.controller_address, why="only Arbitrum One's Controller is known by itself")

refuse_short("SECRET_KEY", env.secret_key, lowest=50)

SECRET_KEY = env.secret_key
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = True

# TLS ends at the proxy in front, which says so in this header and sends nobody's own.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True  # probes and metrics are answered before it
SECURE_HSTS_SECONDS = 30 * 24 * 3600
SILENCED_SYSTEM_CHECKS = [  # what other names of the same domain serve is not ours to say
    "security.W005",  # SECURE_HSTS_INCLUDE_SUBDOMAINS
    "security.W021",  # SECURE_HSTS_PRELOAD
]
