"""Which queue does what, and how long a task may take.

A kind of work has a queue of its own, so that a slow source never delays a block and a long check never delays a score.
Any number of workers may read any of them:

    indexer   the chain into rows; one process does it, more of them stand in for each other
    scoring   rows into scores
    sources   off-chain sources, each with its own schedule; tasks named `read_…`
    checks    figures compared with the contracts; tasks named `check_…` or `verify_…`
    default   everything else

What must happen is a row, and beat asks again: no work lives only in the broker, which may be emptied at any time.
"""

from __future__ import annotations

QUEUES = ("indexer", "scoring", "sources", "checks", "default")

ROUTES = {  # the first pattern that fits decides
    "indexer.tasks.read_*": {"queue": "sources"},
    "indexer.tasks.check_*": {"queue": "checks"},
    "indexer.tasks.verify_*": {"queue": "checks"},
    "indexer.tasks.find_*": {"queue": "default"},
    "indexer.tasks.*": {"queue": "indexer"},
    "apps.scoring.tasks.*": {"queue": "scoring"},
    "apps.contributions.tasks.read_*": {"queue": "sources"},
}

# A task gives up by itself, else it is killed, else its worker is taken for dead and the broker hands it out again. In
# this order, or a task that still runs would be handed out a second time.
SOFT_LIMIT_S = 240
HARD_LIMIT_S = 300
VISIBILITY_TIMEOUT_S = 600  # Redis only; RabbitMQ notices by itself that a worker's connection is gone

RESTORE_EVERY_S = 10  # how often a worker looks for what dead ones held


def broker_options(url: str) -> dict[str, object]:
    """What Celery's transport has to know of this broker."""
    if not url.startswith("redis"):
        return {}
    return {
        "visibility_timeout": VISIBILITY_TIMEOUT_S,
        "unacked_restore_interval": RESTORE_EVERY_S,
        "unacked_restore_throttle": 1,  # at each of these looks, not at every tenth
        "socket_connect_timeout": 5,  # seconds
        "socket_keepalive": True,
    }
