"""Production's settings, but for how soon a broker hands out again what a dead worker held."""

from __future__ import annotations

from config.settings.prod import *  # noqa: F403
from config.settings.prod import CELERY_BROKER_TRANSPORT_OPTIONS

if CELERY_BROKER_TRANSPORT_OPTIONS:
    CELERY_BROKER_TRANSPORT_OPTIONS |= {"visibility_timeout": 2, "unacked_restore_interval": 0.2}
