"""List the logs that could not be read, and replay after a fix."""

from __future__ import annotations

import json
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from indexer.models import IndexState, ParkedLog
from indexer.parking import Parked, parked_logs
from indexer.projections.replay import replay


class Command(BaseCommand):
    help = "List parked logs: logs that could not be read or that contradict the rest, with their raw words."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the list as JSON")
        parser.add_argument("--most", type=int, metavar="N", help="only the first N of them")
        parser.add_argument(
            "--replay", action="store_true", help="first rebuild everything from the stored logs, as after a fix"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["replay"]:
            self._replay()
        found = parked_logs(most=options["most"])
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(one) for one in found]))
            return
        console = Console(
            file=cast(IO[str], self.stdout), width=None if self.stdout.isatty() else 200, highlight=False, markup=False
        )
        for one in found:
            _print(console, one)
        count = ParkedLog.objects.count()
        console.print("No log is parked." if not count else f"{count:,} parked; figures lack what they said.")

    def _replay(self) -> None:
        if not IndexState.objects.exists():
            raise CommandError("Nothing is indexed yet. Run `manage.py backfill` first.")
        before = ParkedLog.objects.count()
        done = replay()
        self.stderr.write(f"Replayed {done:,} logs: {before:,} were parked, {ParkedLog.objects.count():,} are.")


def _print(console: Console, log: Parked) -> None:
    name = log.event or "an event no ABI of ours knows"
    console.print(f"block {log.block:,} log {log.log_index}  {log.contract or log.address}  {name}", soft_wrap=True)
    console.print(f"  {log.error}", soft_wrap=True)
    console.print(f"  transaction 0x{log.tx_hash.hex()}")
    for place, topic in enumerate(log.topics):
        console.print(f"  topic {place}  0x{topic.hex()}")
    for place, word in enumerate(log.words):
        console.print(f"  word {place:>2}  0x{word.hex()}")


def _as_json(log: Parked) -> dict[str, Any]:
    return {
        "block": log.block,
        "log_index": log.log_index,
        "tx_hash": f"0x{log.tx_hash.hex()}",
        "address": log.address,
        "contract": log.contract,
        "event": log.event,
        "error": log.error,
        "topics": [f"0x{topic.hex()}" for topic in log.topics],
        "data": f"0x{log.data.hex()}",
    }
