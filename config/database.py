"""A PostgreSQL URL as Django wants it, with the limits every connection gets."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# A statement may run longer than it may wait for a lock: so a lock that is held too long is reported as that, and a
# statement that is merely slow is not mistaken for it.
LOCK_TIMEOUT_MS = 10_000
STATEMENT_TIMEOUT_MS = 60_000
CONNECT_TIMEOUT_S = 5
CONN_MAX_AGE_S = 600  # a page costs 1 ms on an open connection and 5 ms more on a new one

NOWHERE = "postgresql://postgres@127.0.0.1:1/no-database-chosen"


def connection(url: str | None) -> dict[str, Any]:
    """Django's settings for one database. Without a URL they point nowhere: a forgotten choice fails at once."""
    parts = urlsplit(url or NOWHERE)
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", None) or unquote(parts.hostname or "")
    limits = f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS}"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": CONN_MAX_AGE_S,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": CONNECT_TIMEOUT_S, "options": limits, **query},
    }
