"""Production: refuses to guess."""

from __future__ import annotations

from config.env import env, required

from .base import *  # noqa: F403
from .base import ALLOWED_HOSTS

required("SECRET_KEY", env.secret_key, why="cookies and forms are signed with it")
required("ALLOWED_HOSTS", env.allowed_hosts, why="the site answers only under its own names")
required("DATABASE_URL", env.database_url, why="production keeps its data in a PostgreSQL server of yours")
required("CELERY_BROKER_URL", env.celery_broker_url, why="production queues its work in Redis or RabbitMQ")
required("ARBITRUM_RPC_URLS", env.arbitrum_rpc_urls, why="production reads a real chain")
required("CONTROLLER_ADDRESS", env.controller_address, why="only Arbitrum One's Controller is known by itself")

SECRET_KEY = env.secret_key
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # TLS ends at the proxy in front
CSRF_COOKIE_SECURE = True
