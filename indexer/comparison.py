"""The subgraph's events beside the chain's own logs, on the identity they share. The chain is right; we only look.

What is stored of the subgraph is the differences. No figure is made from anything it says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from django.db import transaction
from django.db.models import F, Q

from apps.chain.client import ChainClient
from indexer import halt
from indexer.guided import repinned, require_same_chain
from indexer.handlers.words import BadLog
from indexer.models import ChainLog, IndexState, SourceDifference, SubgraphState, WatchedContract
from indexer.sources.subgraph import Subgraph, configured
from indexer.sources.subgraph.client import Events, Pin
from indexer.sources.subgraph.errors import BlockGone, OtherChain, SubgraphError, TooHeavy
from indexer.sources.subgraph.kinds import Kind, is_kept, log_values
from indexer.sources.subgraph.values import Value
from indexer.subgraph_state import EVERY, keep, note_error, note_pin, row_of
from indexer.windows import Window

log = structlog.get_logger(__name__)

FIRST_SPAN = 200_000  # blocks; about half a day of Arbitrum One
LARGEST_SPAN = 20_000_000
ENOUGH_EVENTS = 3_000  # a fuller window is only more memory
BUDGET_S = 45.0  # of one task: below the shortest limit of its queue; what is left is due at once
MOST_OPEN = 10_000  # differences kept: more mean that it is not the subgraph of this chain, and are of no use singly
LOOKED_AT_AGAIN = 20  # blocks with open differences read again in each run


@dataclass(frozen=True, slots=True)
class Ours:
    """A log of ours that the subgraph should tell; `values` is empty for one that cannot be cut, which is parked."""

    entity: str
    block: int
    values: Mapping[str, Value]


@dataclass(slots=True)
class Compared:
    """What one run did: events looked at, differences found, and the block it reached of the one it wanted."""

    first: int = -1
    upto: int = -1
    target: int = -1
    events: int = 0
    found: int = 0
    done: bool = False
    deployment: str = field(default="")


def differences(window: Window, told: Events, ours: Mapping[str, Ours], now: datetime) -> list[SourceDifference]:
    """Every difference between records and logs of one window; logs are given by their identity. Pure."""
    found = [
        SourceDifference(
            kind="unreadable", entity=one.entity, record=one.id, block=window.last, told=one.error, found_at=now
        )
        for one in told.unreadable
    ]
    seen = {one.id for one in told.unreadable}
    for record in told.records:
        seen.add(record.id)
        mine = ours.get(record.id)
        if mine is None or mine.entity != record.entity:
            found.append(_row("not_on_chain", record.entity, record.id, record.block, now))
            continue
        if record.block != mine.block:
            found.append(_row("differs", record.entity, record.id, mine.block, now, "block", record.block, mine.block))
        for name, value in record.values.items():
            if name in mine.values and mine.values[name] != value:
                found.append(_row("differs", record.entity, record.id, mine.block, now, name, value, mine.values[name]))
    found += [_row("not_told", mine.entity, name, mine.block, now) for name, mine in ours.items() if name not in seen]
    return found


def _row(
    kind: str, entity: str, record: str, block: int, now: datetime, name: str = "", told: Value = "", ours: Value = ""
) -> SourceDifference:
    return SourceDifference(
        kind=kind, entity=entity, record=record, block=block, field=name, told=str(told), chain=str(ours), found_at=now
    )


def compare(
    chain: ChainClient,
    subgraph: Subgraph,
    *,
    anew: bool = False,
    progress: Callable[[Compared], None] = lambda done: None,
    enough: Callable[[], bool] = lambda: False,
) -> Compared:
    """Compare on from where the last run ended, up to what is final, indexed and told; gives what was done.

    Ends between two windows once `enough` says so.
    Raises SubgraphError where it fails; what was compared stays, and the next run goes on from there.
    """
    try:
        pin = subgraph.pin()
        require_same_chain(chain, pin)
        row = note_pin(subgraph.host, pin)
        if anew:
            SubgraphState.objects.update(compared_from=None, compared_to=None, compared_events=0)
            row.refresh_from_db()
        return _compare(subgraph, pin, row, progress, enough)
    except SubgraphError as error:
        note_error(subgraph.host, error)
        raise


def _compare(
    subgraph: Subgraph,
    pin: Pin,
    row: SubgraphState,
    progress: Callable[[Compared], None],
    enough: Callable[[], bool],
) -> Compared:
    state = IndexState.objects.first()
    if state is None or state.finalized_block is None:
        return Compared(done=True)
    target = min(pin.number, state.projected_to, state.finalized_block)
    first = state.start_block if row.compared_to is None else row.compared_to + 1
    done = Compared(first=first, upto=first - 1, target=target, deployment=pin.deployment)
    _look_again(subgraph, pin, first, done)
    span = FIRST_SPAN
    while first <= target and not enough():
        window = Window(first, min(target, first + span - 1))
        try:
            events = subgraph.events(window, pin)
        except TooHeavy:
            if window.first == window.last:
                raise
            span = max(1, window.blocks // 2)
            continue
        except BlockGone:
            pin = repinned(subgraph, pin)
            continue
        looked_at = _meet(window, events, done, moves=True)
        span = _next_span(span, looked_at)
        first = window.last + 1
        progress(done)
    done.done = first > target
    return done


def _next_span(span: int, events: int) -> int:
    if events > 2 * ENOUGH_EVENTS:
        return max(1, span // 2)
    return min(span * 2, LARGEST_SPAN) if events < ENOUGH_EVENTS else span


def _look_again(subgraph: Subgraph, pin: Pin, before: int, done: Compared) -> None:
    """Compare the blocks of open differences once more: a subgraph that was mended is not held to its past."""
    still = SourceDifference.objects.filter(source="subgraph", resolved_at=None, block__lt=before)
    for block in sorted(set(still.order_by("-block").values_list("block", flat=True)[: 10 * LOOKED_AT_AGAIN]))[
        -LOOKED_AT_AGAIN:
    ]:
        if block <= pin.number:
            window = Window(block, block)
            _meet(window, subgraph.events(window, pin), done, moves=False)


def _meet(window: Window, events: Events, done: Compared, *, moves: bool) -> int:
    """Compare one window and store the outcome; gives the events looked at. `moves` says that the line goes on by it.

    A line that somebody else moved meanwhile stays where they put it.
    """
    now = datetime.now(UTC)
    ours = logs_of(window, events.kinds)
    found = differences(window, events, ours, now)
    _refuse_too_many(found)
    with transaction.atomic():
        keep(found)
        open_here = SourceDifference.objects.filter(
            source="subgraph", resolved_at=None, block__gte=window.first, block__lte=window.last
        ).exclude(entity="Transaction")
        names = {(one.entity, one.record, one.kind, one.field) for one in found}
        gone = [row.pk for row in open_here if (row.entity, row.record, row.kind, row.field) not in names]
        SourceDifference.objects.filter(pk__in=gone).update(resolved_at=now)
        if moves:
            _move(window, len(events.records), now)
    done.events += len(events.records)
    done.found += len(found)
    if moves:
        done.upto = window.last
    return max(len(events.records), len(ours))


def _refuse_too_many(found: Sequence[SourceDifference]) -> None:
    still = SourceDifference.objects.filter(source="subgraph", resolved_at=None).count()
    if still + len(found) > MOST_OPEN:
        raise OtherChain(
            f"The subgraph differs from the chain in more than {MOST_OPEN:,} places and is not compared further; "
            "check that SUBGRAPH_URL is the Livepeer subgraph of this chain."
        )


def _move(window: Window, events: int, now: datetime) -> None:
    rows = SubgraphState.objects.filter(id=1)
    rows.filter(Q(compared_to=window.first - 1) | Q(compared_to=None)).update(
        compared_to=window.last, compared_at=now, compared_events=F("compared_events") + events
    )
    rows.filter(compared_from=None).update(compared_from=window.first)


def logs_of(window: Window, kinds: Sequence[Kind]) -> dict[str, Ours]:
    """The stored logs of a window that these kinds cover, by their identity."""
    names = dict(WatchedContract.objects.values_list("address", "name"))
    covered = {
        (contract, topic): (kind, event)
        for kind in kinds
        for topic, event in kind.topics().items()
        for contract in kind.contracts
    }
    rows = ChainLog.objects.filter(block_id__gte=window.first, block_id__lte=window.last).values_list(
        "block_id", "log_index", "tx_hash", "address", "topics", "data"
    )
    found: dict[str, Ours] = {}
    for block, index, tx_hash, address, topics, data in rows.iterator(chunk_size=5_000):
        kind, event = covered.get((names.get(address, ""), bytes(topics)[:32]), (None, ""))
        if kind is None:
            continue
        values = _values(kind, event, bytes(topics), bytes(data))
        if is_kept(event, values):
            found[f"0x{bytes(tx_hash).hex()}-{index}"] = Ours(kind.entity, block, values)
    return found


def _values(kind: Kind, event: str, topics: bytes, data: bytes) -> Mapping[str, Value]:
    try:
        return log_values(kind, event, topics, data)
    except BadLog:
        return {}


def watch(chain: Callable[[], ChainClient]) -> int:
    """If the subgraph is due, look at its head and compare for a while; gives the events looked at.

    Two that come at once share the work by one conditional UPDATE. Never raises for what the subgraph does.
    """
    subgraph = configured()
    if subgraph is None:
        return 0
    row_of(subgraph.host)
    now = datetime.now(UTC)
    if not SubgraphState.objects.filter(due_at__lte=now).update(due_at=now + EVERY):
        return 0
    ends = time.monotonic() + BUDGET_S
    try:
        done = compare(chain(), subgraph, enough=lambda: halt.asked() or time.monotonic() > ends)
    except (BlockGone, TooHeavy) as error:
        log.info("subgraph_asked_later", reason=str(error))
        return 0
    except SubgraphError as error:
        log.warning("subgraph_failed", reason=str(error))
        return 0
    finally:
        subgraph.close()
    if not done.done:
        SubgraphState.objects.update(due_at=datetime.now(UTC))
    log.info("subgraph_compared", events=done.events, found=done.found, upto=done.upto, target=done.target)
    return done.events
