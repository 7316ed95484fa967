"""The row that says how the subgraph is: its head, its lag, what it refused. No figure rests on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from django.conf import settings

from indexer.models import CoveredRange, IndexState, SourceDifference, SubgraphState
from indexer.sources.subgraph.client import Pin
from indexer.sources.subgraph.errors import SubgraphError
from indexer.sources.subgraph.records import Place, Unreadable
from indexer.windows import Window

STALE_BLOCKS = 3_600  # the official app's limit, about 15 minutes of Arbitrum One
EVERY = timedelta(minutes=5)  # three questions each time are 26,000 a month, of the 100,000 that a free key has
SOURCE = "subgraph"

Condition = Literal["off", "waiting", "failing", "stale", "current"]
CONDITIONS: tuple[Condition, ...] = ("off", "waiting", "failing", "stale", "current")


@dataclass(frozen=True, slots=True)
class SubgraphNow:
    """What there is to say of the subgraph; `row` is None until it was looked at for the first time.

    `on_word` are the blocks whose transactions it named and nobody else listed yet.
    """

    condition: Condition
    row: SubgraphState | None
    differences: int
    newest: Sequence[SourceDifference]
    on_word: Sequence[Window]


def subgraph_now(*, shown: int = 5) -> SubgraphNow:
    """The subgraph as it was when last looked at, with its newest open differences."""
    row = SubgraphState.objects.first()
    if row is None:  # then it told nothing yet
        return SubgraphNow(_condition(row), row, 0, (), ())
    still = SourceDifference.objects.filter(source=SOURCE, resolved_at=None)
    return SubgraphNow(
        condition=_condition(row),
        row=row,
        differences=still.count(),
        newest=list(still.order_by("-block", "record", "field")[:shown]),
        on_word=on_word(),
    )


def _condition(row: SubgraphState | None) -> Condition:
    if not settings.SUBGRAPH_URL:
        return "off"
    if row is not None and row.error:
        return "failing"
    if row is None or row.looked_at is None:
        return "waiting"
    return "stale" if row.stale_since else "current"


def on_word() -> list[Window]:
    """The blocks that are covered on the subgraph's word, in order."""
    spans = CoveredRange.objects.filter(source=SOURCE).order_by("blocks").values_list("blocks", flat=True)
    return [Window(span.lower, span.upper - 1) for span in spans]


def row_of(host: str) -> SubgraphState:
    """The one row, made at first sight; a subgraph at another host is not compared by what the last one told."""
    row, _ = SubgraphState.objects.get_or_create(id=1, defaults={"host": host, "due_at": datetime.now(UTC)})
    if row.host != host:
        row.host = host
        row.save(update_fields=["host"])
    return row


def note_pin(host: str, pin: Pin) -> SubgraphState:
    """Remember a head, and since when it is too far behind the chain's. Another version is compared from the start."""
    row, now = row_of(host), datetime.now(UTC)
    head = IndexState.objects.values_list("head_block", flat=True).first()
    lag = None if head is None else max(0, head - pin.number)
    if row.deployment != pin.deployment:
        row.compared_from = row.compared_to = row.compared_at = None
        row.compared_events = 0
    row.deployment, row.head_block, row.lag_blocks = pin.deployment, pin.number, lag
    row.has_errors, row.looked_at, row.error = pin.failed, now, ""
    row.stale_since = (row.stale_since or now) if lag is not None and lag > STALE_BLOCKS else None
    row.save()
    return row


def note_error(host: str, error: SubgraphError) -> None:
    """Remember why it gave nothing. What it told before stays, with its age."""
    row = row_of(host)
    row.error = str(error)
    row.save(update_fields=["error"])


def note_unseen(sentence: str) -> None:
    """Remember what history by its word may lack."""
    SubgraphState.objects.update(unseen=sentence)


def note_elsewhere(
    window: Window, elsewhere: Mapping[bytes, int], places: Iterable[Place], unreadable: Iterable[Unreadable]
) -> None:
    """Remember transactions that it put into a block where the chain does not have them, and those unreadable."""
    now = datetime.now(UTC)
    told = {place.tx_hash: place.block for place in places}
    found = [
        SourceDifference(
            kind="differs", entity="Transaction", record="0x" + tx_hash.hex(), block=told[tx_hash],
            field="blockNumber", told=str(told[tx_hash]), chain=str(block), found_at=now,
        )
        for tx_hash, block in elsewhere.items()
    ]  # fmt: skip
    found += [
        SourceDifference(
            kind="unreadable", entity=one.entity, record=one.id, block=window.last, told=one.error, found_at=now
        )
        for one in unreadable
    ]
    keep(found)


def keep(found: Iterable[SourceDifference]) -> None:
    """Store differences; one that is known is open again, with what is told now."""
    SourceDifference.objects.bulk_create(
        found,
        update_conflicts=True,
        unique_fields=["source", "entity", "record", "kind", "field"],
        update_fields=["block", "told", "chain", "resolved_at"],
    )
