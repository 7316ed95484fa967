"""Blocks covered on the subgraph's word are read again from the chain's own lists, once a provider allows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import NumericRange

from apps.chain.client import ChainClient
from apps.chain.records import RawLog
from apps.network.models import Block
from indexer.errors import IndexerError
from indexer.guided import blocks_allowed
from indexer.models import ChainLog, CoveredRange, SourceDifference, SubgraphState, WatchedContract
from indexer.projections.replay import replay
from indexer.projections.turn import take_writer_turn
from indexer.reading import batches
from indexer.sources.chain_logs import Batch
from indexer.store import SOURCE, copy_blocks, copy_logs
from indexer.subgraph_state import SOURCE as GUIDED
from indexer.subgraph_state import on_word
from indexer.windows import Window

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Upgraded:
    """What one run did: blocks proved by the chain of those it began with, and the logs that nobody had named."""

    blocks: int = 0
    of: int = 0
    found: int = 0
    dropped: int = 0
    replayed: int = 0


def verify_ranges(chain: ChainClient, progress: Callable[[Upgraded], None] = lambda done: None) -> Upgraded:
    """Read those blocks from the chain and add what nobody named; every figure is then made again from the logs.

    Resumable: what is proved stays proved. Raises IndexerError where every provider is still too narrow for it.
    """
    ranges = on_word()
    done = Upgraded(of=sum(window.blocks for window in ranges))
    try:
        for window in ranges:
            _refuse_narrow(chain, window)
            for batch in batches(chain, window.first, window.last):
                _prove(batch, done)
                progress(done)
    finally:
        done.replayed = _replay_if_needed()
    return done


def _refuse_narrow(chain: ChainClient, window: Window) -> None:
    limit = blocks_allowed(chain, window.first, window.last)
    if limit is not None:
        raise IndexerError(
            f"No provider lists the logs of more than {limit} blocks at once, too few for the {window.blocks:,} "
            "to be verified; add another URL to ARBITRUM_RPC_URLS."
        )


@transaction.atomic
def _prove(batch: Batch, done: Upgraded) -> None:
    """Make the stored logs of a window those that the chain lists, and note the window as the chain's."""
    take_writer_turn()
    window = batch.window
    span = NumericRange(window.first, window.last + 1)
    if not CoveredRange.objects.filter(source=GUIDED, blocks__contains=span).exists():
        return  # a reorg or another run was here
    stored = set(
        ChainLog.objects.filter(block_id__gte=window.first, block_id__lte=window.last).values_list(
            "block_id", "log_index"
        )
    )
    listed = {(one.block_number, one.log_index) for one in batch.logs}
    missing = [one for one in batch.logs if (one.block_number, one.log_index) not in stored]
    wrong = stored - listed
    if missing or wrong:
        log.warning("named_logs_differ", from_block=window.first, to_block=window.last, found=len(missing))
        _mend(batch, missing, wrong)
    _convert(window)
    done.blocks += window.blocks
    done.found += len(missing)
    done.dropped += len(wrong)


def _mend(batch: Batch, missing: list[RawLog], wrong: Iterable[tuple[int, int]]) -> None:
    known = dict(
        Block.objects.filter(number__in=[header.number for header in batch.headers]).values_list("number", "hash")
    )
    for header in batch.headers:
        if known.get(header.number, header.hash) != header.hash:
            raise IndexerError(
                f"Block {header.number} is stored with another hash than the chain has now, below what was final; "
                "check the RPC providers, then start with an empty database."
            )
    copy_blocks([header for header in batch.headers if header.number not in known])
    for block, index in wrong:
        ChainLog.objects.filter(block_id=block, log_index=index).delete()
    copy_logs(missing)
    WatchedContract.objects.bulk_create(
        [
            WatchedContract(address=address, name=batch.contracts[address], since_block=block)
            for address, block in batch.announced.items()
        ],
        ignore_conflicts=True,
    )
    first = batch.window.first
    SubgraphState.objects.update(needs_replay=True)
    SubgraphState.objects.filter(compared_to__gte=first).update(compared_to=first - 1)  # it is asked about these too


def _convert(window: Window) -> None:
    """Take the window out of what is covered on the subgraph's word and cover it as the chain's own."""
    span = CoveredRange.objects.get(source=GUIDED, blocks__contains=window.first)
    before, after = span.blocks.lower, span.blocks.upper
    span.delete()
    if before < window.first:
        CoveredRange.objects.create(source=GUIDED, blocks=NumericRange(before, window.first))
    if window.last + 1 < after:
        CoveredRange.objects.create(source=GUIDED, blocks=NumericRange(window.last + 1, after))
    _cover_as_chain(window)
    SourceDifference.objects.filter(
        entity="Transaction", resolved_at=None, block__gte=window.first, block__lte=window.last
    ).update(resolved_at=datetime.now(UTC))


def _cover_as_chain(window: Window) -> None:
    """One range with its neighbours on both sides."""
    lower, upper = window.first, window.last + 1
    beside = CoveredRange.objects.filter(source=SOURCE)
    for row in (*beside.filter(blocks__endswith=lower), *beside.filter(blocks__startswith=upper)):
        lower, upper = min(lower, row.blocks.lower), max(upper, row.blocks.upper)
        row.delete()
    CoveredRange.objects.create(source=SOURCE, blocks=NumericRange(lower, upper))


@transaction.atomic
def _replay_if_needed() -> int:
    """Make every figure again if logs were found that none rests on yet; gives the logs replayed."""
    if not SubgraphState.objects.filter(needs_replay=True).update(needs_replay=False):
        return 0
    return replay()
