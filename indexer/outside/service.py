"""Reading one source: fetched without a transaction, parsed, and stored whole in one."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog
from django.db import transaction

from apps.chain.http import BadAnswer, Fetcher, Silent, SourceError, Unavailable
from indexer.outside import catalog, store, turns
from indexer.outside.catalog import Source
from indexer.outside.store import Lists
from indexer.outside.turns import Outcome, Turn
from indexer.sources.records import Document, Found

log = structlog.get_logger(__name__)

_OFFERING = frozenset(("/getNetworkCapabilities", "/orchestratorStats", "/v1/dashboard/pricing"))


@dataclass(slots=True)
class Reading:
    """What one turn brought: documents with what was found in them, and the first thing that went wrong."""

    pairs: list[tuple[Document, Found]] = field(default_factory=list)
    error: str = ""
    retry_after_s: float | None = None

    @property
    def outcome(self) -> Outcome:
        return Outcome(
            records=sum(found.records for _, found in self.pairs),
            parked=sum(len(found.parked) for _, found in self.pairs),
            error=self.error,
            retry_after_s=self.retry_after_s,
        )

    @property
    def lists(self) -> Lists:
        """Which lists were read whole, so that what is not in them is gone."""
        offers = any(document.endpoint in _OFFERING or found.offers for document, found in self.pairs)
        return Lists(offers=offers, scores=not self.error)

    def note(self, error: SourceError) -> None:
        """Keeps the first error; a wait that a server asks for counts whichever it was."""
        self.error = self.error or str(error)
        if isinstance(error, Unavailable) and error.retry_after_s is not None:
            self.retry_after_s = max(self.retry_after_s or 0.0, error.retry_after_s)


def source_read(kind: str, observer: str = "", *, fetcher: Fetcher | None = None, now: datetime | None = None) -> int:
    """Records read in this turn; 0 where it was not ours, the source is not configured, or it gave nothing."""
    source = catalog.find(kind, observer)
    at = now or datetime.now(UTC)
    turn = turns.claim(source, now=at) if source else None
    if source is None or turn is None:
        return 0
    try:
        patient = replace(fetcher or catalog.fetcher(), ends_at=time.monotonic() + turns.READING_S)
        reading = _read(source, turn, patient)
    except Exception as error:  # whatever it was, the turn ends and the page says so
        turns.finish(turn, Outcome(0, 0, f"Reading it failed here: {type(error).__name__}."), now=datetime.now(UTC))
        raise
    outcome = reading.outcome
    _keep(source, turn, reading, outcome)
    log.info(
        "source_read",
        source=kind,
        observer=observer,
        records=outcome.records,
        parked=outcome.parked,
        error=outcome.error,
    )
    return outcome.records


def _read(source: Source, turn: Turn, fetcher: Fetcher) -> Reading:
    reading = Reading()
    for call in source.calls(fetcher, now=turn.began, since=turn.since):
        try:
            for document in call():
                reading.pairs.append((document, source.parse(document)))
        except SourceError as error:
            reading.note(error)
            if isinstance(error, Silent):
                break
    return reading


def _keep(source: Source, turn: Turn, reading: Reading, outcome: Outcome) -> None:
    try:
        with transaction.atomic():
            if reading.pairs:
                store.store(source.kind, source.observer, reading.pairs, at=turn.began, lists=reading.lists)
            turns.finish(turn, outcome, now=datetime.now(UTC))
    except Exception as error:
        sentence = f"Storing it failed here: {type(error).__name__}."
        turns.finish(turn, Outcome(0, outcome.parked, sentence), now=datetime.now(UTC))
        raise


def snapshots_read(kind: str, observer: str = "") -> int:
    """Makes the observations of a source anew from its kept snapshots, oldest first; gives the records read.

    For after a mend of the parser: what was parked is read again, and what stands is written over with the same.
    """
    source = catalog.find(kind, observer) or Source(kind, observer, "", 1)
    return sum(_again(source, at, pairs) for at, pairs in store.kept(kind, observer))


def _again(source: Source, at: datetime, documents: Iterable[Document]) -> int:
    reading = Reading()
    for document in documents:
        try:
            reading.pairs.append((document, source.parse(document)))
        except BadAnswer as error:
            reading.note(error)
    with transaction.atomic():
        store.forget_parked(source.kind, source.observer, seen_at=at)
        store.store(source.kind, source.observer, reading.pairs, at=at, lists=reading.lists)
    return reading.outcome.records
