"""Whether this process may be asked for pages: its database is there, has every table, and the index is current."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from apps.network.selectors import network
from indexer.models import IndexState
from indexer.status import Standing, standing

Migration = tuple[str, str]  # app and name


def readiness(now: datetime) -> dict[str, str]:
    """The reason of the check that failed, by its name; empty where all is well. What rests on it is not asked."""
    try:
        missing = missing_migrations()
        if missing:
            return {"migrations": f"{len(missing)} missing, first {'.'.join(missing[0])}; run `manage.py migrate`."}
        found = index_standing(now)
    except Error as error:
        return {"database": f"{type(error).__name__}: the database cannot be asked."}
    return {} if found.word == "current" else {"index": f"{found.word}: {found.sentence}"}


def index_standing(now: datetime) -> Standing:
    """How the index stands, from its one row and its newest block."""
    index = IndexState.objects.first()
    head = network.head(at_most=index.projected_to) if index else None
    return standing(index, head.time if head else None, now, patience_s=settings.HEAD_STALE_S)


def missing_migrations() -> list[Migration]:
    """Migrations of this release that the database does not have."""
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(_known() - set(applied))


@cache
def _known() -> frozenset[Migration]:
    """Every migration of this release, read once a process."""
    return frozenset(MigrationLoader(None).disk_migrations)
