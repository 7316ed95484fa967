"""Who sent the transactions that fund gateways or add stake to nodes and gateways: the chain is asked, no log tells it.

Apart from the windows and after them, since following must not wait for it. What was read stands in a table that hangs
from its block: a replay finds it there, a reorg takes it away, and beat asks for whatever is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from django.db import connection, transaction

from apps.chain.client import ChainClient
from apps.chain.errors import ChainError
from apps.chain.transactions import Sent, sent
from apps.network.models import Block, TransactionSender
from indexer.projections.turn import take_writer_turn

log = structlog.get_logger(__name__)

AFTER_WINDOWS = 200  # transactions asked for right after a follow: two requests
LATELY_BLOCKS = 20_000  # … of the newest blocks only, so that looking for them costs the same however long the history
AT_ONCE = 2_000  # by beat; all of Arbitrum One's history takes a few of these
ASKED_AGAIN_S = 3_600  # those that no provider had; another may keep them, or an index of theirs was behind

# Whose money it was matters for gateways, for nodes and for those who gave to either. Newest first: scores look there.
_MISSING = """
    SELECT w.tx_hash, w.block_id FROM (
        SELECT tx_hash, block_id FROM network_gateway_funding WHERE block_id > %s
        UNION
        SELECT e.tx_hash, e.block_id FROM delegation_stake_event e
        WHERE e.block_id > %s AND e.kind = 'bond' AND e.amount_lpt_wei > 0 AND (
            e.delegator IN (SELECT address FROM network_orchestrator WHERE ever_registered)
            OR e.delegator IN (SELECT gateway FROM network_gateway_funding)
        )
    ) w
    LEFT JOIN network_transaction_sender s ON s.tx_hash = w.tx_hash
    WHERE s.tx_hash IS NULL OR (s.sender IS NULL AND s.asked_at < %s)
    ORDER BY s.tx_hash IS NOT NULL, w.block_id DESC, w.tx_hash
    LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Missing:
    """A transaction whose sender is not known, and the stored block it stands in."""

    tx_hash: bytes
    block: int


def find(chain: Callable[[], ChainClient], *, limit: int = AT_ONCE, after: int = -1) -> int:
    """Ask for the senders of up to `limit` transactions above block `after`, the newest and never asked for first.

    Gives how many were learned. Raises ChainError where no provider answers; nothing is kept of that question then.
    """
    asked = missing(limit, after=after)
    if not asked:
        return 0
    learned = _keep(asked, sent(chain(), [one.tx_hash for one in asked]))
    log.info("senders", asked=len(asked), learned=learned)
    return learned


def find_after_windows(chain: Callable[[], ChainClient], *, upto: int) -> int:
    """As `find`, a few of the newest, for who has just followed the chain to block `upto`.

    What fails or is left over here is for the next look.
    """
    try:
        return find(chain, limit=AFTER_WINDOWS, after=upto - LATELY_BLOCKS)
    except ChainError as error:
        log.warning("senders_not_read", reason=str(error))
        return 0


def missing(limit: int, *, after: int = -1) -> list[Missing]:
    """The transactions above block `after` to ask for now."""
    again = datetime.now(UTC) - timedelta(seconds=ASKED_AGAIN_S)
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [after, after, again, limit])
        return [Missing(bytes(tx_hash), block) for tx_hash, block in cursor.fetchall()]


@transaction.atomic
def _keep(asked: Sequence[Missing], answers: Sequence[Sent | None]) -> int:
    """Keep what belongs to the stored blocks; one that stands in another block now is asked for again."""
    take_writer_turn()  # between the look at the blocks and the end, no other writer may take one away
    stored = {
        number: bytes(block_hash)
        for number, block_hash in Block.objects.filter(number__in={one.block for one in asked}).values_list(
            "number", "hash"
        )
    }
    now = datetime.now(UTC)
    rows = [
        TransactionSender(tx_hash=one.tx_hash, block_id=one.block, sender=found.sender if found else None, asked_at=now)
        for one, found in zip(asked, answers, strict=True)
        if one.block in stored
        and (found is None or (found.block_number, found.block_hash) == (one.block, stored[one.block]))
    ]
    known = [row for row in rows if row.sender is not None]
    TransactionSender.objects.bulk_create(
        known, update_conflicts=True, unique_fields=["tx_hash"], update_fields=["block", "sender", "asked_at"]
    )
    unknown = [row for row in rows if row.sender is None]
    TransactionSender.objects.bulk_create(unknown, ignore_conflicts=True)
    TransactionSender.objects.filter(tx_hash__in=[row.tx_hash for row in unknown], sender=None).update(asked_at=now)
    return len(known)
