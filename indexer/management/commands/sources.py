"""`manage.py sources [--again [SOURCE]]`: how reading the off-chain sources goes, and what could not be read."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError

from apps.network.models import ParkedRecord, SourceState
from apps.network.sources import KINDS
from apps.protocol import formats
from indexer.outside import service


class Command(BaseCommand):
    help = "Lists the off-chain sources and their parked records; --again makes observations anew from kept answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--again", nargs="?", const="", metavar="SOURCE", help="read kept answers anew, of one source or of all"
        )

    def handle(self, *args: object, again: str | None, **options: object) -> None:
        states = list(SourceState.objects.order_by("source", "observer"))
        if again:
            states = [state for state in states if state.source == again]
            if not states:
                raise CommandError(f"There is no source {again!r}; the kinds are {', '.join(KINDS)}.")
        for state in states:
            if again is not None:
                read = service.snapshots_read(state.source, state.observer)
                self.stdout.write(f"{_name(state)}: {formats.grouped(read)} records read again")
            else:
                self.stdout.write(_line(state))
        if again is None:
            self._parked()

    def _parked(self) -> None:
        for row in ParkedRecord.objects.order_by("source", "-last_seen")[:200]:
            self.stdout.write(f"parked {row.times}×, {row.source} {row.observer}: {row.what}: {row.error}")


def _name(state: SourceState) -> str:
    kind = KINDS.get(state.source)
    return f"{kind.name if kind else state.source} {state.observer}".strip()


def _line(state: SourceState) -> str:
    age = "never read"
    if state.succeeded_at:
        passed = int((datetime.now(UTC) - state.succeeded_at).total_seconds())
        age = f"read {formats.ago(passed)}".replace(formats.NBSP, " ")
    counts = f"{formats.grouped(state.records)} records, {formats.grouped(state.parked)} parked"
    return f"{_name(state)} at {state.host}: {age}, {counts}. {state.error}".rstrip()
